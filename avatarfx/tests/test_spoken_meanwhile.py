"""Each sentence is filmed while the next is spoken: one film, and nobody hears a seam."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from avatarfx import services
from avatarfx.models import Clip, Render
from avatarfx.progressive import files, state
from avatarfx.services import rendering
from avatarfx.tests.engines import GreyAnimator, OnwardAnimator, ToneVoice, breaks_at
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import Frame, Speech, VoiceSpec

FIRST = "One two three four five six seven eight nine ten eleven twelve thirteen."
REST = "Then came the others, one after another, until all of them were in the room."


LAST = "And long afterwards nobody could say how they had come to be there at all."


class OneByOne(ToneVoice):
    """Says each sentence after the first when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = {REST: threading.Event(), LAST: threading.Event()}

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        if text in self.go:
            assert self.go[text].wait(60)
        return super().speak(text, spec=spec)


def eventually(true: Callable[[], object]) -> bool:
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(true())


class Slow(ToneVoice):
    """Does not say the rest before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        if not text.startswith("One"):
            assert self.go.wait(60)
        return super().speak(text, spec=spec)


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script=f"{FIRST} {REST}")


def test_the_first_seconds_can_be_watched_before_the_rest_is_spoken(
    clip: Clip, troupe: Troupe, alice: User, client_of: ClientOf
) -> None:
    voice = troupe.voice = Slow()
    client = client_of(alice)
    seen: list[Any] = []
    early: list[str] = []

    def look(now: int) -> None:
        if now == 68 and not voice.go.is_set():
            live = client.get(f"/api/v1/clips/{clip.key}/progress/").json()["live"]
            seen.append(live)
            early.append(client.get(live["captions"]).content.decode())
            assert Clip.objects.get(pk=clip.pk).performance is None
            voice.go.set()

    troupe.full.at_frame = look
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")
    assert seen[0]["count"] >= 1
    assert not seen[0]["whole"]
    assert "thirteen" in early[0]
    assert "others" not in early[0]
    live = state.live_of(clip)
    assert live is not None
    assert live.whole
    assert live.total == clip.seconds


def test_what_finds_faces_is_loaded_while_somebody_speaks(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()
    real = rendering.engines

    def finder() -> None:
        loaded.set()
        raise RuntimeError("It is broken.")

    class Patient(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            assert loaded.wait(60)
            return super().speak(text, spec=spec)

    troupe.voice = Patient()
    broken = replace(real(), finder=finder, limits={})
    monkeypatch.setattr(rendering, "engines", lambda: broken)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")


@pytest.mark.parametrize("kind", [GreyAnimator, OnwardAnimator])
def test_the_film_has_every_frame_once_and_the_sound_of_its_performance(
    clip: Clip, troupe: Troupe, kind: type[GreyAnimator]
) -> None:
    troupe.full = kind()
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    performance = clip.as_performance()
    assert performance is not None
    with av.open(io.BytesIO(blobs.get(clip.video)), "r") as film:
        levels = [f.to_ndarray(format="gray").mean() for f in film.decode(video=0)]
    assert len(levels) == round((clip.seconds or 0) * 25)
    # The grey animator's frames tell their number: none is missing, none comes twice.
    steps = np.diff(levels)
    assert np.all((steps > 0) | (steps < -20))
    with av.open(io.BytesIO(blobs.get(clip.video)), "r") as film:
        heard = np.concatenate([f.to_ndarray()[0] for f in film.decode(audio=0)])
    sound = performance.parts[0].sound
    assert sound is not None
    with av.open(io.BytesIO(blobs.get(sound.ref)), "r") as spoken:
        said = np.concatenate([f.to_ndarray()[0] for f in spoken.decode(audio=0)])
    a, b = heard[: len(said)], said[: len(heard)].astype(np.float32)
    assert np.corrcoef(a[: len(b)], b)[0, 1] > 0.99
    entry = Render.objects.get().trace[1]
    assert 2.0 < entry["spoken_until"] < (clip.seconds or 0) / 2 + 1


def test_every_sentence_is_drawn_before_the_next_is_spoken(
    alice: User, hob: Character, troupe: Troupe, client_of: ClientOf
) -> None:
    clip = services.request_clip(
        owner=alice, character=hob, script=f"{FIRST} {REST} {LAST}"
    )
    voice = troupe.voice = OneByOne()
    animator = troupe.full = OnwardAnimator()
    client = client_of(alice)
    captions: list[str] = []

    def look(now: int) -> None:
        if now == 68:
            assert voice.spoken == [FIRST]
            voice.go[REST].set()
        if now == 150:
            assert voice.spoken == [FIRST, REST]
            url = f"/api/v1/clips/{clip.key}/progress/"
            live = client.get(url).json()["live"]
            captions.append(client.get(live["captions"]).content.decode())
            voice.go[LAST].set()

    animator.at_frame = look
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")
    assert voice.spoken == [FIRST, REST, LAST]
    # None twice, none left out, none beyond the end.
    assert animator.drawn == list(range(round((clip.seconds or 0) * 25)))
    assert animator.asked == 3
    assert "others" in captions[0]
    assert "afterwards" not in captions[0]


def test_who_draws_rehearses_while_the_first_sentence_is_spoken(
    clip: Clip, troupe: Troupe
) -> None:
    animator = troupe.full = OnwardAnimator()

    class Waits(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            assert eventually(lambda: animator.rehearsed)
            return super().speak(text, spec=spec)

    troupe.voice = Waits()
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")
    assert animator.rehearsed == [12]
    # The strength of the mark was found on those: the film waits for none of its own.
    entry = next(e for e in Render.objects.get().trace if e["name"] == "mark")
    assert entry["strength"] > 0


def test_a_rehearsal_that_breaks_costs_nothing_but_time(
    clip: Clip, troupe: Troupe
) -> None:
    class Shy(OnwardAnimator):
        def rehearse(self, *_: Any, **__: Any) -> list[Frame]:
            raise RuntimeError("Not before the curtain is up.")

    troupe.full = Shy()
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")


def test_another_rung_finds_out_for_itself(clip: Clip, troupe: Troupe) -> None:
    """What was found on frames of the one that broke says nothing of its own."""
    troupe.full = OnwardAnimator(at_frame=breaks_at(3), level=200)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "simple")
    assert clip.performance is not None


def test_what_nobody_will_film_is_not_spoken_on(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    script = " ".join([FIRST, *(f"{n} {REST}" for n in "ABCDEFGH")])
    clip = services.request_clip(owner=alice, character=hob, script=script)

    class Slowly(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            if not text.startswith("One"):
                time.sleep(0.5)
            return super().speak(text, spec=spec)

    voice = troupe.voice = Slowly()

    def look(now: int) -> None:
        if now == 10:
            services.cancel_clip(clip=Clip.objects.get(pk=clip.pk))

    troupe.full = OnwardAnimator(at_frame=look)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "cancelled"
    time.sleep(1.5)
    assert len(voice.spoken) < 9


def test_a_voice_that_stops_in_mid_script_is_replaced_from_the_start(
    clip: Clip, troupe: Troupe
) -> None:
    class Tired(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            if REST in text:
                raise EngineError("It is tired.")
            return super().speak(text, spec=spec)

    troupe.voice = Tired()
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")
    assert troupe.spare.spoken == [f"{FIRST} {REST}"]


@pytest.mark.parametrize("number", [3, 90])
def test_an_animator_that_breaks_on_either_side_of_the_seam_hands_over(
    clip: Clip, troupe: Troupe, number: int
) -> None:
    troupe.full.at_frame = breaks_at(number)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "simple")
    assert clip.performance is not None
    assert len(troupe.voice.spoken) == 2


def test_a_clip_that_is_stopped_while_the_rest_is_spoken_stops(
    clip: Clip, troupe: Troupe
) -> None:
    voice = troupe.voice = Slow()

    def look(now: int) -> None:
        if now == 60:
            services.cancel_clip(clip=Clip.objects.get(pk=clip.pk))

    troupe.full.at_frame = look
    services.render_clip(clip.pk)
    voice.go.set()
    clip.refresh_from_db()
    assert clip.state == "cancelled"
    assert list(files.attempts()) == []
