"""The ending of a play becomes a clip: of whoever spoke last, with their owners' consent,
one ticket and the credit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from avatarfx import services as clips
from avatarfx.models import Clip, ClipActor
from avatarfx.tests.conftest import eyes, make_character, troupe  # noqa: F401  fixtures
from avatarfx.tests.engines import ToneVoice
from feed.models import Post
from moderation import subjects
from moderation.approvals.tests.words import DOUBT
from moderation.models import ApprovalState, Case
from moderation.screening import screen_text
from moderation.screening.refusals import TextRefusedError
from scenes.exports.cuts import scene_clips
from scenes.models import LineTake, Play, PlayRole, Scene, SceneCut
from scenes.services import cuts, reels, takes, voicing
from scenes.services.cut_errors import CutError
from scenes.tests.tea import company_of, line, played, published, tea
from socialapp.accounts import quotas
from socialapp.characters.models import Character
from socialapp.lib import blobs
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.tests.conftest import Troupe
    from scenes.models import SceneVersion
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def voice(monkeypatch: pytest.MonkeyPatch) -> ToneVoice:
    cache.clear()
    made = ToneVoice()
    monkeypatch.setattr(voicing, "live_voices", lambda: [("hibari", made)])
    monkeypatch.setattr(cuts, "VOICING_SECONDS", 60.0)
    return made


@pytest.fixture
def version(alice: User) -> SceneVersion:
    return published(alice)


@pytest.fixture
def cast(alice: User) -> dict[str, Character]:
    return company_of(alice)


@pytest.fixture
def play(alice: User, version: SceneVersion, cast: dict[str, Character]) -> Play:
    """Alice's, to its end: a cup, then away."""
    return played(alice, version, cast, "drink", "go", "leave")


def cut(play: Play, person: User, **fields: Any) -> Clip:
    return cuts.cut_clip(play=play, person=person, **fields)


def refusal(play: Play, person: User, **fields: Any) -> CutError:
    with pytest.raises(CutError) as refused:
        cut(play, person, **fields)
    assert quotas.left(person).left == 5
    assert not Clip.objects.exists()
    return refused.value


WHOLE = (
    "Hob: Cup 0, Mo?\nMo: The plum cake is early.\nHob: Cup 1, Mo?\n"
    "Mo: The plum cake is early.\nHob: Come again.\nMo: Never.\nHob: There goes the cake."
)


def test_what_was_played_is_a_clip_of_everybody_who_spoke(
    play: Play, alice: User, cast: dict[str, Character]
) -> None:
    clip = cut(play, alice)
    assert (clip.state, clip.shape, clip.title) == ("queued", "9:16", "Gone · Tea")
    assert clip.script == WHOLE
    assert clip.character == cast["host"]
    performance = clip.as_performance()
    assert performance is not None
    assert [part.seat for part in performance.parts] == ["a", "b"]
    assert all(part.sound for part in performance.parts)
    assert performance.stage.background == "bakery"
    assert {key.on for key in performance.stage.camera} >= {"all", "b"}
    roles = ClipActor.objects.filter(clip=clip).order_by("seat")
    assert [role.character for role in roles] == [cast["host"], cast["guest"]]
    assert quotas.left(alice).left == 4
    assert clip.as_recipe().source == f"scene:{play.scene.key}"
    made = SceneCut.objects.get(clip=clip)
    assert (made.play, made.scene, made.version) == (play, play.scene, play.version)
    assert (made.ending, made.start, made.end) == ("end_gone", 1, 11)


def test_it_is_made_of_the_takes_that_were_heard(
    play: Play,
    alice: User,
    version: SceneVersion,
    cast: dict[str, Character],
    voice: ToneVoice,
) -> None:
    first = cut(play, alice)
    said = list(voice.spoken)
    assert len(said) == 6  # one line was told twice
    again = played(alice, version, cast, "drink", "go", "leave")
    second = cut(again, alice)
    assert voice.spoken == said
    a, b = first.as_performance(), second.as_performance()
    assert a is not None
    assert b is not None
    assert a.seconds == b.seconds


def test_it_is_filmed_with_both_voices_and_posted(
    play: Play,
    alice: User,
    troupe: Troupe,  # noqa: F811
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    clip = cut(play, alice, publish=True, caption="We had tea.")
    with django_capture_on_commit_callbacks(execute=True):
        clips.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.error) == ("ready", "")
    assert troupe.voice.spoken == []  # nobody speaks again
    with av.open(io.BytesIO(blobs.get(clip.video))) as film:
        assert film.streams.audio[0].codec_context.name == "aac"
    assert b"cake" in blobs.get(clip.captions)
    assert Post.objects.get(clip=clip).caption == "We had tea."
    told = Notice.objects.get(person=alice, kind="clip-ready")
    assert told.lead == "“Gone · Tea” is ready."


