"""The first sentence alone, and joined to the rest: is it the same?"""

from __future__ import annotations

import pytest

from avatarfx.directors.rules import RulesDirector
from avatarfx.tests.engines import ToneVoice
from socialapp.acting import opening, perform
from socialapp.acting.edit import edit
from socialapp.acting.script import parse
from socialapp.acting.takes import take
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import VoiceSpec

SCRIPT = (
    "Good evening to everybody who found the door. They said the lamp would never burn"
    " again, and yet here we are. [happy] Tell me what you saw on the road?"
)


def actor(*voices: ToneVoice, seed: int = 4) -> opening.Actor:
    speakers = [
        (f"voice-{n}", voice) for n, voice in enumerate(voices or [ToneVoice()])
    ]
    return opening.Actor(
        "a", VoiceSpec(""), speakers, RulesDirector(), seed, "lively", "9:16", ""
    )


def begun(*voices: ToneVoice) -> opening.Opening:
    found = opening.begin(SCRIPT, actor(*voices))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("script", "head"),
    [
        (SCRIPT, "Good evening to everybody who found the door."),
        (
            "No. Yes. " + SCRIPT,
            "No. Yes. Good evening to everybody who found the door.",
        ),
        ("Short. And that is all there is to say about it.", None),
        ("[pause]", None),
        ("", None),
    ],
)
def test_an_opening_is_as_many_sentences_as_sound_well(
    script: str, head: str | None
) -> None:
    found = opening.split(parse(script))
    assert (found[0].text if found else None) == head
    assert opening.worth(script) == (head is not None)


def test_no_word_is_lost_between_opening_and_rest() -> None:
    found = opening.split(parse(SCRIPT))
    assert found is not None
    first, rest = found
    said = " ".join([first.text, *(segment.text for segment in rest)])
    assert said == " ".join(segment.text for segment in parse(SCRIPT))


def test_the_whole_sounds_as_if_it_was_spoken_at_once() -> None:
    one = begun()
    done = one.finish(lambda _: "sha256:x.wav")
    found = opening.split(parse(SCRIPT))
    assert found is not None
    segments = (found[0], *found[1])
    takes = take([(s, VoiceSpec("")) for s in segments], [("tone", ToneVoice())])
    speech, _ = edit(segments, takes.speeches, seed=4)
    assert done.speech == speech
    heard = round(one.until * speech.rate) * 2
    assert one.speech.samples[:heard] == speech.samples[:heard]


def test_the_whole_keeps_what_the_opening_did() -> None:
    one = begun()
    early = one.performance.parts[0]
    late = one.finish(lambda _: "sha256:x.wav").performance.parts[0]
    for name in ("visemes", "expressions", "poses", "glances", "blinks", "captions"):
        before = [key for key in getattr(early, name) if key.at < one.until]
        after = [key for key in getattr(late, name) if key.at < one.until]
        assert before == after, name
        times = [key.at for key in getattr(late, name)]
        assert times == sorted(times), name
    assert late.poses[-1].at > one.performance.seconds
    assert late.sound is not None


def test_its_end_is_a_pause_of_the_speech() -> None:
    one = begun()
    done = one.finish(lambda _: "sha256:x.wav")
    at = round(one.until * done.speech.rate) * 2
    assert not any(done.speech.samples[at : at + 2 * done.speech.rate // 10])


def test_who_begins_goes_on() -> None:
    broken, spare = ToneVoice(missing="It is not installed."), ToneVoice()
    one = begun(broken, spare)
    done = one.finish(lambda _: "sha256:x.wav")
    assert done.engine == "voice-1"
    assert "not installed" in done.fallback_reason
    assert len(spare.spoken) == 2


def test_a_voice_that_stops_after_its_first_sentence_says_so() -> None:
    class Tired(ToneVoice):
        def speak(self, text, *, spec):  # type: ignore[no-untyped-def]
            if not text.startswith("Good"):
                raise EngineError("It is tired.")
            return super().speak(text, spec=spec)

    with pytest.raises(EngineError, match="tired"):
        begun(Tired()).finish(lambda _: "sha256:x.wav")


def test_nobody_waits_for_a_silent_voice() -> None:
    assert opening.begin(SCRIPT, actor(ToneVoice(silent=True))) is None


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
