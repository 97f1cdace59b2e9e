"""A stretch of a show becomes a clip: with everybody on stage, their owners' consent, one
ticket and the credit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import av
import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from avatarfx import services as clips
from avatarfx.models import Clip, ClipActor
from avatarfx.tests.conftest import make_character, troupe  # noqa: F401  a fixture
from moderation import subjects
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts import quotas
from socialapp.accounts import services as accounts
from socialapp.characters.models import Character
from socialapp.characters.services import change_character
from socialapp.lib import blobs
from socialapp.notices.models import Notice
from streams import services
from streams.errors import StreamError
from streams.models import Stream, StreamCut, StreamEvent
from streams.protocol.events import Line
from streams.services import replays
from streams.tests.test_replays import spoken

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def show(alice: User) -> Stream:
    """Alice's, over: Hob at 1 and 7 seconds, Marlow at 4."""
    stream = services.start_stream(
        stream=services.create_stream(
            host=alice,
            title="Partly Obscured",
            cast=[make_character(alice, "Hob"), make_character(alice, "Marlow")],
            delay_seconds=0.0,
        )
    )
    spoken(stream, "Good evening.", 1.0)
    spoken(stream, "The fog is early.", 4.0, seat="b")
    spoken(stream, "So are you.", 7.0)
    services.end_stream(stream=stream)
    return Stream.objects.get(pk=stream.pk)


def alone(host: User) -> Stream:
    """Hob by himself, planned."""
    return services.create_stream(
        host=host,
        title="Partly Obscured",
        cast=[make_character(host, "Hob")],
        delay_seconds=0.0,
    )


def cut(show: Stream, person: User, start: float = 3.5, end: float = 8.5) -> Clip:
    return services.cut_clip(stream=show, person=person, start=start, end=end)


def agree(show: Stream) -> None:
    for seat in show.seats.select_related("character"):
        change_character(character=seat.character, in_cuts=True)


def refusal(show: Stream, person: User, **fields: Any) -> StreamError:
    with pytest.raises(StreamError) as refused:
        cut(show, person, **fields)
    return refused.value


def test_a_stretch_of_a_show_is_a_clip_of_everybody_on_stage(
    show: Stream, alice: User
) -> None:
    clip = cut(show, alice)
    assert (clip.state, clip.shape, clip.title) == ("queued", "16:9", show.title)
    assert clip.character.name == "Marlow"  # who speaks first in it
    assert clip.script == "Marlow: The fog is early.\nHob: So are you."
    performance = clip.as_performance()
    assert performance is not None
    assert performance.seconds == 5.0
    assert all(part.sound for part in performance.parts)
    roles = ClipActor.objects.filter(clip=clip).order_by("seat")
    seats = show.seats.order_by("seat")
    assert [(r.seat, r.character_id, r.portrait_id) for r in roles] == [
        (s.seat, s.character_id, s.portrait_id) for s in seats
    ]
    assert quotas.left(alice).left == 4


def test_the_show_is_named_in_the_recipe_and_beside_the_clip(
    show: Stream, alice: User
) -> None:
    clip = cut(show, alice)
    assert clip.as_recipe().source == f"stream:{show.key}"
    made = StreamCut.objects.get(clip=clip)
    assert (made.stream, made.start, made.end) == (show, 3.5, 8.5)


def test_it_is_filmed_with_both_voices_in_their_places(
    show: Stream,
    alice: User,
    troupe: Troupe,  # noqa: F811
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    clip = cut(show, alice)
    with django_capture_on_commit_callbacks(execute=True):
        clips.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.error, clip.seconds) == ("ready", "", 5.0)
    assert troupe.voice.spoken == []  # nobody speaks again
    with av.open(io.BytesIO(blobs.get(clip.video))) as film:
        assert film.streams.video[0].frames == 125
        assert film.streams.audio[0].codec_context.name == "aac"
    assert b"fog" in blobs.get(clip.captions)
    told = Notice.objects.get(person=alice, kind="clip-ready")
    assert (told.url, told.lead) == (
        clip.get_absolute_url(),
        "“Partly Obscured” is ready.",
    )