def test_a_minute_is_the_most_and_the_last_of_it_is_kept(
    alice: User, version: SceneVersion, cast: dict[str, Character]
) -> None:
    long = tea()
    words = " ".join(["again"] * 60)
    long["states"]["table"]["beats"] = [line("host", f"{n} {words}.") for n in range(9)]
    play = played(alice, published(alice, long), cast, "go", "leave")
    clip = cut(play, alice)
    performance = clip.as_performance()
    assert performance is not None
    assert 40.0 < performance.seconds <= 60.0
    assert clip.script.endswith("Hob: There goes the cake.")
    assert "Hob: 8 again" in clip.script
    assert "Hob: 0 again" not in clip.script
    chosen = cuts_refused_of(play, alice, start=0, end=13)
    assert chosen.code == "no-such-range"
    assert "60 fit" in chosen.message


def cuts_refused_of(play: Play, person: User, **fields: Any) -> CutError:
    with pytest.raises(CutError) as refused:
        cut(play, person, **fields)
    return refused.value


def test_a_stretch_can_be_chosen(play: Play, alice: User) -> None:
    clip = cut(play, alice, start=7, end=9, title="Short")
    assert clip.script == "Hob: Come again.\nMo: Never."[: len(clip.script)]
    assert clip.title == "Short"
    performance = clip.as_performance()
    assert performance is not None
    # Told in the night; no such picture is built in, so the portraits' own stands in.
    assert performance.stage.background == ""


def test_only_who_speaks_in_the_stretch_is_on_stage(play: Play, alice: User) -> None:
    clip = cut(play, alice, start=9)
    assert clip.script == "Hob: There goes the cake."
    assert ClipActor.objects.filter(clip=clip).count() == 1


def test_of_four_roles_the_three_that_spoke_last_are_on_stage(alice: User) -> None:
    many = tea()
    names = ("host", "guest", "cook", "cat")
    many["roles"] = {name: {"label": name} for name in names}
    many["states"]["table"]["beats"] = [
        line(name, f"I am {{{name}}}.") for name in names
    ]
    many["context"]["cake"]["start"] = "plum"
    cast = {name: make_character(alice, name.title()) for name in names}
    play = played(alice, published(alice, many), cast, "go")
    # Guest and host speak last, then the cat.
    told = reels.tell(play=play, person=alice)
    stretch = reels.stretch_of(told, None, None)
    assert dict(stretch.seats) == {"host": "a", "guest": "b", "cat": "c"}
    assert set(stretch.dropped.values()) == {reels.CROWDED}
    assert "Cook" not in cut(play, alice).script


def test_narrations_and_pauses_are_no_words_of_anybody(play: Play, alice: User) -> None:
    clip = cut(play, alice)
    assert "chairs" not in clip.script
    performance = clip.as_performance()
    assert performance is not None
    captions = {word.text for part in performance.parts for word in part.captions}
    assert "chairs." not in captions


# Consent, and what is gone ----------------------------------------------------------


@pytest.fixture
def bobs(bob: User, version: SceneVersion, cast: dict[str, Character]) -> Play:
    """Bob's play with Alice's characters."""
    Character.objects.update(in_scenes=True, visibility="public")
    return played(bob, version, cast, "go", "leave")


def test_who_borrowed_characters_may_post_them_as_long_as_they_are_lent(
    bobs: Play, bob: User, cast: dict[str, Character]
) -> None:
    Character.objects.filter(pk=cast["guest"].pk).update(in_scenes=False)
    refused = refusal(bobs, bob)
    assert refused.code == "no-consent"
    assert refused.message.startswith("Mo (of @alice): ")
    Character.objects.update(in_scenes=True)
    assert cut(bobs, bob).owner == bob


def test_a_part_without_who_is_not_lent_can_be_cut(
    bobs: Play, bob: User, cast: dict[str, Character]
) -> None:
    Character.objects.filter(pk=cast["guest"].pk).update(in_scenes=False)
    clip = cut(bobs, bob, start=6)
    assert clip.script == "Hob: There goes the cake."


def test_the_starter_cast_has_agreed(bobs: Play, bob: User) -> None:
    Character.objects.update(in_scenes=False, starter=True)
    assert cut(bobs, bob).owner == bob


