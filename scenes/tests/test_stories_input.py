"""What is sent as a scene and is none: answered quickly, in few words, never with a 500."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from scenes.services import screening
from scenes.tests.stories import document, draft, send

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/api/v1/scenes/"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    screening.forget()


@pytest.fixture
def hers(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


def bad_documents() -> dict[str, str]:
    """Each with a word of the message that names the place."""
    chain = {
        f"s{i}": {"choices": [{"id": "go", "text": "Go", "target": f"s{i + 1}"}]}
        for i in range(12_000)
    }
    found = json.loads(document())
    twice = document().replace('"roles"', '"initial": "table", "roles"', 1)
    long_id = "a" * 1_000_000
    return {
        "a hundred thousand nodes": json.dumps(
            {**found, "states": {f"s{i}": {} for i in range(100_000)}}
        ),
        "more nodes than fit": json.dumps({**found, "states": chain}),
        "deep": "[" * 100_000,
        "deep states": '{"states":{"a":' * 100_000,
        "not a number": document().replace('"Tea for two"', "NaN"),
        "endless": document().replace('"Tea for two"', "1e999"),
        "twice": twice,
        "an id of a megabyte": json.dumps({**found, "initial": long_id}),
        "a state of a megabyte": json.dumps({**found, "states": {long_id: {}}}),
        "a key of a megabyte": json.dumps({**found, long_id: 1}),
        "proto": json.dumps({**found, "__proto__": {}}),
        "proto state": json.dumps({**found, "states": {"__proto__": {}}}),
        "constructor": json.dumps({**found, "states": {"constructor": []}}),
        "a deep condition": document(
            states={
                "table": {
                    "choices": [
                        {
                            "id": "go",
                            "text": "Go",
                            "target": "table",
                            "guard": "(" * 249 + "1" + ")" * 249,
                        }
                    ]
                }
            }
        ),
        "many digits": document().replace('"version": 1', '"version": ' + "9" * 4000),
        "nothing": "",
        "null": "null",
        "half": document()[:300],
        "another format": '{"format": "play"}',
    }


@pytest.mark.parametrize("name", list(bad_documents()))
def test_bad_documents_are_answered_quickly_with_a_short_finding(
    name: str, alice: User, hers: Client
) -> None:
    text = bad_documents()[name]
    scene = draft(alice)
    began = time.process_time()
    answer = send(hers, "post", f"{URL}{scene.key}/check/", document=text)
    assert time.process_time() - began < 2.0
    assert answer.status_code == 200
    body = answer.json()
    assert body["publishable"] is False
    assert len(answer.content) < 20_000
    errors = [one for one in body["findings"] if one["severity"] == "error"]
    assert errors[0]["message"]
    saved = send(hers, "put", f"{URL}{scene.key}/draft/", document=text, rev=1)
    assert saved.status_code == 200
    rev = saved.json()["rev"]
    refused = send(hers, "post", f"{URL}{scene.key}/publish/", rev=rev)
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:troupe:not-publishable"


def test_harmless_oddities_are_played_as_text(alice: User, hers: Client) -> None:
    scene = draft(alice)
    text = document("(a+)+$ __proto__ constructor ${{7*7}} <script>")
    answer = send(hers, "post", f"{URL}{scene.key}/check/", document=text).json()
    assert answer["publishable"] is True, answer["findings"]


def test_a_circle_and_a_loop_of_ones_own_are_named(alice: User, hers: Client) -> None:
    found = json.loads(document())
    found["states"]["table"]["always"] = [{"target": "table"}]
    url = f"{URL}{draft(alice).key}/check/"
    answer = send(hers, "post", url, document=json.dumps(found)).json()
    circle = next(one for one in answer["findings"] if one["code"] == "circle")
    assert circle["state"] == "table"


def test_diamonds_of_more_ways_than_anybody_can_count_are_checked(
    alice: User, hers: Client
) -> None:
    states: dict[str, Any] = {
        f"d{i}": {
            "choices": [
                {"id": way, "text": f"Go {way} from {i}", "target": f"{way}{i}"}
                for way in ("left", "right")
            ]
        }
        for i in range(60)
    }
    for i in range(60):
        target = f"d{i + 1}" if i < 59 else "the_end"
        for way in ("left", "right"):
            states[f"{way}{i}"] = {"always": [{"target": target}]}
    states["the_end"] = {"type": "final", "ending": {"title": "Out"}}
    found = {**json.loads(document()), "initial": "d0", "states": states}
    began = time.monotonic()
    url = f"{URL}{draft(alice).key}/check/"
    answer = send(hers, "post", url, document=json.dumps(found))
    assert time.monotonic() - began < 4.0
    assert answer.json()["endings"][0]["state"] == "the_end"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 1_000_000, 400),
        (b'{"document": ' + b"[" * 3000, 400),
        (b'{"document": {}, "rev": 1}', 400),
        (b'{"document": null, "rev": 1}', 400),
        (b'{"document": "a", "rev": "x"}', 400),
        (b'{"document": "a", "rev": 1e999}', 400),
        (b'{"document": "a", "rev": NaN}', 400),
        (b'{"document": "a", "rev": ' + b"9" * 4000 + b"}", 400),
        (b'{"document": "\\u0000", "rev": 1}', 400),
        (b'{"document": "\\ud800", "rev": 1}', 400),
        (b'{"rev": 1}', 400),
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b'"document"', 400),
        (b'{"document": "' + b"a" * 5_000_001 + b'", "rev": 1}', 413),
        (b'{"document": "' + b"a" * 10_000_000 + b'", "rev": 1}', 413),
    ],
    ids=range(17),
)
def test_a_body_that_carries_no_scene_is_refused(
    body: bytes, status: int, alice: User, hers: Client
) -> None:
    scene = draft(alice)
    began = time.process_time()
    answer = hers.put(f"{URL}{scene.key}/draft/", body, content_type="application/json")
    assert time.process_time() - began < 1.5
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.content) < 2000
    scene.refresh_from_db()
    assert scene.draft_rev == 1


def test_a_document_as_large_as_one_may_be_is_saved(alice: User, hers: Client) -> None:
    scene = draft(alice)
    text = ('{"text": "said"}\n' * 294_117)[:5_000_000]
    answer = send(hers, "put", f"{URL}{scene.key}/draft/", document=text, rev=1)
    assert answer.status_code == 200, answer.content[:300]
    assert hers.get(f"{URL}{scene.key}/draft/").json()["document"] == text
