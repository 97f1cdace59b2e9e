"""A script spoken sentence by sentence: does what was seen and heard stay as it was?"""

from __future__ import annotations

import threading

import numpy as np
import pytest

from avatarfx.directors.rules import RulesDirector
from avatarfx.tests.engines import ToneVoice
from socialapp.acting import camera, perform, reading, sentences
from socialapp.acting.edit import edit
from socialapp.acting.script import parse
from socialapp.acting.takes import take
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec
from socialapp.performance.motion import FaceTrack

SCRIPT = (
    "Good evening to everybody who found the door. They said the lamp would never burn"
    " again, and yet here we are. [excited] Tell me what you saw on the road?"
)


def actor(*voices: ToneVoice, seed: int = 4, camera: str = "still") -> reading.Actor:
    speakers = [
        (f"voice-{n}", voice) for n, voice in enumerate(voices or [ToneVoice()])
    ]
    return reading.Actor(
        "a",
        VoiceSpec(""),
        speakers,
        RulesDirector(),
        seed,
        "lively",
        "9:16",
        "",
        camera,
    )


def begun(*voices: ToneVoice) -> reading.Reading:
    found = reading.begin(SCRIPT, actor(*voices))
    assert found is not None
    return found


class Patient(ToneVoice):
    """Says what comes after the first sentence when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Semaphore(0)

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        if not text.startswith("Good"):
            assert self.go.acquire(timeout=30)
        return super().speak(text, spec=spec)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            SCRIPT,
            [
                "Good evening to everybody who found the door.",
                "They said the lamp would never burn again, and yet here we are.",
                "Tell me what you saw on the road?",
            ],
        ),
        (
            "No. Yes. Good evening to everybody who found the door. And so on. Bye.",
            ["No. Yes. Good evening to everybody who found the door. And so on. Bye."],
        ),
        ("Short. [sighs] Ah.", ["Short.", "Ah."]),
        ("[pause]", [""]),
        ("", []),
    ],
)
def test_pieces_are_as_many_sentences_as_sound_well(
    script: str, said: list[str]
) -> None:
    found = sentences.pieces(parse(script))
    assert [piece.text for piece in found] == said
    words = " ".join(segment.text for segment in parse(script))
    assert " ".join(piece.text for piece in found) == words


@pytest.mark.parametrize(
    ("script", "worth"),
    [
        (SCRIPT, True),
        ("Short. And that is all there is to say about it.", False),
        ("Good evening to everybody who found the door. And so on.", False),
        ("[pause]", False),
        ("", False),
    ],
)
def test_it_begins_early_where_something_is_won(script: str, worth: bool) -> None:
    assert reading.worth(script) == worth


def test_only_the_first_piece_of_a_segment_has_its_pause_and_its_gasp() -> None:
    found = sentences.pieces(parse(f"[pause] [gasps] {SCRIPT}"))
    assert [bool(piece.effect) for piece in found] == [True, False, False]
    assert [bool(piece.pause) for piece in found] == [True, False, False]
    assert [piece.tag for piece in found] == ["gasps", "gasps", "excited"]


def test_the_whole_sounds_as_if_it_was_spoken_at_once() -> None:
    one = begun()
    early, until = one.speech, one.until
    done = one.finish(lambda _: "sha256:x.wav")
    segments = sentences.pieces(parse(SCRIPT))
    takes = take([(s, VoiceSpec("")) for s in segments], [("tone", ToneVoice())])
    speech, _ = edit(segments, takes.speeches, seed=4)
    assert done.speech == speech
    heard = round(until * speech.rate) * 2
    assert early.samples[:heard] == speech.samples[:heard]


@pytest.mark.parametrize("how", camera.CAMERAS)
def test_what_was_seen_stays_as_it_was(how: str) -> None:
    voice = Patient()
    one = reading.begin(SCRIPT * 3, actor(voice, camera=how))
    assert one is not None
    steps = 0
    while not one.over:
        before, steady, until = one.performance, one.steady, one.until
        voice.go.release()
        one.go_on()
        steps += 1
        early, late = before.parts[0], one.performance.parts[0]
        for name in ("visemes", "expressions", "poses", "glances", "blinks"):
            kept = [key for key in getattr(late, name) if key.at < until]
            assert kept == [k for k in getattr(early, name) if k.at < until], name
            times = [key.at for key in getattr(late, name)]
            assert times == sorted(times), name
        words = [word for word in late.captions if word.at < until]
        assert words == [word for word in early.captions if word.at < until]
        shown = [key for key in one.performance.stage.camera if key.at < steady]
        assert shown == [k for k in before.stage.camera if k.at < steady]
        assert late.poses[-1].at > before.seconds
    # The last two sentences of it are joined to those before.
    assert steps >= 5
    done = one.finish(lambda _: "sha256:x.wav")
    assert done.performance.parts[0].sound is not None
    assert len(done.performance.stage.camera) > (1 if how != "still" else 0)
    assert done.performance.seconds == pytest.approx(one.seconds)


def test_no_face_is_drawn_otherwise_once_more_is_spoken() -> None:
    """Not the keys alone: lips come forward before a sound, and moods change slowly."""
    voice, late = Patient(), 0.0
    one = reading.begin(SCRIPT, actor(voice))
    assert one is not None
    while not one.over:
        steady, until = one.steady, one.until
        early = FaceTrack(one.performance.parts[0])
        voice.go.release()
        one.go_on()
        grown = FaceTrack(one.performance.parts[0])
        for t in np.arange(0.0, steady, 0.02):
            assert grown.at(t) == early.at(t), t
        late += grown.at(until) != early.at(until)
    assert late, "what follows shows a little before it begins, or nobody need wait"


def test_its_end_is_a_pause_of_the_speech() -> None:
    one = begun()
    until = one.until
    done = one.finish(lambda _: "sha256:x.wav")
    at = round(until * done.speech.rate) * 2
    assert not any(done.speech.samples[at : at + 2 * done.speech.rate // 10])


def test_it_knows_about_how_long_the_rest_takes() -> None:
    voice = Patient()
    one = reading.begin(SCRIPT, actor(voice))
    assert one is not None
    assert len(list(one.to_come)) == 2
    guess = one.seconds
    assert one.waits(0.01)
    voice.go.release(2)
    done = one.finish(lambda _: "sha256:x.wav")
    assert not one.to_come
    assert guess == pytest.approx(done.performance.seconds, rel=0.35)


def test_what_is_stopped_is_not_spoken() -> None:
    voice = Patient()
    one = reading.begin(SCRIPT * 4, actor(voice))
    assert one is not None
    one.stop()
    voice.go.release(50)
    with pytest.raises(EngineError, match="stopped"):
        one.finish(lambda _: "sha256:x.wav")
    assert len(voice.spoken) <= 1 + reading.AT_ONCE


def test_something_else_is_done_beside_the_first_sentence() -> None:
    done = threading.Event()

    class Waits(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            assert done.wait(30)
            return super().speak(text, spec=spec)

    assert reading.begin(SCRIPT, actor(Waits()), meanwhile=done.set) is not None


def test_what_breaks_beside_it_stops_no_voice() -> None:
    def broken() -> None:
        raise RuntimeError("It is broken.")

    one = reading.begin(SCRIPT, actor(), meanwhile=broken)
    assert one is not None
    assert one.finish(lambda _: "sha256:x.wav").performance.seconds > 3


def test_who_begins_goes_on() -> None:
    broken, spare = ToneVoice(missing="It is not installed."), ToneVoice()
    one = begun(broken, spare)
    done = one.finish(lambda _: "sha256:x.wav")
    assert done.engine == "voice-1"
    assert "not installed" in done.fallback_reason
    assert len(spare.spoken) == 3


def test_a_voice_that_stops_after_its_first_sentence_says_so() -> None:
    class Tired(ToneVoice):
        def speak(self, text, *, spec):  # type: ignore[no-untyped-def]
            if not text.startswith("Good"):
                raise EngineError("It is tired.")
            return super().speak(text, spec=spec)

    with pytest.raises(EngineError, match="tired"):
        begun(Tired()).finish(lambda _: "sha256:x.wav")


def test_nobody_waits_for_a_silent_voice() -> None:
    assert reading.begin(SCRIPT, actor(ToneVoice(silent=True))) is None


def test_a_plain_performance_is_as_long() -> None:
    one = begun()
    done = one.finish(lambda _: "sha256:x.wav")
    plain = perform(
        SCRIPT,
        spec=VoiceSpec(""),
        speakers=[("tone", ToneVoice())],
        director=RulesDirector(),
        put_sound=lambda _: "sha256:x.wav",
    )
    assert done.performance.seconds == pytest.approx(plain.performance.seconds, abs=0.5)
    words = [caption.text for caption in done.performance.parts[0].captions]
    assert words == [c.text for c in plain.performance.parts[0].captions]
