"""A live duet in real browsers: in time with each other and with the sound."""

from __future__ import annotations

import io
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from avatarfx.animators.stage import StageAnimator
from socialapp.content import backgrounds
from socialapp.engines.protocols import Actor, Staging
from socialapp.performance import Performance, Rig
from tests.e2e.showing import LISTEN, WATCH_LIPS, House, Show, lip_offsets, put_show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Open = Callable[..., Page]
    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]
    Fetch = Callable[..., tuple[int, bytes]]

DUET = ["Hob", "Sunniva"]
LONG = (
    "Evening, Doctor. I've brought you a present. It's a list of every cloud you've"
    " missed by being above them, and there are four hundred and six of those."
)
MAKERS = (
    "avatarfx.animators.layers.LayersMaker",
    "avatarfx.animators.warp.WarpMaker",
)


@pytest.fixture(scope="module")
def house(troupe: Troupe) -> Iterator[House]:
    house = House(troupe)
    yield house
    house.close()


@pytest.fixture
def duet(house: House) -> Any:
    return house("open", names=DUET, background="observatory")


def ready(show: Show, state: str = "live") -> None:
    show.until(lambda: show["drawn"] == "webgl" and show["state"] == state, 60)


WORDS = """() => {
  window.words = [];
  const node = document.querySelector('[data-surtitle]');
  new MutationObserver(() => {
    const all = [...node.querySelectorAll('b, span:not(.surtitle__who)')];
    const place = all.findIndex((word) => word.tagName === 'B');
    const line = all.map((word) => word.textContent).join(' ');
    const now = performance.timeOrigin + performance.now();
    if (place >= 0) words.push([now, `${place} ${line}`]);
  }).observe(node, {childList: true});
}"""


def test_two_pages_and_a_late_latestread_the_same_words_at_the_same_time(
    open_page: Open, troupe: Troupe, house: House, duet: Any
) -> None:
    shows = [put_show(open_page(), troupe, duet) for _ in range(2)]
    for show in shows:
        ready(show)
    third = open_page()
    for show in shows:
        show.page.evaluate(WORDS)
    line = house("say", key=duet["key"], seat="a", text=LONG)
    shows[0].until(lambda: shows[0]["line"] == "1")
    # Of the cast alone: where nothing is drawn, words and time are the same.
    late = put_show(third, troupe, duet)
    late.page.evaluate(WORDS)
    shows.append(late)
    for show in shows:
        show.ended(1)
    # Which word of which words is lit, and when it first was.
    heard = [
        {lit: t for t, lit in reversed(show.page.evaluate("words"))} for show in shows
    ]
    assert len(heard[0]) >= 15
    # A busy page may miss a word, not the words around it.
    first, second, latest = [{lit.partition(" ")[2] for lit in one} for one in heard]
    assert first == second >= latest
    shared = heard[0].keys() & heard[1].keys() & heard[2].keys()
    assert len(shared) >= 4, "the third came in time for some of it"
    spread = [
        max(page[w] for page in heard) - min(page[w] for page in heard) for w in shared
    ]
    print(
        f"words {len(shared)}, spread {statistics.median(spread):.0f} ms, "
        f"most {max(spread):.0f} ms"
    )
    assert statistics.median(spread) <= 250
    told = [show.told("show-line")[0] for show in shows]
    assert {(one["line"], one["text"], one["name"]) for one in told} == {
        (line["line"], LONG, duet["cast"]["a"]["name"])
    }


def test_lips_move_with_the_sound(
    page: Page, troupe: Troupe, house: House, duet: Any
) -> None:
    page.add_init_script(f"({LISTEN})()")
    show = put_show(page, troupe, duet, size=(360, 360))
    page.click("text=Sound")
    ready(show)
    page.evaluate(WATCH_LIPS)
    house("bursts", key=duet["key"], count=8)
    show.until(lambda: show["lipOffsetMs"])
    page.wait_for_timeout(3000)
    told = float(show["lipOffsetMs"])
    show.ended(1)
    offsets = lip_offsets(page)
    frames = len({frame for _, _, frame in page.evaluate("lips")})
    print(
        f"lip offset {statistics.median(offsets):.0f} ms over {len(offsets)} bursts, "
        f"{frames} frames in 8 s, told {told}"
    )
    assert len(offsets) >= 5
    assert abs(statistics.median(offsets)) <= 40
    assert abs(told) <= 40


