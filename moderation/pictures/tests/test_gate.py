from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from moderation.models import (
    Figure,
    FigureFace,
    KnownBad,
    LikenessConsent,
    PictureCheck,
    Screening,
)
from moderation.pictures import gate, services
from moderation.pictures.errors import PictureRefusedError
from moderation.tests.seeing import SOMEBODY, Eyes
from socialapp.accounts.signals import account_closed
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors
from socialapp.lib import blobs
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_django import Settings

    from socialapp.accounts.models import User
    from socialapp.engines.protocols import Sighting

PICTURE = b"an encoded picture"
HASH = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def screen(person: User, *, painting: bool = False) -> gate.PictureVerdict:
    return services.screen_portrait(picture=PICTURE, person=person, painting=painting)


def test_a_drawing_passes_and_the_log_says_so(alice: User, eyes: Eyes) -> None:
    eyes.faces = (SOMEBODY,)
    assert screen(alice).state == "approved"
    row = Screening.objects.get()
    assert (row.surface, row.action, row.person) == ("portrait", "allow", alice)
    assert row.text == ""


def test_a_photo_of_a_face_is_refused_with_the_rule_and_the_way_out(
    alice: User, eyes: Eyes
) -> None:
    eyes.photograph()
    with pytest.raises(PictureRefusedError) as refused:
        screen(alice)
    assert refused.value.rule == "2.1"
    assert "live check" in str(refused.value)
    assert "kept no copy" in str(refused.value)
    assert Screening.objects.get().action == "block"


def test_a_face_that_may_be_a_photo_waits_for_a_person(alice: User, eyes: Eyes) -> None:
    eyes.faces = (replace(SOMEBODY, photo=0.45),)
    assert screen(alice).state == "pending"


def test_a_painting_waits_for_a_person_when_its_owner_says_so(
    alice: User, eyes: Eyes
) -> None:
    eyes.photograph()
    assert screen(alice, painting=True).state == "pending"


def test_the_gate_can_be_opened(alice: User, eyes: Eyes, settings: Settings) -> None:
    settings.REAL_PERSON_GATE = "off"
    eyes.photograph()
    assert screen(alice).state == "approved"