def test_the_portrait_of_that_evening_is_what_is_filmed(
    show: Stream, alice: User
) -> None:
    seat = show.seats.get(seat="a")
    other = make_character(alice, "Other").portrait
    Character.objects.filter(pk=seat.character_id).update(portrait=other)
    clip = cut(show, alice)
    assert ClipActor.objects.get(clip=clip, seat="a").portrait_id == seat.portrait_id
    assert Character.objects.get(pk=seat.character_id).portrait_id == other.pk  # type: ignore[union-attr]  # made


def test_a_stranger_needs_the_consent_of_everybodys_owner(
    show: Stream, bob: User
) -> None:
    refused = refusal(show, bob)
    assert refused.code == "no-consent"
    assert "Hob (of @alice) and Marlow (of @alice)" in refused.message
    hob = show.seats.get(seat="a").character
    change_character(character=hob, in_cuts=True)
    assert refusal(show, bob).message.startswith("Marlow (of @alice): ")
    assert quotas.left(bob).left == 5
    agree(show)
    assert cut(show, bob).owner == bob


def test_the_starter_cast_has_agreed(show: Stream, bob: User) -> None:
    Character.objects.update(starter=True)
    assert cut(show, bob).owner == bob


def test_consent_that_is_taken_back_stops_new_clips_alone(
    show: Stream, bob: User
) -> None:
    agree(show)
    clip = cut(show, bob)
    for seat in show.seats.select_related("character"):
        change_character(character=seat.character, in_cuts=False)
    assert refusal(show, bob, start=1.0, end=5.0).code == "no-consent"
    assert Clip.objects.filter(pk=clip.pk, removed__isnull=True).exists()


def test_who_left_the_stage_is_in_no_new_clip(show: Stream, alice: User) -> None:
    Character.objects.filter(name="Hob").update(withheld="hidden")
    assert refusal(show, alice).code == "left"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"withheld": "hidden"}, "withheld"),
        ({"visibility": "private"}, "closed"),
        ({"state": "scheduled", "started": None}, "over"),
    ],
)
def test_a_show_that_is_not_for_everybody_is_not_cut(
    show: Stream, bob: User, fields: dict[str, Any], code: str
) -> None:
    agree(show)
    Stream.objects.filter(pk=show.pk).update(**fields)
    assert refusal(Stream.objects.get(pk=show.pk), bob).code == code


def test_its_host_may_cut_a_private_one(show: Stream, alice: User) -> None:
    Stream.objects.filter(pk=show.pk).update(visibility="private")
    assert cut(Stream.objects.get(pk=show.pk), alice).owner == alice


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (4.0, 6.9, "no-such-range"),
        (4.0, 65.0, "no-such-range"),
        (6.0, 10.0, "no-such-range"),
        (8.0, 4.0, "no-such-range"),
    ],
)
def test_a_stretch_that_cannot_be_is_refused_and_costs_nothing(
    show: Stream, alice: User, start: float, end: float, code: str
) -> None:
    assert refusal(show, alice, start=start, end=end).code == code
    assert quotas.left(alice).left == 5


def test_silence_is_no_clip(alice: User) -> None:
    stream = services.start_stream(stream=alone(alice))
    spoken(stream, "At last.", 20.0)
    services.end_stream(stream=stream)
    assert refusal(stream, alice, start=2.0, end=12.0).code == "no-words"


def test_words_that_may_not_be_said_are_not_said_again(
    show: Stream, alice: User
) -> None:
    """What slipped through on air, or is forbidden since."""
    event = StreamEvent.objects.get(stream=show, kind=Line.kind, line=2)
    for part in event.data["performance"]["parts"]:
        for word in part["captions"]:
            word["text"] = {"fog": "whore", "is": "kill", "early.": "yourself."}.get(
                word["text"], word["text"]
            )
    event.save()
    with pytest.raises(TextRefusedError):
        cut(show, alice)
    assert not Clip.objects.exists()


def test_a_line_that_was_taken_away_is_in_no_clip(show: Stream, alice: User) -> None:
    event = StreamEvent.objects.get(stream=show, kind=Line.kind, line=2)
    services.remove_line(event=event, level="removed")
    clip = cut(show, alice)
    assert clip.script == "Hob: So are you."


def test_the_same_key_is_the_same_clip_and_one_ticket(
    show: Stream, alice: User
) -> None:
    asked: dict[str, Any] = {
        "stream": show,
        "person": alice,
        "start": 3.5,
        "end": 8.5,
        "idempotency_key": "k1",
    }
    first = services.cut_clip(**asked)
    assert services.cut_clip(**asked).pk == first.pk
    assert quotas.left(alice).left == 4
    assert StreamCut.objects.count() == 1
    with pytest.raises(clips.IdempotencyConflictError):
        services.cut_clip(**{**asked, "end": 8.0})