@pytest.mark.parametrize(
    "fields", [{"withheld": "hidden"}, {"removed": timezone.now()}]
)
def test_who_left_the_stage_is_in_no_new_clip(
    play: Play, alice: User, fields: dict[str, Any]
) -> None:
    Character.objects.filter(name="Mo").update(**fields)
    refused = refusal(play, alice)
    assert (refused.code, refused.message[:2]) == ("left", "Mo")


def test_a_character_that_is_gone_for_good_has_left_too(
    play: Play, alice: User
) -> None:
    PlayRole.objects.filter(role="guest").update(character=None)
    assert refusal(play, alice).code == "left"


def test_nobody_cuts_what_somebody_else_played(play: Play, bob: User) -> None:
    assert refusal(play, bob).code == "closed"


@pytest.mark.parametrize(
    "fields",
    [{"withheld": "hidden"}, {"removed": timezone.now()}, {"visibility": "private"}],
)
def test_a_scene_that_is_off_the_stage_gives_no_clips(
    bobs: Play, bob: User, fields: dict[str, Any]
) -> None:
    Scene.objects.update(**fields)
    assert refusal(Play.objects.get(pk=bobs.pk), bob).code == "withheld"


def test_silence_is_no_clip(alice: User, cast: dict[str, Character]) -> None:
    quiet = tea()
    for state in quiet["states"].values():
        state["beats"] = [b for b in state["beats"] if b["type"] != "line"]
    play = played(alice, published(alice, quiet), cast, "go")
    assert refusal(play, alice).code == "no-words"


def test_a_log_that_leads_nowhere_is_refused_in_words(play: Play, alice: User) -> None:
    play.snapshot["events"][0]["choice"] = "fly"
    play.save()
    assert refusal(play, alice).code == "unreadable"


