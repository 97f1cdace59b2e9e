"""Voices of lines: made once, shared, given out while they may be, and nothing more."""

from __future__ import annotations

import subprocess
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx.tests.engines import ToneVoice
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.verdicts import Finding, Verdict
from moderation.services import holds
from scenes.filling import Spot
from scenes.models import LineTake, Scene, SceneVersion, TakeUse
from scenes.selectors import takes as selectors
from scenes.services import take_keeping, take_leases, takes, voicing
from scenes.tests.tea import company_of, published
from socialapp.accounts.models import User
from socialapp.accounts.services import close_account
from socialapp.characters.models import Character
from socialapp.engines.errors import EngineError
from socialapp.jobs import horse
from socialapp.lib import blobs, withheld
from socialapp.performance import Performance

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries


pytestmark = [pytest.mark.django_db, pytest.mark.database]

HELLO = Spot("table", 1, {"cups": 0})
CAKE = Spot("table", 2, {"cake": "plum"})
State = LineTake.State


@pytest.fixture(autouse=True)
def fresh_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    # The judge of texts is loaded once, on a busy machine.
    monkeypatch.setattr(takes, "IN_REQUEST_SECONDS", 20.0)


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> ToneVoice:
    """Instant, in place of the real one; it remembers what it said."""
    made = ToneVoice()
    monkeypatch.setattr(voicing, "live_voices", lambda: [("hibari", made)])
    return made


@pytest.fixture
def tea(alice: User) -> SceneVersion:
    return published(alice)


@pytest.fixture
def cast(alice: User) -> dict[str, Character]:
    return company_of(alice)


@pytest.fixture
def company(tea: SceneVersion, cast: dict[str, Character]) -> takes.Company:
    return takes.Company(tea, cast)


def ask(company: takes.Company, *lines: Spot, **more: Any) -> list[takes.Answer]:
    return takes.ask(company=company, lines=lines, **more)[0]


def body(cast: dict[str, Character], *lines: Spot, **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "cast": {role: one.key for role, one in cast.items()},
        "lines": [
            {"state": s.state, "beat": s.beat, "values": s.values} for s in lines
        ],
        **more,
    }


