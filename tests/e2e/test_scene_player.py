"""A scene, played in a real browser: by keys, by touch, closed and gone on with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from scenes.machine import read_scene, write_scene
from tests.e2e.conftest import DESKTOP, PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Route

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

HOUSE = ROOT / "scenes" / "content" / "seven_minutes.json"

PUT = """
import json, sys
from scenes import services
from scenes.models import Scene
from socialapp.accounts.models import User
from socialapp.characters.approving import HOUSE
house = User.objects.get(username="troupe")
for row in json.load(sys.stdin):
    scene = Scene.objects.filter(key=row["key"]).first()
    if scene is None:
        made = services.create_scene(owner=house, document=row["document"])
        Scene.objects.filter(pk=made.pk).update(key=row["key"])
        scene = Scene.objects.get(pk=made.pk)
    else:
        services.save_draft(
            scene=scene, document=row["document"], rev=scene.draft_rev
        )
        scene.refresh_from_db()
    services.publish(scene=scene, rev=scene.draft_rev, vouched=HOUSE)
print("put")
"""


def put(troupe: Troupe, *scenes: tuple[str, str]) -> None:
    """Scenes on stage in the product's own copy: key and document."""
    rows = [{"key": key, "document": text} for key, text in scenes]
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", PUT],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
        },
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "put" in done.stdout, done.stderr


def house_scene() -> str:
    """With the backgrounds that are always there."""
    text = HOUSE.read_text(encoding="utf-8")
    text = text.replace('"backstage"', '"velvet"').replace('"pitch_stage"', '"office"')
    return write_scene(read_scene(text)).decode()


def small(**changes: Any) -> dict[str, Any]:
    """Three on a stage, dice, a timer, a long text, two endings."""
    line = {"type": "line", "emotion": "happy", "text": "Here I am, and so are we all."}
    scene: dict[str, Any] = {
        "format": "scene",
        "version": 1,
        "id": "small",
        "title": "Small",
        "rating": "everyone",
        "languages": ["en"],
        "roles": {r: {"label": f"the {r}"} for r in ("one", "two", "three")},
        "dice": {"luck": {"count": 2, "sides": 6}},
        "initial": "room",
        "states": {
            "room": {
                "background": "bakery",
                "beats": [{**line, "role": r} for r in ("one", "two", "three")],
                "choices": [
                    {
                        "id": "roll",
                        "text": "Roll",
                        "target": "fell",
                        "actions": [{"type": "roll", "dice": "luck"}],
                    },
                    {"id": "out", "text": "Go out " + "and on " * 16, "target": "end"},
                ],
            },
            "fell": {
                "background": "forest",
                "beats": [{"type": "narration", "text": "They roll. " * 60}],
                "choices": [{"id": "out", "text": "Out", "target": "end"}],
                "after": [{"seconds": 9, "target": "end_late"}],
            },
            "end": {"type": "final", "ending": {"title": "Out", "mood": "happy"}},
            "end_late": {"type": "final", "ending": {"title": "Late", "mood": "sad"}},
        },
    }
    return {**scene, **changes}


@pytest.fixture(autouse=True)
def no_voices(expected_errors: list[str]) -> None:
    """Where no voices are made for a scene, asking for them is answered with 404."""
    expected_errors.append("/takes/")
    # A browser reports an answer that a test gives on purpose, too.
    expected_errors.append("409.*/plays/p1/")


@pytest.fixture(scope="module")
def scenes(troupe: Troupe) -> None:
    put(troupe, ("playhouse1", house_scene()), ("playsmall", json.dumps(small())))


