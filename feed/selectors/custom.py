"""Posts that fit the rules of a feed that somebody built, and words that are muted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q

from avatarfx.models import ClipActor
from feed.models import CustomFeed, MutedWord, Post, SnippetLine
from feed.rules import Facts, Rules
from feed.selectors.kept import Kept
from feed.words import Text
from socialapp.accounts.circle import heard
from socialapp.acting.script import spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import AnonymousUser

    from feed.models.custom import CustomFeedQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser
    Keep = Callable[[Post], bool]


def text_of(post: Post) -> Text:
    """Everything that a post says: its caption, its title and what is spoken in it."""
    if post.snippet is not None:
        lines = [line.text for line in post.snippet.lines.all()]
        return Text.of(post.caption, post.title, *lines)
    assert post.clip is not None  # noqa: S101  the database holds it
    return Text.of(post.caption, post.clip.title, spoken(post.clip.script))


def facts_of(post: Post) -> Facts:
    """What rules ask of a post; costs queries, so lists go by `chosen`."""
    characters = {post.character.key}
    if post.clip is not None:
        acted = post.clip.actors.values_list("character__key", flat=True)
        characters.update(acted)
    if post.snippet is not None:
        lines = post.snippet.lines.filter(character__isnull=False)
        characters.update(lines.values_list("character__key", flat=True))
    return Facts(
        kind=post.kind,
        creator=post.author.username,
        characters=frozenset(characters),
        tags=frozenset(tag.name for tag in post.tags.all()),
        language=post.language,
        seconds=post.clip.seconds if post.clip else None,
        captioned=bool(post.clip.captions) if post.clip else True,
        text=text_of(post),
    )


def chosen(rules: Rules) -> Q:
    """All of the rules but the words: see `keeping`."""
    fits = Q()
    if rules.kinds:
        fits &= Q(kind__in=rules.kinds)
    if rules.creators:
        fits &= Q(author__username__in=rules.creators)
    if rules.languages:
        fits &= Q(language__in=rules.languages)
    if rules.shortest is not None:
        fits &= Q(clip__seconds__gte=rules.shortest)
    if rules.longest is not None:
        fits &= Q(clip__seconds__lte=rules.longest)
    if rules.captioned:
        fits &= Q(clip__isnull=True) | ~Q(clip__captions="")
    tagged = Post.tags.through.objects
    if rules.tags:
        wanted = tagged.filter(tag__name__in=rules.tags)
        fits &= Q(pk__in=wanted.values("post"))
    if rules.without_tags:
        unwanted = tagged.filter(tag__name__in=rules.without_tags)
        fits &= Q(~Exists(unwanted.filter(post=OuterRef("pk"))))
    if rules.characters:
        acted = ClipActor.objects.filter(character__key__in=rules.characters)
        lines = SnippetLine.objects.filter(character__key__in=rules.characters)
        fits &= (
            Q(clip__character__key__in=rules.characters)
            | Q(clip__in=acted.values("clip"))
            | Q(snippet__lead__key__in=rules.characters)
            | Q(snippet__in=lines.values("snippet"))
        )
    return fits


def keeping(viewer: Viewer, rules: Rules | None = None) -> Keep | None:
    """What decides by the words of a post; None: words do not matter. One query."""
    muted = muted_words(viewer)
    wanted = rules if rules is not None and rules.reads else None
    if not muted and wanted is None:
        return None

    def keep(post: Post) -> bool:
        text = text_of(post)
        if wanted is not None and not wanted.fits_words(text):
            return False
        return post.author_id == viewer.pk or not text.has_any(muted)

    return keep


def muted_words(viewer: Viewer) -> list[str]:
    if not viewer.is_authenticated:
        return []
    return _muted(person=viewer.pk)


_muted = Kept(
    lambda person: (
        MutedWord.objects.filter(person=person).now().values_list("words", flat=True)
    ),
    person=int,
)


def unmuted(viewer: Viewer, posts: Iterable[Post]) -> list[Post]:
    keep = keeping(viewer)
    return list(posts) if keep is None else [post for post in posts if keep(post)]


def custom_feeds() -> CustomFeedQuerySet:
    """With ``readers``, and everything that a card of one shows."""
    counted = CustomFeed.objects.annotate(readers=Count("subscriptions"))
    return counted.select_related("owner")


def feeds_of(person: User) -> CustomFeedQuerySet:
    """Their own, newest first."""
    return custom_feeds().filter(owner=person).order_by("-created", "-pk")


def feeds_read(person: User) -> CustomFeedQuerySet:
    """Those of others that they subscribed to and may still open."""
    visible = CustomFeed.objects.visible_to(person).filter(subscriptions__person=person)
    mine = custom_feeds().filter(pk__in=visible.values("pk")).exclude(owner=person)
    return mine.order_by("name", "pk")


def feeds_around(viewer: Viewer) -> CustomFeedQuerySet:
    """What others share, the most read first."""
    listed = CustomFeed.objects.listed().filter(heard(viewer, "owner"))
    if viewer.is_authenticated:
        listed = listed.exclude(owner=viewer.pk)
    counted = CustomFeed.objects.filter(pk__in=listed.values("pk")).annotate(
        readers=Count("subscriptions")
    )
    return counted.select_related("owner").order_by("-readers", "-pk")


def feed_for(*, viewer: Viewer, key: str) -> CustomFeed:
    """CustomFeed.DoesNotExist for what this viewer may not open."""
    visible = CustomFeed.objects.visible_to(viewer).filter(key=key)
    return custom_feeds().get(pk__in=visible.values("pk"))
