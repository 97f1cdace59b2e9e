"""Every address × every viewer × every state of a thing: nobody reads what is not theirs.

The addresses come from the URL table itself, so a new page is tested on the day it is
added.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from avatarfx.models import Backdrop, Batch, BatchRow, Clip, Recording
from feed import services as feed
from feed.models import Post
from feed.services.talk import write_comment
from feed.tests.rows import clip_of, post_by
from moderation import services as moderation
from moderation.models import Case
from socialapp.accounts import keeping_apart
from socialapp.accounts.leaving import ask_to_leave
from socialapp.accounts.models import User
from socialapp.characters.models import Character, Portrait
from socialapp.chat import services as chats
from socialapp.chat.models import Conversation, Fact, Message, Participant, Persona
from socialapp.lib import blobs
from socialapp.performance import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import ClientOf

pytestmark = pytest.mark.django_db

ELSEWHERE = re.compile(
    r"admin/|media/|enter/|accounts/|api/v1/(schema|docs)/|healthz|readyz"
)
"""Backstage and files have their own tests; the rest knows no things of people."""

WORDS = ("quillfish", "marrowbone")
"""In everything that the post and its character say."""

SAID = "I hate quillfish stew."

SEARCHES = (
    "/search/?q=quillfis",
    "/search/?q=quilfish",
    "/search/?q=quillfis&kind=tag",
    "/search/?q=quillfis&kind=said",
    "/search/?q=marrowbon&kind=character",
    "/search/suggest/?q=marrowbo",
    "/search/suggest/?q=quillf",
    "/api/v1/search/?q=quillfis",
    "/api/v1/search/?q=quilfish&kind=clip",
    "/api/v1/search/suggest/?q=marrowbo",
)
"""What is typed wrong or is not finished: whatever the answer says, it did not hear here."""

STATES = (
    "unlisted",
    "private",
    "taken back",
    "leaving",
    "adults only",
    "post hidden",
    "post removed",
    "clip hidden",
    "clip removed",
    "character hidden",
    "character removed",
    "portrait hidden",
    "portrait removed",
    "blocked by the viewer",
    "viewer is blocked",
)
APART = ("blocked by the viewer", "viewer is blocked")
"""For everybody who has an account; a stranger is nobody's to block."""

VIEWERS = ("stranger", "other", "teen", "moderator")


def patterns(found: Any = None, before: str = "") -> Iterator[str]:
    for one in found or get_resolver().url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLPattern):
            if not ELSEWHERE.match(address):
                yield address
        else:
            yield from patterns(one.url_patterns, address)


def keys_for(address: str, post: Post) -> list[tuple[str, str]]:
    """Kind and key of each thing that a ``key`` in this address could be."""
    talk = Conversation.objects.filter(owner=post.author).first()
    clip = clip_of(post)
    character = clip.character
    portrait = character.portrait
    assert portrait is not None
    kinds = {
        "post": (post.key, r"\bp/|posts/"),
        "clip": (clip.key, r"clips/"),
        "character": (character.key, r"\bc/|character|actor/"),
        "portrait": (portrait.key, r"portraits/"),
        "backdrop": (post.author.backdrops.get().key, r"backgrounds/"),
        "recording": (post.author.recordings.get().key, r"recordings/"),
        "batch": (post.author.batches.get().key, r"batches/"),
    }
    if post.thread is not None:
        remark = post.thread.comments.get()
        kinds["comment"] = (remark.key, r"\bcomments/(<|\(|\?)")
    if talk is not None:
        said = talk.messages.get(text=SAID)
        kinds["conversation"] = (talk.key, r"chats/|conversations/")
        kinds["chat-message"] = (said.key, r"said/|messages/")
        kinds["fact"] = (talk.facts.get().key, r"facts/")
        kinds["persona"] = (talk.owner.personas.get().key, r"personas/")
    named = [
        (kind, key) for kind, (key, words) in kinds.items() if re.search(words, address)
    ]
    return named or [(kind, key) for kind, (key, _) in kinds.items()]