def test_without_a_ticket_nothing_is_decoded(
    show: Stream, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "streams.services.replays.replay", lambda **_: pytest.fail("decoded")
    )
    monkeypatch.setattr("django.conf.settings.CLIPS_PER_DAY", 0)
    with pytest.raises(quotas.NoTicketsError):
        cut(show, alice)


def test_a_live_show_is_cut_up_to_now(alice: User) -> None:
    stream = services.start_stream(stream=alone(alice))
    Stream.objects.filter(pk=stream.pk).update(
        started=stream.created.replace(year=stream.created.year - 1)
    )
    stream.refresh_from_db()
    clock = replays.extent_of(stream).seconds
    spoken(stream, "Just now.", clock - 6.0)
    spoken(stream, "Not yet.", clock + 20.0)
    clip = cut(stream, alice, start=clock - 8.0, end=clock - 1.0)
    assert clip.script == "Hob: Just now."
    assert refusal(stream, alice, start=clock + 15, end=clock + 25).code == (
        "no-such-range"
    )


def test_clips_with_a_face_leave_with_whose_face_it_is(
    show: Stream,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    agree(show)
    cut(show, bob)
    with django_capture_on_commit_callbacks(execute=True):
        accounts.close_account(user=alice)
    assert not Clip.objects.exists()
    assert not Character.objects.exists()


def test_clips_of_what_is_taken_down_are_taken_down_with_it(
    show: Stream, alice: User
) -> None:
    early, late = cut(show, alice, 0.5, 3.6), cut(show, alice, 3.5, 8.5)
    second = StreamEvent.objects.get(stream=show, kind=Line.kind, line=2)
    for kind, thing, clips_of in (
        ("stream-line", second, {late.key}),
        ("stream", show, {early.key, late.key}),
    ):
        found = subjects.family(kind, thing)
        assert {one.key for _, one in found if isinstance(one, Clip)} == clips_of


# Over HTTP ----------------------------------------------------------------------


def api(user: User | None = None) -> APIClient:
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def test_a_clip_is_cut_over_the_api(show: Stream, alice: User) -> None:
    url, body = f"/api/v1/streams/{show.key}/cuts/", {"start": 3.5, "end": 8.5}
    made = api(alice).post(url, body, headers={"Idempotency-Key": "once"})
    assert made.status_code == 202, made.json()
    assert made.json()["url"].startswith("/clips/")
    assert made.headers["X-Quota-Remaining"] == "4"
    again = api(alice).post(url, body, headers={"Idempotency-Key": "once"})
    assert again.json()["key"] == made.json()["key"]


def test_refusals_over_the_api_name_who_has_not_agreed(show: Stream, bob: User) -> None:
    url, body = f"/api/v1/streams/{show.key}/cuts/", {"start": 3.5, "end": 8.5}
    assert api().post(url, body).status_code == 401
    refused = api(bob).post(url, body)
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:troupe:no-consent",
    )
    assert "@alice" in refused.json()["detail"]
    assert api(bob).post(url, {"start": 3.5}).status_code == 400
    Stream.objects.filter(pk=show.pk).update(visibility="private")
    assert api(bob).post(url, body).status_code == 404


def test_the_timeline_says_who_spoke_when_and_who_may_cut(
    show: Stream, alice: User, bob: User
) -> None:
    url = f"/api/v1/streams/{show.key}/replay/"
    told = api(alice).get(url).json()
    assert (told["seconds"], told["state"], told["next"]) == (9.0, "ended", None)
    assert told["segments"][1] == {
        "line": 2,
        "seat": "b",
        "at": 4.0,
        "seconds": 2.0,
        "text": "The fog is early.",
    }
    assert (told["least"], told["most"], told["refusal"]) == (3.0, 60.0, "")
    assert "has not agreed" in api(bob).get(url).json()["refusal"]
    assert api().get(url).json()["refusal"] == "Sign in to cut a clip."
    later = api().get(f"{url}?since=6.5").json()
    assert [segment["line"] for segment in later["segments"]] == [3]
    assert api().get(f"{url}?since=nan").status_code == 400