def test_words_that_may_not_be_said_any_more_are_in_no_clip(
    play: Play, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(text: str, **more: Any) -> Any:
        if "cake" in text:
            return screen_text("I will kill you, you whore", **{**more, "log": False})
        return screen_text(text, **more)

    monkeypatch.setattr(voicing, "screen_text", strict)
    clip = cut(play, alice)
    assert "cake" not in clip.script
    assert "Come again." in clip.script


def test_the_clip_is_screened_like_any_other(play: Play, alice: User) -> None:
    with pytest.raises(TextRefusedError):
        cut(play, alice, caption="kill yourself, whore")
    assert not Clip.objects.exists()
    assert quotas.left(alice).left == 5


@pytest.fixture
def doubtful(alice: User, cast: dict[str, Character]) -> Play:
    """Its last line is one that screening doubts."""
    document = tea()
    document["states"]["end_gone"]["beats"] = [line("host", DOUBT)]
    return played(alice, published(alice, document), cast, "go", "leave")


def test_what_was_approved_in_the_scene_is_not_in_doubt_in_a_clip(
    doubtful: Play, alice: User
) -> None:
    last = reels.tell(play=doubtful, person=alice).count - 1
    clip = cut(doubtful, alice, start=last)
    assert clip.script.endswith(DOUBT)
    assert clip.approval == ApprovalState.APPROVED
    assert clips.why_not_shown(clip) == ""
    assert not Case.objects.exists()
    # A title is new, whatever it stands above.
    titled = cut(doubtful, alice, start=last, title=DOUBT)
    assert titled.approval == ApprovalState.PENDING


def test_lines_of_a_version_that_waits_wait_in_a_clip(
    doubtful: Play, alice: User
) -> None:
    doubtful.version.approval = ApprovalState.PENDING
    doubtful.version.save(update_fields=["approval"])
    last = reels.tell(play=doubtful, person=alice).count - 1
    clip = cut(doubtful, alice, start=last)
    assert clip.approval == ApprovalState.PENDING
    assert "a person looks" in clips.why_not_shown(clip)


def test_lines_that_somebody_else_is_voicing_are_waited_for_in_words(
    play: Play, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cuts, "VOICING_SECONDS", 0.0)
    refused = refusal(play, alice)
    assert refused.code == "not-ready"
    assert LineTake.objects.filter(wanted=True).exists()


# Tickets and repetition ---------------------------------------------------------------


def test_the_same_key_is_the_same_clip_and_one_ticket(play: Play, alice: User) -> None:
    first = cut(play, alice, idempotency_key="k1")
    assert cut(play, alice, idempotency_key="k1").pk == first.pk
    assert quotas.left(alice).left == 4
    assert SceneCut.objects.count() == 1
    with pytest.raises(clips.IdempotencyConflictError):
        cut(play, alice, idempotency_key="k1", start=9)


def test_without_a_ticket_nothing_is_voiced(
    play: Play, alice: User, settings: Any, voice: ToneVoice
) -> None:
    settings.CLIPS_PER_DAY = 0
    with pytest.raises(quotas.NoTicketsError):
        cut(play, alice)
    assert voice.spoken == []


def test_clips_of_what_is_taken_down_are_taken_down_with_it(
    play: Play, alice: User
) -> None:
    clip = cut(play, alice)
    if "scene" not in {one.kind for one in subjects.kinds()}:
        made_of = subjects._descendants["scene"]
        found = [thing for one in made_of for _, thing in one(play.scene)]
    else:
        found = [thing for _, thing in subjects.family("scene", play.scene)]
    assert clip in found


def test_a_clip_outlives_the_play_and_is_in_the_archive(
    play: Play, alice: User
) -> None:
    clip = cut(play, alice)
    key, scene = play.key, play.scene.key
    (file,) = scene_clips(alice)
    assert key.encode() in file.data
    play.delete()
    made = SceneCut.objects.get(clip=clip)
    assert (made.play, made.scene.key if made.scene else "") == (None, scene)


# Over HTTP ------------------------------------------------------------------------------


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def url(play: Play) -> str:
    return f"/api/v1/plays/{play.key}/clip/"


def test_the_preview_tells_what_is_in_it_and_makes_nothing(
    play: Play, alice: User, voice: ToneVoice
) -> None:
    told = api(alice).get(url(play)).json()
    assert [one["text"] for one in told["lines"] if one["inside"]] == [
        one.partition(": ")[2] for one in WHOLE.split("\n")
    ]
    assert (told["title"], told["ending"], told["cast"]) == (
        "Gone · Tea",
        "Gone",
        ["Hob", "Mo"],
    )
    assert (told["start"], told["end"], told["refusal"]) == (1, 11, "")
    assert 5 < told["seconds"] <= told["most"] == 60.0
    kinds = [one["kind"] for one in told["lines"]]
    assert kinds.count("narration") == 3
    assert voice.spoken == []
    assert not LineTake.objects.exists()
    part = api(alice).get(f"{url(play)}?start=9").json()
    assert [one["text"] for one in part["lines"] if one["inside"]] == [
        "There goes the cake."
    ]


def test_seconds_are_exact_once_the_lines_are_made(play: Play, alice: User) -> None:
    clip = cut(play, alice)
    performance = clip.as_performance()
    assert performance is not None
    told = api(alice).get(url(play)).json()
    assert told["seconds"] == pytest.approx(performance.seconds, abs=0.02)


def test_a_clip_is_made_over_the_api(play: Play, alice: User) -> None:
    body = {"title": "", "caption": "Tea.", "publish": True, "idempotency_key": "once"}
    made = api(alice).post(url(play), body)
    assert made.status_code == 202, made.json()
    assert made.json()["url"].startswith("/clips/")
    assert made.headers["X-Quota-Remaining"] == "4"
    again = api(alice).post(url(play), body)
    assert again.json()["key"] == made.json()["key"]
    assert Clip.objects.get().publish


def test_refusals_over_the_api_say_why(play: Play, alice: User, bob: User) -> None:
    assert api().get(url(play)).status_code == 401
    assert api().post(url(play), {}).status_code == 401
    assert api(bob).get(url(play)).status_code == 404
    assert api(bob).post(url(play), {}).status_code == 404
    assert api(alice).post(url(play), {"start": -1}).status_code == 400
    assert api(alice).post(url(play), {"start": "x"}).status_code == 400
    assert api(alice).get(f"{url(play)}?start=nan").status_code == 400
    empty = api(alice).post(url(play), {"start": 8, "end": 2})
    assert (empty.status_code, empty.json()["type"]) == (400, "urn:troupe:no-words")
    Character.objects.filter(name="Mo").update(withheld="hidden")
    told = api(alice).get(url(play)).json()
    assert told["refusal"].startswith("Mo has left the stage")
    refused = api(alice).post(url(play), {})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:troupe:left")


def test_what_the_player_hears_is_what_the_clip_is_made_of(
    play: Play, alice: User, version: SceneVersion, cast: dict[str, Character]
) -> None:
    told = reels.tell(play=play, person=alice)
    spots = [one.told.spot for one in told.lines if one.told.spot]
    company = takes.Company(version, cast)
    answers, _ = takes.ask(company=company, lines=spots)
    digests = {one.wanted.digest for one in told.lines if one.wanted}
    assert {one.digest for one in answers} == digests