def addresses(post: Post) -> Iterator[str]:
    """Each address of the house, filled in with what belongs to this post."""
    author = post.author.username
    fixed = {
        "username": author,
        "name": "quillfish",
        "pk": "1",
        "seat": "1",
        "secret": "0" * 32,
        "year": str(timezone.now().year),
        "letter": "A",
        "token": "x",
        "puid": "TR-2026-x",
        "form": "json",
        "number": "1",
        "run": "1-1",
        "post": post.key,
        "delivery": post.key,
    }
    for pattern in patterns():
        for kind, key in keys_for(pattern, post):
            values = fixed | {"kind": kind, "key": key}
            if "rigs/" in pattern:
                values["seat"] = "a"
            address = re.sub(
                r"\(\?P<(\w+)>(?:\[[^\]]*\]|[^()])*\)|<(?:\w+:)?(\w+)>",
                lambda match, values=values: values[match[1] or match[2]],  # type: ignore[misc]
                pattern,
            )
            yield "/" + re.sub(r"[\^$]|\\Z", "", address)
            if "key" not in pattern and "kind" not in pattern:
                break
    yield from SEARCHES


@pytest.fixture(autouse=True)
def _fresh_rates() -> None:
    """Whoever is told to wait reads nothing, and proves nothing."""
    cache.clear()


@pytest.fixture
def post(alice: User) -> Post:
    picture = blobs.put(b"a face", "png")
    rig = Rig(portrait=picture, width=400, height=300, style="photo")
    portrait = Portrait.objects.create(owner=alice, ref=picture, rig=rig.to_json())
    character = Character.objects.create(
        owner=alice,
        name="Marrowbone",
        tagline="marrowbone",
        greeting="marrowbone",
        persona="marrowbone",
        portrait=portrait,
        visibility="public",
    )
    made = post_by(
        alice,
        "A film about #quillfish and the sea",
        character=character,
        title="Quillfish",
        video=blobs.put(b"moving", "mp4"),
        poster=blobs.put(b"still", "webp"),
        captions=blobs.put(b"said", "vtt"),
        audio=blobs.put(b"heard", "m4a"),
    )
    Clip.objects.update(script="Quillfish are not real.")
    clip_of(made).actors.create(seat="a", character=character, portrait=portrait)
    Backdrop.objects.create(
        owner=alice,
        name="Quillfish",
        ref=picture,
        size=6,
        width=400,
        height=300,
        state=Backdrop.State.APPROVED,
    )
    Recording.objects.create(
        owner=alice,
        script="Quillfish",
        ref=blobs.put(b"quillfish aloud", "flac"),
        sent="0" * 64,
        words=[[0.0, 1.0, "Quillfish", 0.9]],
        wording=1,
    )
    batch = Batch.objects.create(
        owner=alice, character=character, title="Quillfish", template="{marrowbone}"
    )
    BatchRow.objects.create(batch=batch, number=1, values={"marrowbone": "Quillfish"})
    call_command("reindex", verbosity=0)
    write_comment(post=made, author=alice, text="Quillfish, said the marrowbone")
    return made


@pytest.fixture
def viewers(bob: User, mallory: User, client_of: ClientOf) -> dict[str, Client]:
    teen = User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )
    mallory.groups.set(Group.objects.filter(name="Moderators"))
    return {
        "stranger": Client(),
        "other": client_of(bob),
        "teen": client_of(teen),
        "moderator": client_of(mallory),
    }


