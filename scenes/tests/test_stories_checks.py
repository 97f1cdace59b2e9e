"""What a check says of a document, and how long it takes at most."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from moderation.models import Screening
from moderation.screening import screen_text
from scenes import services
from scenes.services import screening
from scenes.tests.stories import document

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

THREAT = "Good evening. I know where you live, dear listener."


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    screening.forget()


def test_a_check_says_what_publishing_would_and_keeps_nothing(alice: User) -> None:
    checked = services.check_document(document=document(THREAT), owner=alice)
    assert not checked.publishable
    assert checked.findings[0].code == "refused-text"
    assert [(one.state, one.title, one.way) for one in checked.endings] == [
        ("end_tea", "Tea was had", ("go",))
    ]
    assert not Screening.objects.exists()
    fine = services.check_document(document=document(), owner=alice)
    assert fine.publishable
    assert fine.estimate is not None
    assert fine.estimate.words == 8


def test_a_check_screens_only_what_changed(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counting(text: str, **more: Any) -> Any:
        asked.append(text)
        return screen_text(text, **more)

    monkeypatch.setattr(screening, "screen_text", counting)
    services.check_document(document=document(), owner=alice)
    assert len(asked) == 4  # title, the scene, two states
    asked.clear()
    services.check_document(document=document("Milk?"), owner=alice)
    assert asked == ["It is four o'clock.\nMilk?\nGo"]


def test_a_check_has_an_end_however_much_there_is_to_screen(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        time.sleep(0.3)
        return screen_text(*_, **__)

    monkeypatch.setattr(screening, "screen_text", slow)
    found = json.loads(document())
    for i in range(50):
        found["states"][f"s{i}"] = {
            "beats": [{"type": "narration", "text": f"Number {i}."}],
            "choices": [{"id": "go", "text": "Go", "target": "end_tea"}],
        }
    began = time.monotonic()
    checked = services.check_document(document=json.dumps(found), owner=alice)
    assert time.monotonic() - began < 5.0  # fifty take fifteen
    assert "unscreened" in {one.code for one in checked.findings}


def test_a_document_of_more_values_than_any_story_needs_is_not_read(
    alice: User,
) -> None:
    text = document(extensions={"all": [1] * 400_000})
    began = time.process_time()
    checked = services.check_document(document=text, owner=alice)
    assert time.process_time() - began < 0.5
    assert "300000 are the most" in checked.findings[0].message


def test_a_document_that_grows_too_large_when_it_is_written_out_is_refused(
    alice: User,
) -> None:
    deep: Any = 1
    for _ in range(12):
        deep = [deep]
    text = document(extensions={"all": [deep] * 20_000})
    assert len(text) < 1_000_000
    checked = services.check_document(document=text, owner=alice)
    first = checked.findings[0]
    assert (first.severity, first.code) == ("error", "much-text")
    assert "5000000 are the most" in first.message
