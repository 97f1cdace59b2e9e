"""Run by `manage.py shell` in the product's own copy: a house that test_show.py directs.

Reads one JSON object a line from its standard input, does what it says, and answers with
one. Lines are performed by the product's own services, spoken by hibari.
"""

import io
import json
import sys
import wave
from dataclasses import replace
from datetime import timedelta
from typing import Any

import av
import numpy as np
from django.db import transaction
from django.utils import timezone

from avatarfx import flac
from avatarfx.directors.rules import RulesDirector
from avatarfx.voices.hibari import HibariVoice
from socialapp.accounts.models import User
from socialapp.acting import dialogue
from socialapp.characters.models import Character
from socialapp.engines.protocols import VoiceSpec
from socialapp.jobs import horse
from socialapp.lib import blobs
from socialapp.performance import CameraKey, Part, Performance, Pose, Viseme
from streams import services
from streams.models import Stream
from streams.services import Recording

RATE = 24_000
HOUR = timedelta(hours=1)
VOICES = {"a": VoiceSpec("bm_george"), "b": VoiceSpec("af_kore"), "c": VoiceSpec()}
hibari = HibariVoice()


def do_open(names: list[str], *, shape: str = "16:9", background: str = "") -> Any:
    """A stream of these on air; all of its host's others end."""
    host, _ = User.objects.get_or_create(
        username="showhost",
        defaults={
            "email": "showhost@example.org",
            "birth_date": timezone.now().date().replace(year=1990),
        },
    )
    for other in Stream.objects.on_air().filter(host=host):
        services.end_stream(stream=other, reason="stopped")
    stream = Stream.objects.create(
        host=host,
        title="Partly Obscured",
        shape=shape,
        background=background,
        delay_seconds=1.0,
    )
    cast = {}
    for seat, name in zip("abc", names, strict=False):
        character = Character.objects.get(name__contains=name, owner__username="troupe")
        portrait = character.portrait
        assert portrait is not None
        stream.seats.create(seat=seat, character=character, portrait=portrait)
        cast[seat] = {
            "name": character.name,
            "rig": f"/api/v1/portraits/{portrait.key}/rig/",
            "portrait": blobs.url(portrait.ref),
        }
    with transaction.atomic():
        services.start_stream(stream=stream)
        # This process directs it, so that the house's own directors leave it alone.
        Stream.objects.filter(pk=stream.pk).update(
            director=horse.name(), fence=1, leased_until=timezone.now() + HOUR
        )
    return {"key": stream.key, "cast": cast}


def do_plant(words: str) -> Any:
    """A stream that the house's own director plays, of a character that would say these
    words whenever it says anything of its own."""
    stage = do_open(["Hob", "Sunniva"])
    stream = Stream.objects.get(key=stage["key"])
    hob = stream.seats.get(seat="a").character
    planted = Character.objects.create(
        owner=stream.host,
        name="Planted Hob",
        portrait=hob.portrait,
        greeting=words,
        card={"group_only_greetings": [words], "fallbacks": [words]},
    )
    stream.seats.filter(seat="a").update(character=planted)
    Stream.objects.filter(pk=stream.pk).update(director="", leased_until=None)
    return stage


def do_say(
    key: str,
    seat: str,
    text: str,
    *,
    camera: str = "all",
    codec: str = "flac",
    at: float | None = None,
) -> Any:
    """`at`: on the stream's clock; a director leaves a line after the one before it."""
    stream = Stream.objects.full().get(key=key)
    seats = [one.seat for one in stream.seats.all()]
    done = dialogue.perform_dialogue(
        [dialogue.Line(seat, text)],
        cast={one: VOICES[one] for one in seats},
        speakers=[("hibari", hibari)],
        director=RulesDirector(),
        seed=stream.last_line,
        motions=dict.fromkeys(seats, "lively"),
        shape=stream.shape,
        background=stream.background,
        put_sound=lambda data: blobs.put(data, "wav"),
    )
    whole = replace(
        done.performance,
        stage=replace(done.performance.stage, camera=(CameraKey(0.0, camera),)),
    )
    sound = whole.part(seat).sound
    assert sound is not None
    return _perform(stream, seat, whole, blobs.get(sound.ref), codec, at=at)


def do_bursts(key: str, count: int) -> Any:
    """Half a second of tone and half of silence in turns, and a mouth that opens to it."""
    stream = Stream.objects.get(key=key)
    at = np.arange(int(count * RATE)) / RATE
    loud = (at % 1.0 >= 0.25) & (at % 1.0 < 0.75)
    samples = np.where(loud, 0.5 * np.sin(2 * np.pi * 330 * at), 0.0)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    visemes = []
    for i in range(count):
        visemes += [
            Viseme(float(i), i + 0.25, "sil"),
            Viseme(i + 0.25, i + 0.75, "aa"),
            Viseme(i + 0.75, i + 1.0, "sil"),
        ]
    part = Part("a", visemes=tuple(visemes), poses=(Pose(0.0),))
    return _perform(
        stream,
        "a",
        Performance(float(count), (part, Part("b"))),
        file.getvalue(),
        "wav",
    )


def do_cut(key: str) -> Any:
    cuts = services.cut_line(stream=Stream.objects.get(key=key))
    return {"lines": [cut.line for cut in cuts], "at": [cut.at for cut in cuts]}


def do_end(key: str) -> Any:
    services.end_stream(stream=Stream.objects.get(key=key), reason="finished")
    return {}


def _perform(
    stream: Stream,
    seat: str,
    whole: Performance,
    sound: bytes,
    codec: str,
    *,
    at: float | None = None,
) -> Any:
    data = {
        "wav": lambda: sound,
        "flac": lambda: flac.from_wav(sound),
        "opus": lambda: _opus(sound),
    }[codec]()
    text = " ".join(word.text for word in whole.part(seat).captions) or "Hm."
    line = services.perform_line(
        stream=stream,
        seat=seat,
        performance=whole,
        words=services.Screened(((text, services.screen_words(text, stream=stream)),)),
        sounds={seat: Recording(data, codec)},
        at=at,
    )
    return {
        "line": line.line,
        "at": line.at,
        "until": line.at + whole.seconds,
        "bytes": len(data),
    }


def _opus(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        coder = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler("s16", "mono", 48_000)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(coder.encode(piece))
        container.mux(coder.encode(None))
    return out.getvalue()


def main() -> None:
    print("ready", flush=True)
    for told in sys.stdin:
        wish = json.loads(told)
        answer = globals()[f"do_{wish.pop('do')}"](**wish)
        print(json.dumps(answer), flush=True)


main()
