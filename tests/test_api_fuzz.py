"""Every operation of the API against awkward input: refused, never broken.

What to send is read from the schema, so a new endpoint is tested the day it is wired.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.models import Clip
from avatarfx.recipe import Recipe, Role
from feed.models import Collection, Post, RemixRequest
from feed.services import create_collection, publish_post, put_in
from feed.services.talk import write_comment
from moderation.tests.seeing import telling_detectors
from scenes.models import Company, Play, Scene
from scenes.services import company
from scenes.services.plays import begin_play
from scenes.tests.playing import make, publish
from scenes.tests.stories import document
from socialapp.characters.models import Character, Portrait
from socialapp.characters.tests.rigging import picture, telling_rigger
from socialapp.comments.models import Comment
from socialapp.lib import blobs
from socialapp.performance import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database,
]

SCHEMA = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"
"""Held to the code by tests/architecture/test_openapi.py."""

AWKWARD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    -(2**70),
    0.1,
    1e308,
    "",
    " ",
    "x" * 5000,
    "a\u0000b",
    "\u202egnp.exe",
    "Z\u0336\u0337\u0338\u0321\u0322lgo",
    "\u200b",
    "\ud800",
    "\uffff",
    "﷽" * 40,
    "👩‍👩‍👧‍👦",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "${7*7}{{7*7}}",
    "sha256:" + "0" * 64 + ".png",
    "2024-02-30",
    "9999999999999999999999",
    "NaN",
    [],
    [[]],
    ["x"] * 200,
    {},
    {"__proto__": {"x": 1}, "constructor": None},
    {"a": {"b": {"c": {"d": [1, 2, {"e": "f"}]}}}},
)
QUERIES = (
    "?cursor=%ff%fe",
    "?cursor=cD0yMDI0",
    "?limit=99999999999999999999",
    "?limit=-1",
    "?after=9e9.x",
    "?after=99999999999999999999.1",
    "?after=1.99999999999999999999999",
    "?tag=%00",
    "?tag=" + "x" * 300,
    "?state=nothing",
    "?of=%F0%9F%99%82",
    "?seed=1e9",
)
KEYS = ("x", "0" * 13, "%00", "%F0%9F%99%82", "..", "x" * 500)


def operations() -> list[Any]:
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    bodies = schema["components"]["schemas"]
    found = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            reference = content.get("application/json", {}).get("schema", {})
            body = bodies.get(reference.get("$ref", "").rpartition("/")[2], {})
            fields = sorted(body.get("properties", {}))
            found.append(pytest.param(path, method, fields, id=f"{method} {path}"))
    return found


def payloads(fields: list[str], seed: str) -> Iterator[Any]:
    """Bodies of another shape, then each field with each awkward value, once."""
    yield from ([], "x", 7, None, {}, [{}])
    chance = random.Random(seed)  # noqa: S311
    values = list(AWKWARD)
    for _ in range(len(values) if fields else 0):
        chance.shuffle(values)
        yield dict(zip(fields, itertools.cycle(values), strict=False))


def without_escapes(path: str, key: str) -> str:
    start, _, rest = path.partition("{")
    return start + key + rest.partition("}")[2] if rest else path


def asked_to_remix(post: Post, character: Character) -> None:
    """A request that waits for her."""
    request = RemixRequest.objects.create(
        key="alice", asker=post.author, post=post, kind="reply", character=character,
        script="Hello.", sha256="0" * 64,
        expires=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip
    request.answers.create(person=post.author)


def played(person: User) -> None:
    """A scene that she plays in company."""
    scene = publish(person)
    Scene.objects.update(key="alice", draft=document())
    cast = {"host": make(person, "Kiko").key}
    play = begin_play(person=person, scene=scene, cast=cast)
    Play.objects.update(key="alice")
    company.open_company(play=play)
    Company.objects.update(key="alice")


@pytest.fixture
def house(alice: User, settings: Settings) -> Iterator[None]:
    """One of everything, by the key ``alice``: input gets past "not found"."""
    ref = blobs.put(picture(), "png")
    rig = Rig(portrait=ref, width=400, height=300, style="photo")
    portrait = Portrait.objects.create(
        key="alice", owner=alice, ref=ref, rig=rig.to_json()
    )
    hob = Character.objects.create(
        key="alice", owner=alice, name="Hob", portrait=portrait
    )
    clip = Clip.objects.create(
        key="alice",
        owner=alice,
        character=hob,
        script="Hello.",
        state="ready",
        recipe=Recipe("Hello.", (Role("a", "alice", "alice"),)).to_json(),
    )
    publish_post(clip=clip, author=alice, caption="Night")
    Post.objects.update(key="alice")
    asked_to_remix(Post.objects.get(), hob)
    write_comment(post=Post.objects.get(), author=alice, text="Good night")
    Comment.objects.update(key="alice")
    put_in(
        collection=create_collection(person=alice, title="Tea"), post=Post.objects.get()
    )
    Collection.objects.update(key="alice")
    played(alice)
    with telling_rigger(settings), telling_detectors():
        yield


@pytest.fixture
def client(alice: User, house: None, settings: Settings) -> APIClient:
    cache.clear()
    settings.API_RATES = {}
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "signup": None}
    client = APIClient(raise_request_exception=True)
    client.force_authenticate(alice)
    return client


@pytest.mark.parametrize(("path", "method", "fields"), operations())
def test_awkward_input_is_never_a_fault_of_ours(
    path: str, method: str, fields: list[str], client: APIClient
) -> None:
    if path.endswith("/me/") and method == "delete":
        pytest.skip("it takes no input and ends what the others need")
    send = getattr(client, method)
    for key in KEYS if "{" in path else ("",):
        assert send(without_escapes(path, key)).status_code < 500, key
    if method == "get":
        for query in QUERIES:
            response = send(without_escapes(path, "alice") + query)
            assert response.status_code < 500, query
        return
    for body in payloads(fields, path):
        response = send(
            without_escapes(path, "alice"),
            json.dumps(body),
            content_type="application/json",
        )
        assert response.status_code < 500, body
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", body