def test_a_valid_consent_lets_the_photo_through(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    services.give_consent(owner=alice, picture=PICTURE, live=True)
    assert screen(alice).state == "approved"


def test_a_declaration_alone_is_no_consent_unless_the_operator_says_so(
    alice: User, eyes: Eyes, settings: Settings
) -> None:
    eyes.photograph()
    services.give_consent(owner=alice, picture=PICTURE, live=False)
    with pytest.raises(PictureRefusedError):
        screen(alice)
    settings.REAL_PERSON_GATE = "consent"
    assert screen(alice).state == "approved"


def test_the_consent_of_one_is_not_that_of_another(
    alice: User, mallory: User, eyes: Eyes
) -> None:
    eyes.photograph()
    services.give_consent(owner=alice, picture=PICTURE, live=True)
    with pytest.raises(PictureRefusedError):
        screen(mallory)


@pytest.mark.parametrize(
    ("near", "state"), [(0.0, "refused"), (0.5, "pending"), (0.7, "approved")]
)
def test_who_looks_like_a_figure_is_refused_and_who_nearly_does_is_looked_at(
    alice: User, eyes: Eyes, near: float, state: str
) -> None:
    import numpy as np  # noqa: PLC0415

    one = np.zeros(128, "<f4")
    one[0] = near
    figure = Figure.objects.create(name="A figure")
    FigureFace.objects.create(figure=figure, descriptor=one.tobytes(), source="a" * 64)
    eyes.faces = (SOMEBODY,)
    if state == "refused":
        with pytest.raises(PictureRefusedError) as refused:
            screen(alice)
        assert refused.value.rule == "2.1"
    else:
        assert screen(alice).state == state


def test_a_consent_does_not_make_anyone_a_figure(alice: User, eyes: Eyes) -> None:
    figure = Figure.objects.create(name="A figure")
    FigureFace.objects.create(
        figure=figure, descriptor=SOMEBODY.descriptor, source="a" * 64
    )
    services.give_consent(owner=alice, picture=PICTURE, live=True)
    eyes.photograph()
    with pytest.raises(PictureRefusedError):
        screen(alice)


@pytest.mark.parametrize(
    ("score", "born", "state"),
    [
        (0.5, 1990, "approved"),
        (0.7, 1990, "pending"),
        (0.9, 1990, "refused"),
        (0.5, 2012, "pending"),
        (0.75, 2012, "refused"),
    ],
)
def test_nudity_is_judged_by_age(
    alice: User, eyes: Eyes, score: float, born: int, state: str
) -> None:
    alice.birth_date = dt.date(born, 1, 1)
    eyes.nsfw = score
    if state == "refused":
        with pytest.raises(PictureRefusedError) as refused:
            screen(alice)
        assert refused.value.rule == "3.1"
    else:
        assert screen(alice).state == state


@pytest.mark.parametrize(
    "sent", [HASH, HASH[:-4] + "dead", "0000000000000000" + HASH[16:]]
)
def test_a_known_picture_does_not_come_back(alice: User, eyes: Eyes, sent: str) -> None:
    KnownBad.objects.create(pdq="0" * 64, crops=[HASH], list_name="own")
    eyes.hashes = (sent,)
    near = (int(sent, 16) ^ int(HASH, 16)).bit_count() <= 31
    if near:
        with pytest.raises(PictureRefusedError) as refused:
            screen(alice)
        assert refused.value.rule == "5.5"
    else:
        assert screen(alice).state == "approved"


def test_an_entry_that_is_taken_off_the_list_is_forgotten(
    alice: User, eyes: Eyes
) -> None:
    entry = KnownBad.objects.create(pdq=HASH)
    eyes.hashes = (HASH,)
    with pytest.raises(PictureRefusedError):
        screen(alice)
    entry.delete()
    assert screen(alice).state == "approved"


@pytest.mark.parametrize("fault", ["broken", "missing"])
def test_when_a_detector_cannot_look_the_picture_waits(
    alice: User, eyes: Eyes, fault: str
) -> None:
    setattr(eyes, fault, "It broke.")
    verdict = screen(alice)
    assert verdict.state == "pending"
    assert "could not check" in verdict.message


def test_a_detector_that_raises_anything_at_all_fails_closed(
    alice: User, eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rude:
        version = "rude 1"

        def available(self) -> str | None:
            return None

        def look(self, pictures: Sequence[bytes]) -> tuple[Sighting, ...]:
            raise ZeroDivisionError(len(pictures))

    monkeypatch.setitem(detectors._built, "nsfw", Rude())
    assert screen(alice).state == "pending"


def test_a_face_that_another_finder_saw_is_judged_by_its_surface(
    alice: User, eyes: Eyes
) -> None:
    from moderation.detectors.tests.test_house import png  # noqa: PLC0415

    anchors = Anchors((0.4, 0.4), (0.6, 0.4), (0.5, 0.6), (0.5, 0.72))
    eyes.photo = 0.9
    with pytest.raises(PictureRefusedError):
        services.screen_portrait(picture=png(200), person=alice, anchors=anchors)


def test_waiting_pictures_are_looked_at_again_and_then_by_a_person(
    alice: User, eyes: Eyes, django_capture_on_commit_callbacks: object
) -> None:
    ref = blobs.put(PICTURE, "png")
    eyes.broken = "It broke."
    check = services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    assert check.unchecked
    for _ in range(services.MOST_TRIES):
        services.check_again(check.pk)
    check.refresh_from_db()
    assert not check.unchecked
    assert check.state == PictureCheck.State.PENDING

    PictureCheck.objects.update(unchecked=True, tries=0)
    eyes.broken = ""
    services.check_again(check.pk)
    assert services.is_approved(owner=alice, ref=ref)


def test_a_lost_job_is_asked_for_once_more_and_not_at_once(
    alice: User, eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(services, "enqueue", lambda _job, pk: asked.append(pk))
    eyes.missing = "Not installed."
    ref = blobs.put(PICTURE, "png")
    check = services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    assert services.recheck() == {"pictures": 1}
    assert services.recheck() == {"pictures": 0}
    assert asked == [check.pk]


def test_what_a_moderator_decided_stands(alice: User, bob: User, eyes: Eyes) -> None:
    eyes.faces = (replace(SOMEBODY, photo=0.45),)
    ref = blobs.put(PICTURE, "png")
    check = services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    assert not services.is_approved(owner=alice, ref=ref)
    services.decide(check=check, moderator=bob, approve=True)
    assert services.is_approved(owner=alice, ref=ref)
    services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    assert services.is_approved(owner=alice, ref=ref)


def test_other_bytes_than_those_that_were_approved_are_not(
    alice: User, bob: User, eyes: Eyes
) -> None:
    ref, other = blobs.put(PICTURE, "png"), blobs.put(b"another", "png")
    services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    assert services.is_approved(owner=alice, ref=ref)
    assert not services.is_approved(owner=alice, ref=other)
    assert not services.is_approved(owner=bob, ref=ref)


def test_a_revoked_consent_takes_the_approval_with_it(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    consent = services.give_consent(owner=alice, picture=PICTURE, live=True)
    ref = blobs.put(PICTURE, "png")
    services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    services.revoke_consent(consent=consent)
    assert not services.is_approved(owner=alice, ref=ref)
    with pytest.raises(PictureRefusedError):
        screen(alice)


def test_an_engine_error_is_not_swallowed_by_the_pool(eyes: Eyes) -> None:
    eyes.broken = "It broke."
    with pytest.raises(EngineError, match="It broke"):
        gate.look([PICTURE])


def test_a_leaving_person_leaves_no_check_and_no_name(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    services.give_consent(owner=alice, picture=PICTURE, live=True)
    ref = blobs.put(PICTURE, "png")
    services.keep_check(owner=alice, ref=ref, verdict=screen(alice))
    account_closed.send(sender=type(alice), user=alice)
    assert not PictureCheck.objects.exists()
    assert not LikenessConsent.objects.exists()
    assert Screening.objects.get().person is None