@pytest.mark.parametrize("codec", ["wav", "flac", "opus"])
def test_every_codec_is_heard_and_a_cut_silences_it(
    page: Page, troupe: Troupe, house: House, duet: Any, codec: str
) -> None:
    page.add_init_script(f"({LISTEN})()")
    show = put_show(page, troupe, duet, size=(240, 240))
    page.click("text=Sound")
    ready(show)
    page.evaluate(
        "() => { window.lastLoud = 0; setInterval(() => {"
        " if (heardLoud() > 0.02) lastLoud = performance.timeOrigin + performance.now();"
        " }, 10) }"
    )
    house("say", key=duet["key"], seat="a", text=LONG, codec=codec)
    show.until(lambda: page.evaluate("lastLoud") > 0)
    page.wait_for_timeout(700)
    cut = house("cut", key=duet["key"])
    told = time.time()
    assert cut["lines"] == [1]
    show.ended(1)
    page.wait_for_timeout(600)
    silent = page.evaluate("lastLoud") / 1000 - told
    came = (
        page.evaluate("told.find(({detail}) => detail.kind === 'line-cut').at") / 1000
        - told
    )
    print(
        f"{codec}: silent {1000 * silent:.0f} ms after the cut was written,"
        f" {1000 * (silent - came):.0f} ms after it came"
    )
    assert silent <= 0.3
    assert not page.locator("[data-surtitle]").is_visible()
    show.until(lambda: float(show["opening"]) == 0, 5)


def test_without_a_gesture_words_and_pictures_go_on_and_sound_joins_later(
    page: Page, troupe: Troupe, house: House, duet: Any
) -> None:
    page.add_init_script(f"({LISTEN})()")
    show = put_show(page, troupe, duet, size=(240, 240))
    ready(show)
    house("say", key=duet["key"], seat="b", text=LONG, codec="opus")
    show.until(lambda: float(show["opening"] or 0) > 0.1)
    assert (
        page.locator("[data-surtitle] .surtitle__who").inner_text()
        == (duet["cast"]["b"]["name"])
    )
    show.do("show.captions = false")
    assert not page.locator("[data-surtitle]").is_visible()
    show.do("show.captions = true")
    assert page.evaluate("heardLoud()") == 0
    page.click("text=Sound")
    show.until(lambda: page.evaluate("heardLoud()") > 0.02, 10)
    show.do("show.muted = true")
    show.until(lambda: page.evaluate("heardLoud()") == 0, 5)
    assert show["line"] == "1"


def test_the_browsers_picture_is_the_servers(
    page: Page, *, troupe: Troupe, house: House, duet: Any, fetch: Fetch, look: Look
) -> None:
    line = house("say", key=duet["key"], seat="a", text=LONG, codec="opus")
    show = put_show(
        page,
        troupe,
        duet,
        replay=True,
        background="observatory",
        size=(912, 512),
        spotlight=False,
    )
    ready(show, "paused")
    staging = staged(fetch, duet)
    animator = StageAnimator("full", MAKERS)
    frames = [
        np.frombuffer(frame.pixels, np.uint8).reshape(512, 912, 3)
        for frame in animator.animate(staging, fps=10, width=912, height=512)
    ]
    for moment in (1.3, 3.1):
        show.do(f"show.seek({line['at'] + moment})")
        page.wait_for_timeout(1500)
        shown = picture(page)
        off = np.abs(shown.astype(int) - frames[round(moment * 10)])
        print(
            f"at {moment} s: mean difference {off.mean():.2f} of 255, "
            f"{(off.max(axis=2) > 32).mean():.2%} of the pixels by more than 32"
        )
        look(page, f"show-browser-{moment}")
        assert off.mean() < 4
        assert show["line"] == "1"


def staged(fetch: Fetch, duet: Any) -> Staging:
    """What the server draws from, by the same addresses."""
    events = json.loads(fetch(f"/api/v1/streams/{duet['key']}/events/")[1])["events"]
    performance = next(e for e in events if e["kind"] == "line")["performance"]
    actors = {}
    for seat, one in duet["cast"].items():
        data = json.loads(fetch(one["rig"])[1])
        urls = data.pop("urls")
        blobs = {ref: fetch(url)[1] for ref, url in urls.items()}
        rig = Rig.from_json(data)
        actors[seat] = Actor(
            rig, blobs.get(rig.portrait) or fetch(one["portrait"])[1], blobs
        )
    background = backgrounds.picture("observatory", 912, 512)
    return Staging(Performance.from_json(performance), actors, background)


def picture(page: Page) -> Any:
    """The canvas as it is shown, without what stands over it."""
    page.evaluate(
        "() => { document.querySelector('.stage__foot').style.display = 'none';"
        " const show = document.querySelector('troupe-show');"
        " Object.assign(show.style, {position: 'fixed', insetBlockStart: 0,"
        " insetInlineStart: 0, borderRadius: 0, zIndex: 9999}) }"
    )
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": 912, "height": 512})
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


def test_a_replay_plays_holds_and_is_sought(
    page: Page, troupe: Troupe, house: House, duet: Any
) -> None:
    first = house(
        "say", key=duet["key"], seat="a", text="Evening, Doctor. How are you?"
    )
    house(
        "say",
        key=duet["key"],
        seat="b",
        text="Busy. The sky is clear for once.",
        at=first["until"] + 0.3,
    )
    page.wait_for_timeout(6500)
    house("end", key=duet["key"])
    show = put_show(page, troupe, duet, replay=True)
    ready(show, "paused")
    show.do("show.seek(0)")
    assert not show.do("show.playing")
    page.evaluate(f"document.querySelector('troupe-show').seek({first['at'] - 0.3})")
    show.do("show.play()")
    show.until(lambda: show["line"] == "1")
    show.do("show.pause()")
    stood = show.do("show.clock")
    page.wait_for_timeout(400)
    assert show.do("show.clock") == stood
    assert show["line"] == "1"
    show.do("show.play()")
    show.until(lambda: show["state"] == "ended", 60)
    assert [one["line"] for one in show.told("show-line")][-2:] == [1, 2]
    kinds = {one["kind"] for one in show.told("show-event")}
    assert {"stream-started", "line", "audio-chunk", "stream-ended"} <= kinds
    show.do(f"show.seek({first['at'] + 0.5})")
    show.until(lambda: show["line"] == "1", 5)


