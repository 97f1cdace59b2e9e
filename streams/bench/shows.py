"""A show for benches and drills: a host, two characters and lines with sound."""

from __future__ import annotations

import io
import random
from functools import cache

from django.utils import timezone
from PIL import Image

from moderation.screening import screen_text
from socialapp.accounts.models import User
from socialapp.characters.models import Character, Portrait
from socialapp.content import library
from socialapp.lib import blobs
from socialapp.performance import Caption, Part, Performance, Pose, Rig, Viseme
from streams import services
from streams.models import Stream
from streams.services import Recording, Screened

SAID = (
    "alternate_greetings", "group_only_greetings", "example_dialogue", "lorebook",
    "fallbacks", "reactions",
)  # fmt: skip
"""Of a cast file, what a character has in its card."""

WORDS = ("Clouds", "are", "the", "show.")


def on_air(host: str = "host") -> Stream:
    """A stream of two that has just begun; nothing is written that needs screening."""
    user = User.objects.create_user(
        host, f"{host}@example.com", None, birth_date=timezone.now().date()
    )
    stream = Stream.objects.create(host=user, title="A bench", delay_seconds=0.5)
    for seat, name in (("a", "Hob"), ("b", "Sunniva")):
        portrait = _portrait(user)
        character = Character.objects.create(owner=user, name=name, portrait=portrait)
        stream.seats.create(seat=seat, character=character, portrait=portrait)
    return services.start_stream(stream=stream)


def cast(host: str = "host") -> tuple[User, list[Character]]:
    """Hob and Sunniva with all that they know, and who may put them on stage."""
    user = User.objects.create_user(
        host, f"{host}@example.com", None, birth_date=timezone.now().date()
    )
    return user, [_member(user, name) for name in ("hob", "sunniva")]


def _member(user: User, name: str) -> Character:
    data = library.cast_member(name)
    return Character.objects.create(
        owner=user,
        portrait=_portrait(user),
        voice=data["voice"]["voice"],
        card={key: data[key] for key in SAID if key in data},
        **{key: data[key] for key in ("name", "tagline", "persona", "greeting")},
    )


def play(user: User, cast: list[Character], **fields: object) -> Stream:
    """Their show, on air; a director has it from here."""
    stream = Stream.objects.create(host=user, title="Clouds", **fields)
    for seat, character in zip("ab", cast, strict=True):
        assert character.portrait is not None  # noqa: S101  narrows for mypy
        stream.seats.create(seat=seat, character=character, portrait=character.portrait)
    return services.start_stream(stream=stream)


def say(stream: Stream, *, seconds: float = 1.0, sound_bytes: int = 4000) -> int:
    """One line, spoken and listened to; its number."""
    chance = random.Random(stream.last_seq)  # noqa: S311 - not for secrets
    step = seconds / len(WORDS)
    speaks = Part(
        "a",
        visemes=tuple(
            Viseme(i * 0.1, (i + 1) * 0.1, "aa", 0.8) for i in range(int(seconds * 10))
        ),
        poses=tuple(
            Pose(i / 5, chance.uniform(-5, 5), chance.uniform(-3, 3))
            for i in range(int(seconds * 5))
        ),
        captions=tuple(
            Caption(i * step, (i + 1) * step, word) for i, word in enumerate(WORDS)
        ),
    )
    line = services.perform_line(
        stream=stream,
        seat="a",
        performance=Performance(seconds, (speaks, Part("b"))),
        sounds={"a": Recording(chance.randbytes(sound_bytes), "opus")},
        words=_words(),
    )
    return line.line


@cache
def _words() -> Screened:
    text = " ".join(WORDS)
    return Screened(((text, screen_text(text, surface="stream", log=False)),))


def _portrait(user: User) -> Portrait:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((96, 96)).save(file, "PNG")
    ref = blobs.put(file.getvalue(), "png")
    rig = Rig(portrait=ref, width=96, height=96, style="photo")
    return Portrait.objects.create(
        owner=user, source=Portrait.Source.MAKER, ref=ref, rig=rig.to_json()
    )
