"""A script becomes one performance: sound, words, beats, fallbacks."""

from __future__ import annotations

import io
import wave
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from socialapp.acting import ScriptError, perform
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec
from socialapp.engines.testing import check_performance

from .conftest import BrokenVoice, PlainDirector, ToneVoice

if TYPE_CHECKING:
    from socialapp.acting import Performed
    from socialapp.engines.protocols import Voice

SCRIPT = "Good evening. [pause] [whispers] Come closer! [sighs]"
REF = "sha256:" + "1" * 64 + ".wav"


class Store:
    def __init__(self) -> None:
        self.files: list[bytes] = []

    def __call__(self, file: bytes) -> str:
        self.files.append(file)
        return REF


def act(
    script: str, director: PlainDirector, *speakers: tuple[str, Voice], store: Store
) -> Performed:
    return perform(
        script,
        seat="a",
        spec=VoiceSpec("af_bella", speed=1.2, pitch=1.0),
        speakers=speakers,
        director=director,
        seed=3,
        put_sound=store,
    )


def test_a_performance_has_sound_words_stage_and_makers(
    tone: ToneVoice, director: PlainDirector
) -> None:
    store = Store()
    done = act(SCRIPT, director, ("tone", tone), store=store)
    whole = done.performance
    check_performance(whole)
    part = whole.part("a")
    assert [c.text for c in part.captions] == ["Good", "evening.", "Come", "closer!"]
    assert [p.word for p in part.phones] == [0, 1, 2, 3]
    assert part.sound is not None
    assert (part.sound.ref, part.sound.rate) == (REF, 8000)
    assert whole.made_by.voice == "tone 1"
    assert whole.made_by.seed == 3
    assert whole.stage.camera[0].on == "a"
    assert done.engine == "tone"
    assert done.fallback_reason == ""
    with wave.open(io.BytesIO(store.files[0])) as file:
        assert file.getframerate() == 8000
        assert file.getnframes() / 8000 == pytest.approx(whole.seconds, abs=1e-3)


def test_words_are_where_they_are_heard_after_a_pause(
    tone: ToneVoice, director: PlainDirector
) -> None:
    done = act(SCRIPT, director, ("tone", tone), store=Store())
    words = {c.text: c for c in done.performance.parts[0].captions}
    silent = words["Come"].at - words["evening."].until
    assert silent == pytest.approx(0.6 + 0.05 + 0.1 + 0.1, abs=0.02)
    assert words["Good"].at == pytest.approx(0.25 + 0.1)
    middle = int((words["evening."].until + 0.4) * 8000) * 2
    assert not any(done.speech.samples[middle : middle + 800])


def test_tags_change_what_the_voice_is_asked_for(
    tone: ToneVoice, director: PlainDirector
) -> None:
    act("Plain. [shouts] Loud!", director, ("tone", tone), store=Store())
    plain, loud = sorted(tone.asked, key=lambda a: a[0], reverse=True)
    assert plain == ("Plain.", VoiceSpec("af_bella", 1.2, 1.0))
    assert loud[0] == "Loud!"
    assert loud[1].pitch > 1.0


def test_a_shout_is_louder_than_a_whisper(
    tone: ToneVoice, director: PlainDirector
) -> None:
    def power(tag: str) -> float:
        done = act(f"[{tag}] Hello there.", director, ("tone", tone), store=Store())
        return sum(v * v for v in memoryview(done.speech.samples).cast("h"))

    assert power("shouts") > 4 * power("whispers")


def test_each_sentence_is_a_beat_with_its_mood(
    tone: ToneVoice, director: PlainDirector
) -> None:
    act("Well. Is it? [nervous] Oh no. Run!", director, ("tone", tone), store=Store())
    told = [(b.text, b.mood, b.delivery) for b in director.beats]
    assert told == [
        ("Well.", "calm", ""),
        ("Is it?", "surprised", ""),
        ("Oh no.", "afraid", "nervous"),
        ("Run!", "afraid", "nervous"),
    ]
    assert all(a.until <= b.at + 1e-6 for a, b in pairwise(director.beats))


@pytest.mark.parametrize("tag", ["sighs", "gasps", "laughs"])
def test_a_sigh_a_gasp_and_a_laugh_are_heard_before_the_words(
    tone: ToneVoice, director: PlainDirector, tag: str
) -> None:
    done = act(f"[{tag}] Well.", director, ("tone", tone), store=Store())
    start = done.performance.parts[0].captions[0].at
    assert start > 0.25 + 0.3
    before = memoryview(done.speech.samples).cast("h")[2000 : int(start * 8000) - 800]
    assert max(abs(v) for v in before) > 600


def test_the_next_speaker_speaks_when_one_fails_and_the_reason_is_kept(
    tone: ToneVoice, director: PlainDirector
) -> None:
    done = act(
        SCRIPT,
        director,
        ("lost", BrokenVoice(reason="its weights are not installed")),
        ("broken", BrokenVoice(RuntimeError("boom"))),
        ("tone", tone),
        store=Store(),
    )
    assert done.engine == "tone"
    assert done.fallback_reason == "lost: its weights are not installed"


def test_without_any_speaker_the_clip_fails_with_a_reason(
    director: PlainDirector,
) -> None:
    with pytest.raises(EngineError, match="No voice could speak"):
        act(SCRIPT, director, ("broken", BrokenVoice()), store=Store())


def test_a_silent_voice_stores_no_sound_and_makes_no_breath(
    director: PlainDirector,
) -> None:
    class Mute(ToneVoice):
        def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
            said = super().speak(text, spec=spec)
            return Speech(
                bytes(len(said.samples)), said.rate, said.phones, said.captions, "mute"
            )

    store = Store()
    done = act("[sighs] Well.", director, ("mute", Mute()), store=store)
    assert store.files == []
    assert done.performance.parts[0].sound is None
    assert not any(done.speech.samples)


def test_nothing_to_say_is_refused(tone: ToneVoice, director: PlainDirector) -> None:
    with pytest.raises(ScriptError, match="nothing to say"):
        act("😀 *waves*", director, ("tone", tone), store=Store())


def test_the_same_seed_gives_the_same_performance(
    tone: ToneVoice, director: PlainDirector
) -> None:
    stores = Store(), Store()
    one = act(SCRIPT, director, ("tone", tone), store=stores[0])
    two = act(SCRIPT, director, ("tone", tone), store=stores[1])
    assert one.performance == two.performance
    assert stores[0].files == stores[1].files