def bring(post: Post, state: str) -> None:
    """Bring the post and all it is made of into a state."""
    character = clip_of(post).character
    portrait = character.portrait
    assert portrait is not None
    if state in {"unlisted", "private"}:
        feed.edit_post(post=post, visibility=state)
        Character.objects.update(visibility=state)
    elif state == "taken back":
        feed.remove_post(post=post)
        Character.objects.update(removed=timezone.now())
    elif state in APART:
        for other in User.objects.exclude(pk=post.author_id):
            pair = (other, post.author)
            person, whom = pair if state == "blocked by the viewer" else pair[::-1]
            keeping_apart.block(person=person, whom=whom)
    elif state == "leaving":
        ask_to_leave(user=post.author)
    elif state == "adults only":
        Post.objects.update(adults_only=True)
        Character.objects.update(visibility="private")
    else:
        kind, _, level = state.partition(" ")
        key = {
            "post": post.key,
            "clip": clip_of(post).key,
            "character": character.key,
            "portrait": portrait.key,
        }[kind]
        case = moderation.open_case(kind=kind, key=key, category="hate", hold=False)
        moderation.decide_case(
            case=case,
            moderator=None,
            measure="hide" if level == "hidden" else "remove",
            rule="4.1",
            reason="It attacks people for what they are.",
        )
        if kind in {"post", "clip"}:
            Character.objects.update(visibility="private")
        Case.objects.update(title="", snapshot={})


def text_of(answer: Any) -> str:
    if answer.streaming and answer.is_async:
        body = async_to_sync(_joined)(answer)
    else:
        body = answer.getvalue() if answer.streaming else answer.content
    found: str = body.decode("utf-8", "replace").lower()
    return found


async def _joined(answer: Any) -> bytes:
    return b"".join([piece async for piece in answer])


def files_of(post: Post) -> list[str]:
    return [blobs.name_of(ref) for ref in clip_of(post).files]


@pytest.fixture
def talk(post: Post) -> Conversation:
    """A conversation of hers with her own character, marked in each of its tables."""
    persona = chats.create_persona(person=post.author, name="Quillfish")
    started = chats.start(
        person=post.author, character=clip_of(post).character, persona=persona
    )
    chats.send_message(conversation=started, person=started.owner, text=SAID)
    return started


def may_read(state: str, viewer: str, address: str, post: Post) -> bool:
    """The few who may: with the link of what is unlisted, and adults in their rooms."""
    assert post.thread is not None
    said = post.thread.comments.get().key
    keys = (post.key, said, clip_of(post).character.key)
    portrait = clip_of(post).character.portrait
    linked = any(key in address for key in (*keys, portrait.key if portrait else ""))
    if state == "unlisted":
        return linked
    if state in APART:
        # A player on another site does not know who looks.
        return viewer == "stranger" or address.startswith("/embed/")
    return state == "adults only" and viewer in {"other", "moderator"}


@pytest.mark.parametrize("state", STATES)
def test_nobody_reads_what_is_not_theirs(
    post: Post, viewers: dict[str, Client], state: str
) -> None:
    bring(post, state)
    fresh = Post.objects.get(pk=post.pk)
    marks = (*WORDS, *(name.rpartition("/")[2] for name in files_of(post)))
    leaks = []
    for address in addresses(fresh):
        # What was typed into the address comes back in it.
        given = address.lower()
        for viewer in VIEWERS:
            if may_read(state, viewer, address, fresh):
                continue
            said = text_of(viewers[viewer].get(address))
            leaks += [
                f"{viewer} reads {mark} at {address}"
                for mark in marks
                if mark in said and mark not in given
            ]
    assert leaks == []


def test_nobody_reads_what_somebody_else_said_to_a_character(
    post: Post, talk: Conversation, viewers: dict[str, Client], client_of: ClientOf
) -> None:
    """The post and the character are hidden, so that every mark is the conversation's."""
    Post.objects.update(visibility="private")
    Character.objects.update(visibility="private")
    feed.edit_post(post=post, caption="Nothing", visibility="private")
    leaks = [
        f"{viewer} reads {mark} at {address}"
        for address in addresses(post)
        for viewer in VIEWERS
        for mark in WORDS
        if mark in text_of(viewers[viewer].get(address)) and mark not in address.lower()
    ]
    assert leaks == []
    author = client_of(post.author)
    assert SAID.lower() in text_of(author.get(talk.get_absolute_url()))