class Stage:
    """A ``<troupe-scene>`` on an open page."""

    def __init__(self, page: Page, troupe: Troupe, key: str, query: str = "") -> None:
        self.page = page
        page.goto(f"{troupe.url}/sc/{key}/play/{query}")

    def __getitem__(self, name: str) -> str:
        found = self.page.evaluate(
            "name => document.querySelector('troupe-scene').dataset[name] ?? ''", name
        )
        return str(found)

    def until(self, true: Callable[[], Any], seconds: float = 40.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.page.evaluate(
                "({...document.querySelector('troupe-scene').dataset})"
            )
            self.page.wait_for_timeout(30)

    def status(self, *wanted: str) -> str:
        self.until(lambda: self["status"] in wanted)
        return self["status"]

    def lit(self) -> None:
        """The cast is drawn."""
        self.until(lambda: self["drawn"] == "webgl" and int(self["frames"] or 0) > 1)

    def told(self, go_on: Callable[[], Any]) -> str:
        """Everything is told, by whatever leads on."""
        end = time.monotonic() + 60
        while self["status"] not in {"waiting", "ended"}:
            assert time.monotonic() < end, self["status"]
            go_on()
            self.page.wait_for_timeout(80)
        return self["status"]

    @property
    def words(self) -> str:
        return self.page.locator(".scene__words").inner_text()

    @property
    def offers(self) -> list[str]:
        return self.page.locator(".choice__text").all_inner_texts()


def test_three_choices_by_keys_closed_gone_on_with_rewound_and_played_to_an_ending(
    page: Page, troupe: Troupe, scenes: None, look: Look, faults: Faults
) -> None:
    press = page.keyboard.press
    stage = Stage(page, troupe, "playhouse1")
    stage.status("curtain")
    assert page.get_by_role("button", name="Begin").is_visible()
    assert faults(page) == []
    stage.lit()
    look(page, "scene-curtain-desk")
    press("Enter")
    stage.status("telling", "resting")
    assert stage.words.startswith("Behind the curtain.")
    stage.told(lambda: press("Space"))
    assert stage.offers[1] == '"How long is nine?"'
    look(page, "scene-choices-desk")
    assert faults(page) == []
    press("1")
    stage.told(lambda: press("ArrowRight"))
    assert stage["state"] == "no_slides"
    press("ArrowDown")
    press("ArrowDown")
    focused = page.evaluate("document.activeElement.textContent")
    assert "What do they need" in focused
    press("Enter")
    stage.told(lambda: press("Space"))
    assert stage["state"] == "one_thing"
    press("1")
    stage.told(lambda: press("Enter"))
    here, offers, words = stage["state"], stage.offers, stage.words
    assert here == "rival_meet"
    assert page.locator(".scene__saved").inner_text().strip() == "Saved"
    # Closed, and opened again: the same place, its last words on the stage.
    page = page.context.new_page()
    press = page.keyboard.press
    stage = Stage(page, troupe, "playhouse1")
    stage.status("curtain")
    page.get_by_role("button", name="Go on").press("Enter")
    assert stage.status("waiting") == "waiting"
    assert (stage["state"], stage.offers, stage.words) == (here, offers, words)
    # One back, and by another way to an ending.
    press("z")
    stage.status("waiting")
    assert stage["state"] == "one_thing"
    press("h")
    sheet = page.locator("dialog[open]")
    assert sheet.locator(".told--choice").count() == 2
    assert "Behind the curtain." in sheet.inner_text()
    press("Escape")
    for _ in range(60):
        if stage.told(lambda: press("Space")) == "ended":
            break
        press("1")
        stage.until(lambda: stage["status"] != "waiting", 5)
    assert stage["status"] == "ended"
    assert page.locator(".scene__title").is_visible()
    assert "Endings found: 1 of 6" in page.locator(".scene__sheet").inner_text()
    assert faults(page) == []
    look(page, "scene-ending-desk")
    press("Enter")
    assert stage.status("telling", "resting") != "ended"
    assert stage["state"] == "wings"


def test_a_phone_plays_by_touch_and_nothing_covers_a_face(
    phone: Page, troupe: Troupe, scenes: None, look: Look, faults: Faults
) -> None:
    stage = Stage(phone, troupe, "playsmall")
    stage.status("curtain")
    stage.lit()
    phone.get_by_role("button", name="Begin").tap()
    stage.status("telling", "resting")
    phone.wait_for_timeout(1200)
    look(phone, "scene-three-phone")
    top = phone.locator(".scene__caption").bounding_box()
    assert top is not None
    picture = phone.locator(".scene__picture").bounding_box()
    assert picture is not None
    stage.told(lambda: phone.tap(".scene__caption"))
    box = phone.locator(".scene__caption").bounding_box()
    assert box is not None
    # Eyes, nose and mouth are in the upper three quarters of the picture.
    assert box["y"] >= picture["y"] + 0.74 * picture["height"]
    assert abs(box["y"] - top["y"]) < 1, "words stay where they are"
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
    for choice in phone.locator(".choice").all():
        size = choice.bounding_box()
        assert size is not None
        assert size["height"] >= 44
        assert size["y"] + size["height"] <= PHONE["height"]
    assert faults(phone) == []
    look(phone, "scene-choices-phone")
    phone.locator(".choice").first.tap()
    stage.until(lambda: stage["state"] == "fell")
    assert phone.locator(".scene__die").inner_text().strip().endswith("2d6")
    phone.get_by_role("button", name="More: history, copies, settings").tap()
    assert phone.get_by_role("button", name="Kept copies").is_visible()
    assert faults(phone) == []
    look(phone, "scene-more-phone")


def test_time_runs_while_the_player_thinks_and_stands_still_in_a_sheet(
    page: Page, troupe: Troupe, scenes: None, look: Look
) -> None:
    stage = Stage(page, troupe, "playsmall")
    stage.status("curtain")
    page.keyboard.press("Enter")
    stage.told(lambda: page.keyboard.press("Space"))
    page.keyboard.press("1")
    stage.told(lambda: page.keyboard.press("Space"))
    assert page.locator(".scene__clock").is_visible()
    page.keyboard.press("h")
    page.locator("dialog[open]").wait_for()
    page.wait_for_timeout(9500)
    assert stage["state"] == "fell"
    page.keyboard.press("Escape")
    page.locator(".scene__clock").wait_for()
    look(page, "scene-timer-desk")
    stage.status("ended")
    assert page.locator(".scene__title").inner_text() == "Late"


def test_it_goes_on_by_itself_when_asked_to(
    page: Page, troupe: Troupe, scenes: None
) -> None:
    stage = Stage(page, troupe, "playsmall")
    stage.status("curtain")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Automatic").click()
    stage.status("waiting")
    assert stage["line"] == "room:2"
    page.reload()
    stage.status("curtain")
    pressed = page.get_by_role("button", name="Automatic").get_attribute("aria-pressed")
    assert pressed == "true"


def test_what_was_read_is_skipped_and_a_copy_is_gone_on_with(
    page: Page, troupe: Troupe, scenes: None
) -> None:
    stage = Stage(page, troupe, "playsmall")
    stage.status("curtain")
    page.keyboard.press("Enter")
    stage.told(lambda: page.keyboard.press("Space"))
    page.get_by_role("button", name="Kept copies").click()
    page.fill("[data-copy-name]", "In the room")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("button", name="Go on from In the room").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    stage.status("ended")
    page.keyboard.press("Enter")
    stage.status("telling", "resting")
    page.keyboard.press("s")
    assert stage.status("waiting") == "waiting"
    page.keyboard.press("2")
    stage.status("ended")
    page.get_by_role("button", name="Kept copies").click()
    page.get_by_role("button", name="Go on from In the room").click()
    stage.status("waiting")
    assert stage["state"] == "room"


def test_a_save_goes_on_on_its_version_and_may_move_to_the_newest(
    page: Page, troupe: Troupe, scenes: None
) -> None:
    key = "playversions"
    put(troupe, (key, json.dumps(small())))
    stage = Stage(page, troupe, key)
    stage.status("curtain")
    page.keyboard.press("Enter")
    stage.told(lambda: page.keyboard.press("Space"))
    page.keyboard.press("1")
    stage.until(lambda: stage["state"] == "fell")
    changed = small(title="Larger")
    changed["states"]["fell"]["after"] = [{"seconds": 900, "target": "end_late"}]
    put(troupe, (key, json.dumps(changed)))
    stage = Stage(page, troupe, key)
    stage.status("curtain")
    assert page.locator(".scene__title").inner_text() == "Small"
    page.get_by_role("button", name=re.compile("Continue on version")).click()
    page.get_by_text("All your choices fit this version.").wait_for()
    assert page.locator(".scene__title").inner_text() == "Larger"
    page.get_by_role("button", name="Go on", exact=True).click()
    stage.status("waiting")
    assert stage["state"] == "fell"


def broken() -> str:
    scene = small()
    scene["states"]["room"]["choices"][1]["target"] = "nowhere_at_all"
    return json.dumps(scene)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (broken(), "/states/room/choices/1/target"),
        ('{"format": "scene", "roles": {}}', "/version"),
    ],
)
@pytest.mark.usefixtures("scenes")
def test_a_scene_that_cannot_be_played_says_where(
    page: Page, troupe: Troupe, text: str, place: str, faults: Faults
) -> None:
    page.route(
        "**/sc/playsmall/play/*.json",
        lambda route: route.fulfill(body=text, content_type="application/json"),
    )
    stage = Stage(page, troupe, "playsmall")
    assert stage.status("failed") == "failed"
    card = page.locator(".scene__card")
    assert place in card.inner_text()
    assert faults(page) == []


