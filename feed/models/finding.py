"""What search looks in: copies of public words, folded, made again from the truth."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Entry(models.Model):
    """One findable thing. SQLite indexes the four columns of words with FTS5, Postgres
    with a tsvector; triggers (migration ``full_text``) keep both, whoever writes."""

    class Kind(models.TextChoices):
        POST = "post"
        CHARACTER = "character"
        SCENE = "scene"
        PERSON = "person"
        TAG = "tag"

    kind = models.CharField(max_length=9, choices=Kind)
    thing = models.BigIntegerField()
    """Id of the row that it is about; no key, for there are five tables of them."""

    owner = models.BigIntegerField(null=True, db_index=True)
    """Id of the person whose it is; null: nobody's."""

    title = models.TextField(blank=True)
    """Like the next three: words of ``feed.search.folding``, with a space between."""

    people = models.TextField(blank=True)
    """Names of characters; and signs: ``@7`` of its owner, ``=post`` of its kind,
    ``=limited`` when not everybody may see it."""

    words = models.TextField(blank=True)
    """Caption, description, and ``#name`` for each hashtag."""

    said = models.TextField(blank=True)
    """What is spoken in it."""

    lines = models.JSONField(default=list, blank=True)
    """The same as it is shown: ``[speaker, [[second or null, word], ...]]`` a line."""

    weight = models.FloatField(default=1.0)
    """1 to 3: how much it is liked and watched."""

    learnt = models.BooleanField(default=False)
    """Whether its words are among those that spelling is mended with."""

    updated = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["kind", "thing"], name="entry_once")
        ]
        indexes = [
            models.Index(
                fields=["id"], name="entry_unlearnt", condition=models.Q(learnt=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.thing}"


class Word(models.Model):
    """A word of public things, to mend what was typed wrong."""

    text = models.CharField(max_length=64, unique=True)
    things = models.PositiveIntegerField(default=0)
    """That have it and that everybody may see; counted up to a limit."""

    def __str__(self) -> str:
        return self.text


class Spelling(models.Model):
    """A word with one letter left out: two words that share one are a slip apart."""

    text = models.CharField(max_length=24, db_index=True)
    word = models.ForeignKey(Word, models.CASCADE, related_name="spellings")

    def __str__(self) -> str:
        return self.text