@pytest.mark.parametrize("viewer", ["stranger", "other", "moderator"])
def test_nobody_changes_somebody_elses_conversation(
    post: Post, talk: Conversation, viewers: dict[str, Client], viewer: str
) -> None:
    def rows() -> list[Any]:
        models = (Conversation, Message, Fact, Participant, Persona)
        return [list(m._default_manager.order_by("pk").values()) for m in models]

    before = rows()
    changed = []
    for address in addresses(post):
        if not re.search(r"chats|said|facts|personas|conversations|messages", address):
            continue
        for method in ("post", "put", "patch", "delete"):
            ask = getattr(viewers[viewer], method)
            if address.startswith("/api/"):
                ask(address, {"text": "Mine", "title": "Mine"}, "application/json")
            else:
                ask(address, {"text": "Mine", "forget": "1"})
            if rows() != before:
                changed.append(f"{method} {address}")
                before = rows()
    assert changed == []


@pytest.mark.parametrize(
    "state", [s for s in STATES if "hidden" in s or "removed" in s]
)
def test_nobody_opens_files_that_are_withheld(
    post: Post, viewers: dict[str, Client], client_of: ClientOf, state: str
) -> None:
    for name in files_of(post):
        assert viewers["stranger"].get(f"/media/{name}").status_code == 200
    bring(post, state)
    author = client_of(post.author)
    for name in files_of(post):
        for viewer in ("stranger", "other", "teen"):
            assert viewers[viewer].get(f"/media/{name}").status_code == 404
            part = viewers[viewer].get(f"/media/{name}", headers={"Range": "bytes=0-1"})
            assert part.status_code == 404
        assert viewers["moderator"].get(f"/media/{name}").status_code == 200
        expected = 200 if "hidden" in state else 404
        assert author.get(f"/media/{name}").status_code == expected


@pytest.mark.parametrize("viewer", ["stranger", "other", "moderator"])
def test_nobody_changes_what_is_not_theirs(
    post: Post, viewers: dict[str, Client], viewer: str
) -> None:
    portrait = clip_of(post).character.portrait
    assert portrait is not None

    def rows() -> list[Any]:
        return [
            list(model._default_manager.filter(pk=pk).values())
            for model, pk in (
                (Post, post.pk),
                (Clip, clip_of(post).pk),
                (Character, clip_of(post).character_id),
                (Portrait, portrait.pk),
                (User, post.author_id),
            )
        ]

    before = rows()
    changed = []
    for address in addresses(post):
        for method in ("post", "put", "patch", "delete"):
            ask = getattr(viewers[viewer], method)
            if address.startswith("/api/"):
                ask(address, {"name": "Mine", "caption": "Mine"}, "application/json")
            else:
                ask(address)
            if rows() != before:
                changed.append(f"{method} {address}")
                before = rows()
    assert changed == []


def test_the_author_reads_what_is_hidden_and_the_house_what_is_public(
    post: Post, viewers: dict[str, Client], client_of: ClientOf
) -> None:
    """Without this, a test that finds nothing could be one that looks nowhere."""
    seen = {
        viewer: sum(
            any(mark in text_of(client.get(address)) for mark in WORDS)
            for address in addresses(post)
        )
        for viewer, client in viewers.items()
    }
    assert min(seen.values()) >= 12, seen
    bring(post, "post hidden")
    author = client_of(post.author)
    assert "quillfish" in text_of(author.get(f"/p/{post.key}/"))


def test_every_search_finds_what_is_public(
    post: Post, viewers: dict[str, Client]
) -> None:
    """The same: a search that never finds anything would leak nothing."""
    found = {address: text_of(viewers["stranger"].get(address)) for address in SEARCHES}
    assert [
        address
        for address, said in found.items()
        if not any(mark in said for mark in WORDS) and "q=quillf" not in address
    ] == []