def test_without_webgl_the_portraits_stand_there(
    page: Page, *, troupe: Troupe, house: House, duet: Any, faults: Faults, look: Look
) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    show = put_show(page, troupe, duet, background="observatory")
    show.until(lambda: show["state"] == "live")
    house("say", key=duet["key"], seat="a", text="Evening, Doctor.", codec="opus")
    show.until(lambda: show["line"] == "1")
    assert show["drawn"] == "plain"
    names = page.locator(".show__cast img").evaluate_all("all => all.map(i => i.alt)")
    assert names == [one["name"] for one in duet["cast"].values()]
    listening = page.locator(".show__cast img[data-listening]")
    assert listening.get_attribute("alt") == duet["cast"]["b"]["name"]
    look(page, "show-plain")
    assert faults(page) == []


def test_a_lost_context_shows_the_portraits_until_it_is_back(
    page: Page, troupe: Troupe, house: House, duet: Any, faults: Faults
) -> None:
    show = put_show(page, troupe, duet)
    ready(show)
    assert faults(page) == []
    page.evaluate(
        "() => { const gl = document.querySelector('canvas').getContext('webgl2');"
        " window.lose = gl.getExtension('WEBGL_lose_context'); lose.loseContext() }"
    )
    show.until(lambda: show["drawn"] == "plain")
    assert page.locator(".show__cast").is_visible()
    page.evaluate("lose.restoreContext()")
    show.until(lambda: show["drawn"] == "webgl")
    before = int(show["frames"])
    show.until(lambda: int(show["frames"]) > before + 2)


KEEP_LINES = (
    "window.lines = []; const Own = WebSocket;"
    "window.WebSocket = class extends Own {"
    " constructor(...how) { super(...how); lines.push(this); } }"
)
BREAK = """() => {
  const line = lines.at(-1);
  const told = line.onclose;
  line.close();
  told({code: 1006});
}"""
"""As a network that goes away: Chromium leaves open sockets alone when it is told to be
offline."""


def test_five_seconds_without_a_network_leave_no_gap_and_say_nothing_twice(
    open_page: Open,
    *,
    troupe: Troupe,
    house: House,
    duet: Any,
    expected_errors: list[str],
) -> None:
    expected_errors += ["WebSocket", "ERR_INTERNET_DISCONNECTED"]
    page = open_page()
    page.add_init_script(KEEP_LINES)
    show = put_show(page, troupe, duet, size=(240, 240))
    ready(show)
    house("say", key=duet["key"], seat="a", text="Evening, Doctor.", codec="opus")
    show.until(lambda: show["line"] == "1")
    page.context.set_offline(True)
    page.evaluate(BREAK)
    missed = house("say", key=duet["key"], seat="b", text=LONG, codec="opus")
    page.wait_for_timeout(5000)
    assert show["state"] == "connecting"
    assert [one["line"] for one in show.told("show-line")] == [1]
    page.context.set_offline(False)
    show.until(lambda: show["state"] == "live")
    # What is left of what was said meanwhile, and then the next.
    house("say", key=duet["key"], seat="a", text="Well.", at=missed["until"] + 0.3)
    show.until(lambda: len(show.told("show-line-end")) == 3, 60)
    assert [one["line"] for one in show.told("show-line")] == [1, 2, 3]
    assert_no_gap(show)


def assert_no_gap(show: Show) -> None:
    numbers = [one["seq"] for one in show.told("show-event") if one["seq"]]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_broken_line_comes_back_and_nothing_is_said_twice(
    page: Page, troupe: Troupe, house: House, duet: Any, expected_errors: list[str]
) -> None:
    expected_errors.append("WebSocket")
    page.add_init_script(KEEP_LINES)
    show = put_show(page, troupe, duet, size=(240, 240))
    ready(show)
    house("say", key=duet["key"], seat="a", text="Evening, Doctor.", codec="opus")
    show.until(lambda: show["line"] == "1")
    page.evaluate(BREAK)
    show.until(lambda: show["state"] == "connecting")
    assert show["line"] == "1", "what plays goes on"
    house("say", key=duet["key"], seat="b", text="Good evening, Hob.", codec="opus")
    show.until(lambda: len(show.told("show-line-end")) == 2)
    assert [one["line"] for one in show.told("show-line")] == [1, 2]
    assert_no_gap(show)
    refused = page.evaluate(
        "document.querySelector('troupe-show').say('Hello').catch((e) => e.code)"
    )
    assert refused == "signed-out"