def post(client: APIClient, scene: Scene, data: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/scenes/{scene.key}/takes/", data)


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


# Making --------------------------------------------------------------------------


def test_a_line_is_voiced_with_its_names_values_and_mood(
    company: takes.Company, voice: ToneVoice
) -> None:
    hello, cake = ask(company, HELLO, CAKE)
    assert (hello.status, cake.status) == ("ready", "ready")
    assert set(voice.spoken) == {"Cup 0, Mo?", "The plum cake is early."}
    assert hello.take is not None
    assert cake.take is not None
    performance = cake.take.as_performance()
    assert performance is not None
    (part,) = performance.parts
    assert part.seat == "a"
    assert " ".join(c.text for c in part.captions) == "The plum cake is early."
    assert {key.mood for key in part.expressions} == {"happy"}
    assert part.sound is not None
    assert part.sound.ref == cake.take.sound
    assert blobs.get(cake.take.sound).startswith(b"OggS")
    assert cake.take.seconds == performance.seconds


def test_what_is_made_is_given_again_without_a_voice_and_in_few_questions(
    company: takes.Company,
    voice: ToneVoice,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ask(company, HELLO, CAKE)
    voicing.make_takes()  # what is likely to follow
    said = list(voice.spoken)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("somebody works for what is prepared")

    monkeypatch.setattr(voicing, "screen_text", never)
    monkeypatch.setattr(take_leases, "claim", never)
    monkeypatch.setattr(takes, "_put_in_line", never)
    with django_assert_max_num_queries(8):
        again = ask(company, HELLO, CAKE)
    assert [one.status for one in again] == ["ready", "ready"]
    assert voice.spoken == said


def test_two_who_share_a_voice_share_what_it_says_across_scenes(
    company: takes.Company, bob: User, voice: ToneVoice
) -> None:
    (mine,) = ask(company, CAKE)
    said = len(voice.spoken)
    other = company_of(bob)
    (theirs,) = ask(takes.Company(published(bob), other), CAKE)
    assert theirs.digest == mine.digest
    assert theirs.status == "ready"
    assert voice.spoken.count("The plum cake is early.") == 1
    assert said == len(voice.spoken)
    assert TakeUse.objects.filter(take__digest=mine.digest).count() == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [("voice", "bf_emma"), ("voice_pitch", 1.0), ("motion", "lively")],
)
def test_another_voice_or_bearing_is_another_take(
    company: takes.Company, voice: ToneVoice, column: str, value: object
) -> None:
    (before,) = ask(company, HELLO)
    setattr(company.cast["host"], column, value)
    (after,) = ask(company, HELLO)
    assert before.digest != after.digest


def test_what_is_likely_to_follow_is_made_when_nobody_waits(
    company: takes.Company, voice: ToneVoice
) -> None:
    ask(company, HELLO)
    ahead = LineTake.objects.filter(state=State.WAITING)
    assert not ahead.filter(wanted=True).exists()
    words = {take.recipe["words"] for take in ahead}
    assert {"Cup 1, Mo?", "Come again.", "Never."} <= words
    voicing.make_takes()
    assert not LineTake.objects.exclude(state=State.READY).exists()
    said = len(voice.spoken)
    (come,) = ask(company, Spot("farewell", 1, {}))
    assert come.status == "ready"
    assert len(voice.spoken) == said


def test_what_somebody_waits_for_is_claimed_first(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch, voice: ToneVoice
) -> None:
    monkeypatch.setattr(takes, "IN_REQUEST_SECONDS", 0.0)
    ask(company, CAKE)
    (late,) = ask(company, Spot("end_gone", 0, {}))
    assert late.status == "making"
    first, second = take_leases.claim(worker="far:1", most=2)
    assert {first.recipe["words"], second.recipe["words"]} == {
        "The plum cake is early.",
        "There goes the cake.",
    }


def test_a_role_that_nobody_plays_is_silent(
    tea: SceneVersion, cast: dict[str, Character], voice: ToneVoice
) -> None:
    company = takes.Company(tea, {"host": cast["host"]})
    hello, cake = ask(company, HELLO, CAKE)
    assert (hello.status, cake.status) == ("ready", "silent")
    assert cake.take is None
    assert voice.spoken == ["Cup 0, the guest?"]


def test_a_language_that_no_voice_reads_is_silent(
    tea: SceneVersion, cast: dict[str, Character], voice: ToneVoice
) -> None:
    hello, cake = ask(takes.Company(tea, cast, "de"), HELLO, CAKE)
    # The cake has no German: it is told in English, and said.
    assert (hello.status, cake.status) == ("silent", "ready")


# Screening -----------------------------------------------------------------------


def judged(monkeypatch: pytest.MonkeyPatch, word: str, beside: str = "") -> list[str]:
    """Whatever has `word` in it is refused, when `beside` is in who says it."""
    seen: list[str] = []

    def screen(text: str, **more: Any) -> Verdict:
        seen.append(text)
        bad = word in text and beside in more["beside"]
        found = (Finding("hate", "2.1", 0, 3, 1.0, "rule", "block"),) if bad else ()
        return Verdict("block" if bad else "allow", found, "test")

    monkeypatch.setattr(voicing, "screen_text", screen)
    return seen


def test_nothing_is_voiced_that_screening_refuses(
    company: takes.Company, voice: ToneVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(monkeypatch, "cake")
    hello, cake = ask(company, HELLO, CAKE)
    assert (hello.status, cake.status, cake.take) == ("ready", "refused", None)
    assert voice.spoken == ["Cup 0, Mo?"]


def test_words_are_judged_beside_who_says_them(
    company: takes.Company, bob: User, voice: ToneVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    Character.objects.filter(pk=company.cast["guest"].pk).update(persona="A villain")
    company.cast["guest"].refresh_from_db()
    judged(monkeypatch, "cake", beside="villain")
    (refused,) = ask(company, CAKE)
    assert (refused.status, voice.spoken) == ("refused", [])
    # The same words in the same voice, by somebody who may say them.
    (said,) = ask(takes.Company(company.version, company_of(bob)), CAKE)
    assert (said.status, said.digest) == ("ready", refused.digest or said.digest)
    (still,) = ask(company, CAKE)
    assert still.status == "refused"


def test_when_nobody_can_look_nothing_is_said_and_it_is_tried_again(
    company: takes.Company, voice: ToneVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> Verdict:
        raise ScreeningUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(voicing, "screen_text", down)
        (cake,) = ask(company, CAKE)
        assert (cake.status, voice.spoken) == ("making", [])
    (cake,) = ask(company, CAKE)
    assert cake.status == "ready"


# Leases --------------------------------------------------------------------------


def in_line(company: takes.Company, monkeypatch: pytest.MonkeyPatch) -> LineTake:
    monkeypatch.setattr(takes, "IN_REQUEST_SECONDS", 0.0)
    (answer,) = ask(company, CAKE)
    assert answer.status == "making"
    return LineTake.objects.get(digest=answer.digest)


def test_who_comes_late_writes_nothing(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = in_line(company, monkeypatch)
    (early,) = take_leases.claim(worker="far:1", most=1)
    LineTake.objects.filter(pk=take.pk).update(
        leased_until=Now() - timedelta(seconds=1)
    )
    assert take_leases.reconcile()["takes_returned"] == 1
    (late,) = take_leases.claim(worker="far:2", most=1)
    result = {"performance": None, "sound": "", "seconds": 1.0, "error": "odd"}
    assert not take_leases.finish(take_leases.lease_of(early), silent=True, **result)
    assert take_leases.finish(take_leases.lease_of(late), silent=True, **result)


def test_the_takes_of_a_worker_that_died_are_made_by_another(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch, voice: ToneVoice
) -> None:
    take = in_line(company, monkeypatch)
    taken = take_leases.claim(worker="far:9", most=50)
    assert take.pk in {one.pk for one in taken}
    assert take_leases.claim(worker="far:10") == []
    assert take_leases.reconcile(lost="far:9")["takes_returned"] == len(taken)
    voicing.make_takes()
    take.refresh_from_db()
    assert (take.state, take.attempts) == ("ready", 2)


def test_a_take_that_kills_three_workers_is_given_up(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = in_line(company, monkeypatch)
    for number in range(3):
        assert take_leases.claim(worker=f"far:{number}", among=[take.digest])
        take_leases.reconcile(lost=f"far:{number}")
    take.refresh_from_db()
    assert take.state == "failed"
    assert "three times" in take.error


def test_a_voice_that_breaks_is_tried_thrice_and_again_much_later(
    company: takes.Company, voice: ToneVoice
) -> None:
    voice.error = EngineError("The voice broke.")
    (cake,) = ask(company, CAKE)
    assert cake.status == "silent"
    take = LineTake.objects.get(digest=cake.digest)
    assert (take.state, take.attempts) == ("failed", 3)
    voice.error = None
    assert ask(company, CAKE)[0].status == "silent"
    LineTake.objects.update(state_changed=timezone.now() - takes.AGAIN * 2)
    assert ask(company, CAKE)[0].status == "ready"


def test_without_a_voice_there_is_a_face_and_the_voice_comes_later(
    company: takes.Company, voice: ToneVoice
) -> None:
    voice.silent = True
    (cake,) = ask(company, CAKE)
    assert cake.status == "silent"
    assert cake.take is not None
    performance = cake.take.as_performance()
    assert performance is not None
    assert performance.parts[0].sound is None
    assert performance.parts[0].captions


def test_work_that_takes_too_long_is_left_to_the_next(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch, voice: ToneVoice
) -> None:
    in_line(company, monkeypatch)
    moments = iter([0.0, 0.0, *[100.0] * 50])
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    assert voicing.make_some(seconds=5.0) == 1
    monkeypatch.undo()
    assert not LineTake.objects.filter(state=State.MAKING).exists()
    assert LineTake.objects.filter(state=State.WAITING).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_made_twice_by_two_players_at_once(
    company: takes.Company, voice: ToneVoice
) -> None:
    gate = threading.Barrier(4)
    errors: list[BaseException] = []

    def play() -> None:
        try:
            gate.wait(5)
            ask(company, HELLO, CAKE)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    players = [threading.Thread(target=play) for _ in range(4)]
    for one in players:
        one.start()
    for one in players:
        one.join(30)
    assert errors == []
    voicing.make_takes()
    assert sorted(voice.spoken) == sorted(set(voice.spoken))
    assert not LineTake.objects.exclude(state=State.READY).exists()


# Giving out ----------------------------------------------------------------------


def test_a_guest_hears_the_starter_cast_and_nobody_else(
    tea: SceneVersion, cast: dict[str, Character], voice: ToneVoice
) -> None:
    Character.objects.filter(pk=cast["guest"].pk).update(
        starter=True, visibility="public"
    )
    answer = post(APIClient(), tea.scene, body(cast, HELLO, CAKE))
    assert answer.status_code == 200
    hello, cake = answer.json()["takes"]
    assert (hello["status"], hello["performance"], hello["sound"]) == (
        "silent",
        None,
        None,
    )
    assert cake["status"] == "ready"
    assert Performance.from_json(cake["performance"]).parts[0].seat == "a"
    assert cake["sound"].startswith("/media/blobs/")
    sound = APIClient().get(cake["sound"])
    assert sound.status_code == 200
    assert sound["Content-Type"] == "audio/ogg"


def test_a_person_casts_what_others_lend_them_and_what_is_theirs(
    tea: SceneVersion, cast: dict[str, Character], bob: User, voice: ToneVoice
) -> None:
    Character.objects.update(visibility="public")
    Character.objects.filter(pk=cast["host"].pk).update(in_scenes=True)
    answer = post(signed_in(bob), tea.scene, body(cast, HELLO, CAKE)).json()["takes"]
    assert [one["status"] for one in answer] == ["ready", "silent"]
    # Consent that is taken back mid-play silences the character, and breaks nothing.
    Character.objects.update(in_scenes=False)
    answer = post(signed_in(bob), tea.scene, body(cast, HELLO)).json()["takes"]
    assert [one["status"] for one in answer] == ["silent"]


def test_a_take_has_an_address_that_browsers_keep(
    tea: SceneVersion, cast: dict[str, Character], alice: User, voice: ToneVoice
) -> None:
    client = signed_in(alice)
    (told,) = post(client, tea.scene, body(cast, CAKE)).json()["takes"]
    found = client.get(f"/api/v1/takes/{told['id']}/")
    assert found.json() == told["performance"]
    assert "immutable" in found["Cache-Control"]
    assert "private" in found["Cache-Control"]
    same = client.get(
        f"/api/v1/takes/{told['id']}/", headers={"if-none-match": found["ETag"]}
    )
    assert (same.status_code, same.content) == (304, b"")
    assert client.get(f"/api/v1/takes/{'0' * 64}/").status_code == 404


def test_who_may_not_see_the_scene_hears_nothing_of_it(
    tea: SceneVersion,
    cast: dict[str, Character],
    alice: User,
    bob: User,
    voice: ToneVoice,
) -> None:
    (told,) = post(signed_in(alice), tea.scene, body(cast, CAKE)).json()["takes"]
    Scene.objects.update(visibility="private")
    assert post(signed_in(bob), tea.scene, body(cast, CAKE)).status_code == 404
    assert signed_in(bob).get(f"/api/v1/takes/{told['id']}/").status_code == 404
    assert signed_in(alice).get(f"/api/v1/takes/{told['id']}/").status_code == 200


def test_a_version_that_was_not_approved_is_its_authors_alone(
    tea: SceneVersion,
    cast: dict[str, Character],
    alice: User,
    bob: User,
    voice: ToneVoice,
) -> None:
    SceneVersion.objects.update(approval="pending")
    assert post(signed_in(bob), tea.scene, body(cast, CAKE)).status_code == 404
    assert post(signed_in(alice), tea.scene, body(cast, CAKE)).status_code == 200
    assert (
        post(
            signed_in(alice), tea.scene, {**body(cast, CAKE), "version": 2}
        ).status_code
        == 404
    )


@pytest.mark.parametrize(
    "odd",
    [
        {"lines": [{"state": "table", "beat": 0}]},
        {"lines": [{"state": "nowhere", "beat": 1}]},
        {"lines": [{"state": "table", "beat": 1, "values": {"cups": 1e9}}]},
        {"lines": [{"state": "table", "beat": 2, "values": {"cake": "arsenic"}}]},
        {"lines": [{"state": "table", "beat": 2, "values": {"cake": ["plum"]}}]},
        {"lines": [{"state": "__proto__", "beat": 1}]},
        {"lines": [{"state": "table", "beat": -1}]},
        {"lines": [{"state": "table", "beat": 1}] * 21},
        {"lines": "all"},
        {"lines": [], "soon": [{"state": "table", "beat": 1}] * 41},
        {"lines": [], "cast": {str(n): "x" for n in range(13)}},
        {"version": 0},
        {"version": 10**30},
    ],
)
def test_odd_requests_are_refused_in_words(
    tea: SceneVersion,
    cast: dict[str, Character],
    alice: User,
    odd: dict[str, Any],
    voice: ToneVoice,
) -> None:
    answer = post(signed_in(alice), tea.scene, {**body(cast), **odd})
    assert answer.status_code == 400, answer.json()
    assert answer.json()["detail"]
    assert not LineTake.objects.exists()


def test_values_that_no_line_shows_lead_the_look_ahead_or_nowhere(
    tea: SceneVersion, cast: dict[str, Character], alice: User, voice: ToneVoice
) -> None:
    odd: dict[str, Any] = {
        "cups": 3,
        "cake": 7,
        "constructor": True,
        "guest": "Mo",
        "luck": 1e300,
    }
    answer = post(signed_in(alice), tea.scene, body(cast, Spot("table", 1, odd)))
    assert answer.status_code == 200
    words = {take.recipe["words"] for take in LineTake.objects.all()}
    assert "Cup 3, Mo?" in words
    assert "Come again." in words
    # With three cups nobody drinks again.
    assert not words & {"Cup 1, Mo?", "Cup 2, Mo?"}


def test_who_asks_for_too_much_gets_what_is_made_and_silence(
    tea: SceneVersion,
    cast: dict[str, Character],
    alice: User,
    voice: ToneVoice,
    settings: Any,
) -> None:
    settings.API_RATES = {**settings.API_RATES, "new-takes": "1/1h"}
    client = signed_in(alice)
    (hello,) = post(client, tea.scene, body(cast, HELLO)).json()["takes"]
    assert hello["status"] == "ready"
    hello, cake = post(client, tea.scene, body(cast, HELLO, CAKE)).json()["takes"]
    assert (hello["status"], cake["status"]) == ("ready", "silent")
    assert LineTake.objects.count() == 1


# Taken down, and forgotten -------------------------------------------------------


def sound_of(company: takes.Company, spot: Spot = CAKE) -> str:
    (answer,) = ask(company, spot)
    assert answer.take is not None
    return blobs.name_of(answer.take.sound)


def test_a_character_that_is_taken_down_is_not_heard_any_more(
    company: takes.Company, voice: ToneVoice, alice: User
) -> None:
    name, client = sound_of(company), signed_in(alice)
    (told,) = post(
        client, company.version.scene, body(dict(company.cast), CAKE)
    ).json()["takes"]
    holds.withhold(
        kind="character", thing=company.cast["guest"], level="removed", cause="test"
    )
    (after,) = post(
        client, company.version.scene, body(dict(company.cast), CAKE)
    ).json()["takes"]
    assert (after["status"], after["sound"]) == ("silent", None)
    assert client.get(f"/api/v1/takes/{told['id']}/").status_code == 404
    assert client.get(f"/media/{name}").status_code == 404
    holds.release(cause="test")
    assert client.get(f"/media/{name}").status_code == 200


def test_somebody_elses_same_voice_goes_on_speaking(
    company: takes.Company, bob: User, voice: ToneVoice
) -> None:
    name = sound_of(company)
    sound_of(takes.Company(published(bob), company_of(bob)))
    holds.withhold(
        kind="character", thing=company.cast["guest"], level="removed", cause="test"
    )
    assert APIClient().get(f"/media/{name}").status_code == 200
    withheld.release(cause=f"takes:character-{company.cast['guest'].key}")


def test_a_take_that_nobody_uses_goes_with_its_sound(
    company: takes.Company,
    voice: ToneVoice,
    django_capture_on_commit_callbacks: Any,
) -> None:
    name = sound_of(company)
    assert take_keeping.sweep() == 0
    Character.objects.filter(pk=company.cast["guest"].pk).update(removed=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert take_keeping.sweep() > 0
    assert not LineTake.objects.filter(recipe__words="The plum cake is early.").exists()
    assert APIClient().get(f"/media/{name}").status_code == 404


def test_a_take_that_nobody_asked_for_in_months_goes(
    company: takes.Company, voice: ToneVoice, settings: Any
) -> None:
    settings.SCENE_TAKES_DAYS = 30
    ask(company, CAKE)
    old = LineTake.objects.create(digest="1" * 64, recipe={"words": "x"})
    TakeUse.objects.create(
        take=old, scene=company.version.scene, character=company.cast["host"]
    )
    LineTake.objects.update(used=timezone.now() - timedelta(days=29))
    assert take_keeping.sweep() == 0
    LineTake.objects.update(used=timezone.now() - timedelta(days=31))
    ask(company, CAKE)  # used again
    assert take_keeping.sweep() == 1
    assert LineTake.objects.filter(recipe__words="The plum cake is early.").exists()


def test_a_sound_that_two_takes_have_stays_with_the_second(
    company: takes.Company, voice: ToneVoice, django_capture_on_commit_callbacks: Any
) -> None:
    name = sound_of(company)
    first = LineTake.objects.get(recipe__words="The plum cake is early.")
    LineTake.objects.create(digest="1" * 64, recipe={"words": "x"}, sound=first.sound)
    with django_capture_on_commit_callbacks(execute=True):
        take_keeping.remove_takes(ids=[first.pk])
    assert APIClient().get(f"/media/{name}").status_code == 200


def test_who_may_be_voiced_is_the_same_as_who_may_be_cast(
    cast: dict[str, Character], alice: User, bob: User
) -> None:
    one = cast["host"]

    def heard(viewer: User) -> bool:
        one.save()
        return bool(selectors.speakers_for(viewer, {"host": one.key}))

    assert heard(alice)
    assert not heard(bob)
    one.in_scenes = True
    assert not heard(bob), "private"
    one.visibility = "public"
    assert heard(bob)
    one.withheld = "hidden"
    assert not heard(alice)


def test_what_a_person_leaves_behind_is_not_heard_any_more(
    company: takes.Company,
    bob: User,
    voice: ToneVoice,
    django_capture_on_commit_callbacks: Any,
) -> None:
    theirs = takes.Company(published(bob), company_of(bob))
    theirs.cast["guest"].voice = "bf_emma"
    kept, gone = sound_of(company), sound_of(theirs)
    assert kept != gone or LineTake.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    assert not TakeUse.objects.filter(scene__owner=bob).exists()
    assert not LineTake.objects.filter(uses__isnull=True).exists()
    assert APIClient().get(f"/media/{kept}").status_code == 200


def test_a_worker_that_was_killed_is_noticed_by_its_process(
    company: takes.Company, monkeypatch: pytest.MonkeyPatch, voice: ToneVoice
) -> None:
    take = in_line(company, monkeypatch)
    child = subprocess.Popen(["/bin/sleep", "60"])
    take_leases.claim(worker=horse.name_of(child.pid), most=50)
    assert take_leases.reconcile()["takes_returned"] == 0  # it lives, and its lease
    child.kill()
    child.wait()
    assert take_leases.reconcile()["takes_returned"] > 0
    take.refresh_from_db()
    assert take.state == "waiting"


def test_staff_look_at_lines_and_remove_them(
    company: takes.Company, voice: ToneVoice, client: Client
) -> None:
    ask(company, CAKE)
    take = LineTake.objects.get(recipe__words="The plum cake is early.")
    boss = User.objects.create_superuser(
        email="boss@example.com", username="boss", password=None
    )
    client.force_login(boss)
    shown = client.get("/admin/scenes/linetake/").content.decode()
    assert "The plum cake is early." in shown
    assert client.get(f"/admin/scenes/linetake/{take.pk}/change/").status_code == 200
    assert client.get("/admin/scenes/scenecut/").status_code == 200
    client.post(
        "/admin/scenes/linetake/",
        {"action": "forget", "_selected_action": [take.pk]},
    )
    assert not LineTake.objects.filter(pk=take.pk).exists()