def test_without_webgl_and_with_less_motion_the_portraits_play(
    open_page: Open, troupe: Troupe, scenes: None, look: Look
) -> None:
    page = open_page(viewport=DESKTOP, reduced_motion="reduce")
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...how) {"
        "  return kind === 'webgl2' ? null : real.call(this, kind, ...how); };"
    )
    stage = Stage(page, troupe, "playsmall")
    stage.status("curtain")
    page.keyboard.press("Enter")
    stage.status("telling", "resting")
    assert stage["drawn"] == "plain"
    shown = page.locator(".show__cast img:visible")
    assert shown.count() == 3
    page.wait_for_timeout(300)
    assert page.locator(".show__cast img[data-listening]").count() == 2
    look(page, "scene-plain-desk")
    assert stage.told(lambda: page.keyboard.press("Space")) == "waiting"


@pytest.mark.parametrize(
    ("answer", "state"), [("What I see here", "fell"), ("The other one", "room")]
)
@pytest.mark.usefixtures("scenes")
def test_of_two_saves_the_player_says_which_goes_on(
    page: Page, troupe: Troupe, faults: Faults, answer: str, state: str
) -> None:
    """The server's side is played here: a save that came from another tab."""
    address = f"{troupe.url}/sc/playsmall/play/"
    saved: list[dict[str, Any]] = []

    def shown(route: Route) -> None:
        answered = route.fetch()
        body = answered.text().replace('"signed_in": false', '"signed_in": true')
        route.fulfill(response=answered, body=body)

    def begun(route: Route) -> None:
        html = page.request.get(address).text()
        read = json.loads(
            html.split('id="scene-read"')[1].split(">", 1)[1].split("<")[0]
        )
        route.fulfill(status=201, json={**read, "key": "p1", "rev": 1})

    def kept(route: Route) -> None:
        sent: dict[str, Any] = json.loads(route.request.post_data or "{}")
        saved.append(sent)
        if sent["rev"] == 5:
            route.fulfill(json={"rev": 6})
            return
        other = {**sent["snapshot"], "events": []}
        body = {"detail": "Saved elsewhere.", "rev": 5, "snapshot": other}
        route.fulfill(status=409, json=body)

    page.route(address, shown)
    page.route("**/api/v1/scenes/playsmall/plays/", begun)
    page.route("**/api/v1/plays/p1/", kept)
    stage = Stage(page, troupe, "playsmall")
    stage.status("curtain")
    assert page.url.endswith("?play=p1")
    page.keyboard.press("Enter")
    stage.told(lambda: page.keyboard.press("Space"))
    page.keyboard.press("1")
    page.locator("dialog[open]").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name=answer).click()
    stage.until(lambda: stage["state"] == state)
    page.locator(".scene__saved", has_text="Saved").wait_for()
    assert [save["rev"] for save in saved] == ([1, 5] if state == "fell" else [1])
