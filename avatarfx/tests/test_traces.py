"""How a clip was made, as its owner, moderators and operators read it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from avatarfx import services, traces
from avatarfx.models import Clip, Render, WorkerKey
from avatarfx.receipts import Signing, Statement
from avatarfx.traces import receipts
from avatarfx.traces.privacy import plain, secrets_of
from avatarfx.traces.timeline import LEAST, draw, seconds_label
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from pathlib import Path

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LINE = "The lamp remembers every ship that passed."


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script=LINE)


def entry(name: str, seconds: float = 1.0, **said: Any) -> dict[str, Any]:
    return {"name": name, "engine": "", "seconds": seconds, "note": ""} | said


def attempted(clip: Clip, *entries: dict[str, Any], **columns: Any) -> Render:
    """An attempt of ten seconds, after the ones before."""
    fence = clip.renders.count() + 1
    started = clip.created + dt.timedelta(seconds=30 * fence)
    return Render.objects.create(
        **{
            "clip": clip,
            "fence": fence,
            "worker": "secret-host:7",
            "started": started,
            "ended": started + dt.timedelta(seconds=10),
            "outcome": "ready",
            "trace": list(entries),
        }
        | columns
    )


def steps_of(clip: Clip) -> list[traces.Step]:
    return [step for one in traces.story_of(clip).attempts for step in one.steps]


def test_steps_without_a_time_of_their_own_follow_each_other(clip: Clip) -> None:
    attempted(
        clip,
        entry("voice", 2),
        entry("movement", 5),
        entry("mark", 1),
        entry("check", 0.5),
        entry("screen", 1),
        entry("sign", 2),
        entry("finish", 0.5),
    )
    assert [step.at for step in steps_of(clip)] == [0, 2, 2, 7, 7.5, 7.5, 9.5]


def test_a_step_that_says_when_it_began_is_believed(clip: Clip) -> None:
    attempted(clip, entry("voice", 2), entry("movement", 5, at=3.25))
    assert [step.at for step in steps_of(clip)] == [0, 3.25]


def test_numbers_that_are_none_do_not_break_the_page(clip: Clip) -> None:
    bad = entry("voice", float("-1"), cpu_seconds="much", peak_mb=True)
    attempted(clip, bad, entry("movement", 1e300), {}, "nonsense")  # type: ignore[arg-type]
    first = steps_of(clip)[0]
    assert (first.seconds, first.cpu_seconds, first.peak_mb) == (0, 0, 0)
    assert draw(traces.story_of(clip).attempts).bars


def test_a_rung_that_broke_and_a_film_that_was_thrown_away_are_marked(
    clip: Clip,
) -> None:
    attempted(
        clip,
        entry("voice", note="spoken before"),
        entry("movement", note="Out of memory.", rung="full"),
        entry("movement", rung="simple"),
        entry("mark"),
        entry("quality", verdict="dropped", note="The lips lag 9 frames."),
        entry("movement", rung="still"),
        entry("mark"),
        entry("check", note="25 frames, 25 at rest"),
    )
    assert [step.ending for step in steps_of(clip)] == [
        "", "fell", "", "", "fell", "", "", "",
    ]  # fmt: skip
    assert traces.story_of(clip).falls == (
        "Movement: Out of memory.",
        "Quality: The lips lag 9 frames.",
    )


def test_what_a_check_found_out_is_told_once(clip: Clip) -> None:
    why = "The face trembled."
    attempted(
        clip,
        entry("movement", rung="full"),
        entry("mark"),
        entry("check", note=why),
        entry("quality", 0.5, verdict="dropped", note=why, jitter_px=2.0, sync=None),
        entry("movement", rung="simple"),
        entry("mark"),
        entry("check", note="25 frames, 3 at rest"),
        entry("quality", 0.5, verdict="kept", lag_frames=-3, floors={"lag_frames": 2}),
    )
    story = traces.story_of(clip)
    assert story.falls == (f"File check: {why}",)
    check, quality = story.attempts[0].steps[2:4]
    assert quality.at == check.at
    lag = next(one for one in story.measures if one.name == "lag_frames")
    assert (lag.good, lag.limit_words) == (False, "at most 2")


def test_the_step_at_which_an_attempt_failed_is_marked(clip: Clip) -> None:
    attempted(
        clip,
        entry("voice"),
        entry("movement", note="The disk is full."),
        outcome="failed",
        error="The disk is full.",
    )
    attempted(clip, entry("voice", note="spoken before"), entry("movement"))
    first, second = traces.story_of(clip).attempts
    assert [step.ending for step in first.steps] == ["", "stopped"]
    assert first.why == "The disk is full."
    assert [step.ending for step in second.steps] == ["", ""]


def test_what_was_waited_is_told_by_attempt(clip: Clip) -> None:
    attempted(clip, entry("voice"), outcome="lost")
    attempted(clip, entry("voice"))
    assert [round(one.waited) for one in traces.story_of(clip).attempts] == [30, 20]


def test_somebody_who_asked_again_did_not_wait_in_between(clip: Clip) -> None:
    attempted(clip, entry("voice"), outcome="failed")
    last = attempted(clip, entry("voice"))
    again = last.started - dt.timedelta(seconds=3)
    Clip.objects.update(queued_at=again)
    clip.refresh_from_db()
    assert [round(one.waited) for one in traces.story_of(clip).attempts] == [30, 3]


def test_of_many_attempts_the_newest_are_told(clip: Clip) -> None:
    for _ in range(25):
        attempted(clip, entry("voice"), outcome="failed")
    told = traces.story_of(clip).attempts
    assert [one.number for one in told] == list(range(6, 26))
    assert {round(one.waited) for one in told} == {20}


def test_a_clock_that_runs_ahead_makes_no_negative_time(clip: Clip) -> None:
    early = clip.created - dt.timedelta(hours=3)
    attempted(clip, entry("voice"), started=early, ended=early - dt.timedelta(hours=1))
    (attempt,) = traces.story_of(clip).attempts
    assert (attempt.waited, attempt.seconds) == (0, 0)
    assert draw((attempt,)).bars


@pytest.mark.parametrize("width", [340, 860])
def test_bars_lie_inside_the_picture_and_keep_their_proportions(
    clip: Clip, width: int
) -> None:
    attempted(clip, entry("voice", 2), entry("movement", 4), entry("finish", 0.0001))
    drawn = draw(traces.story_of(clip).attempts, width=width)
    wait, voice, movement, finish = drawn.bars
    assert voice.x == drawn.left
    assert movement.x == pytest.approx(voice.end, abs=0.2)
    assert movement.width == pytest.approx(2 * voice.width, abs=0.2)
    assert finish.width == LEAST
    assert all(drawn.left <= bar.x <= bar.end <= drawn.right for bar in drawn.bars)
    assert all(0 < bar.top < drawn.foot for bar in drawn.bars)
    assert (wait.kind, wait.cut, wait.value) == ("wait", True, "30 s")
    assert drawn.ticks[0].x == drawn.left
    assert drawn.ticks[-1].x == pytest.approx(drawn.right, abs=0.2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.04, "0.04 s"), (3.21, "3.2 s"), (48.3, "48 s"), (723, "12 min 3 s"),
     (7500, "2 h 5 min")],
)  # fmt: skip
def test_seconds_are_told_as_people_say_them(seconds: float, words: str) -> None:
    assert seconds_label(seconds) == words


def test_notes_lose_quotations_names_and_runs_of_the_script(clip: Clip) -> None:
    secrets = secrets_of(clip)
    note = "Hob cannot say “Eyjafjallajökull” in: the lamp REMEMBERS every, says alice."
    assert plain(note, secrets) == "… cannot say … in: …, says …."
    assert plain("The lamp is broken.", secrets) == "The lamp is broken."
    assert plain("It isn't the encoder's fault.", secrets).startswith("It isn't")


def test_measures_are_held_against_their_limits(clip: Clip) -> None:
    attempted(
        clip,
        entry("mark", margin=0.7, peak=6.0, floors={"margin": 0.66, "peak": 6.5}),
        entry("quality", sync=0.41, frozen=3, verdict="kept", floors={"frozen": 3}),
    )
    story = traces.story_of(clip)
    assert {one.name: (one.limit_words, one.good) for one in story.measures} == {
        "margin": ("at least 0.66", True),
        "peak": ("at least 6.5", False),
        "sync": ("", True),
        "frozen": ("at most 3", True),
    }
    assert story.verdict == "kept"


def test_a_real_render_tells_what_it_carries_and_what_it_was_made_from(
    clip: Clip, troupe: Troupe
) -> None:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    story = traces.story_of(clip)
    assert [one.label for one in story.inputs] == [
        "Recipe", "Script", "Performance", "Portrait",
    ]  # fmt: skip
    assert [one.label for one in story.outputs] == ["Film", "Poster", "Captions"]
    assert story.outputs[0].sha256 in clip.video
    assert story.carried is not None
    assert len(story.carried.mark) == 12
    assert story.seed == clip.as_recipe().seed
    assert story.animator == "warp"
    margin = next(one for one in story.measures if one.name == "margin")
    assert margin.limit == 0.66
    assert story.receipt is not None
    assert story.receipt.holds


def receipt_for(clip: Clip, key: Signing, /, **said: Any) -> dict[str, Any]:
    statement = Statement(
        clip=clip.key,
        fence=1,
        worker="secret-host:7",
        key=key.public,
        device="cpu",
        seed=7,
        rung="full",
        engines={},
        weights={},
        versions={"numpy": "2.4"},
        stages=(("voice", 1.0),),
        outputs={},
        size=1,
    )
    return key.sign(replace(statement, **said))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, ""),
        ({"fence": 2}, "It speaks of another attempt."),
        ({"clip": "other"}, "It speaks of another attempt."),
    ],
)
def test_a_receipt_is_told_with_whether_it_holds(
    clip: Clip, tmp_path: Path, said: dict[str, Any], problem: str
) -> None:
    key = Signing.in_file(tmp_path / "worker.key")
    WorkerKey.objects.create(host="here", public=key.public)
    render = attempted(clip, entry("voice"))
    render.receipt = receipt_for(clip, key, **said)
    found = receipts.receipt_of(render, clip.key)
    assert found is not None
    assert found.holds is not bool(problem)
    assert found.problem == problem
    assert ("Device", "cpu") in found.lines
    assert ("Versions", "numpy 2.4") in found.lines
    assert "secret-host:7" not in str(found.public)
    assert ("Worker", "secret-host:7") in found.lines_of_the_house


def test_a_receipt_of_an_unknown_or_a_wrong_key_is_not_believed(
    clip: Clip, tmp_path: Path
) -> None:
    key = Signing.in_file(tmp_path / "worker.key")
    render = attempted(clip, entry("voice"))
    render.receipt = receipt_for(clip, key)
    found = receipts.receipt_of(render, clip.key)
    assert found is not None
    assert found.problem.startswith("Its key belongs to no worker")
    render.receipt = render.receipt | {"signature": "00" * 64}
    found = receipts.receipt_of(render, clip.key)
    assert found is not None
    assert found.problem.startswith("Its signature is not that of the key")


def staff_with(person: User, *rights: str) -> User:
    for right in rights:
        person.user_permissions.add(Permission.objects.get(codename=right))
    return User.objects.get(pk=person.pk)


def test_its_owner_moderators_and_operators_read_it_and_nobody_else(
    clip: Clip, alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    attempted(clip, entry("voice", note="Hob stumbled over “ships”."), outcome="lost")
    pages = (f"/clips/{clip.key}/trace/", f"/api/v1/clips/{clip.key}/trace/")
    for page in pages:
        assert client_of(bob).get(page).status_code == 404
        told = client_of(alice).get(page).content.decode()
        assert "secret-host" not in told
        told = told.partition("<main")[2].partition("</main")[0] or told
        for word in (LINE, "remembers", "Hob", "Alice", "ships"):
            assert word not in told
    assert "secret-host" not in client_of(alice).get(pages[1]).content.decode()
    bob.groups.set(Group.objects.filter(name="Moderators"))
    for person in (
        User.objects.get(pk=bob.pk),
        staff_with(mallory, "view_render"),
    ):
        for page in pages:
            told = client_of(person).get(page).content.decode()
            assert "secret-host:7" in told
            assert "remembers" not in told
            assert "alice" not in told.lower()


def test_a_visitor_signs_in_first(clip: Clip) -> None:
    page = Client().get(f"/clips/{clip.key}/trace/")
    assert page["Location"].startswith("/accounts/login/")
    assert Client().get(f"/api/v1/clips/{clip.key}/trace/").status_code == 401


def test_a_removed_clip_is_gone_for_its_owner_and_there_for_operators(
    clip: Clip, alice: User, bob: User, client_of: ClientOf
) -> None:
    Clip.objects.update(removed=timezone.now())
    url = f"/clips/{clip.key}/trace/"
    assert client_of(alice).get(url).status_code == 404
    assert client_of(staff_with(bob, "view_render")).get(url).status_code == 200


def test_a_clip_in_line_says_that_nobody_has_begun(
    clip: Clip, alice: User, client_of: ClientOf
) -> None:
    page = client_of(alice).get(f"/clips/{clip.key}/trace/").content.decode()
    assert "No worker has begun with it yet." in page
    assert '<svg class="timeline' not in page


def test_the_page_draws_twice_and_tells_the_same_in_a_table(
    clip: Clip, alice: User, client_of: ClientOf
) -> None:
    attempted(clip, entry("voice", engine="kokoro"), entry("movement", engine="warp"))
    page = client_of(alice).get(f"/clips/{clip.key}/trace/").content.decode()
    assert page.count('<svg class="timeline') == 2
    table = page.partition('id="steps">')[2].partition("</table")[0]
    for word in ("kokoro", "warp", "Attempt 1: ready after 10.0 s"):
        assert word in table
    assert "style=" not in page.partition("<main")[2]
