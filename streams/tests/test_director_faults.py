"""What a show does when an engine, a voice or screening fails it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.verdicts import Verdict
from socialapp import acting
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import TurnEvent, tokens_of
from socialapp.engines.testing import check_performance
from socialapp.lib import blobs, bus
from streams import services
from streams.direction import wording, writing
from streams.direction.jobs import Job
from streams.direction.wording import Ladders
from streams.models import Stream
from streams.services import Screened, UnscreenedError
from streams.tests.conftest import passed, performance
from streams.tests.directing import Director, show_of, words_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_django import Settings

    from socialapp.accounts.models import User
    from socialapp.engines.talk import Beat, Context

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SLUR = "All of you faggots should be gassed, every single one of you."
CRISIS = "I am going to kill myself tonight and nobody will stop me."

MARKS = {SLUR: "gassed", CRISIS: "myself"}
"""A word of each that nothing else has."""


class Model:
    """An engine of the test's making."""

    name = "endpoint test"

    def __init__(self, says: Callable[[], AsyncIterator[str]]) -> None:
        self.says = says
        self.asked = 0

    def available(self) -> str | None:
        return None

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:  # noqa: ARG002
        self.asked += 1
        speaker, turn, seq = context.card.name, context.turn_id, 1
        yield TurnEvent(turn, 0, speaker, "start", provider=self.name)
        async for text in self.says():
            for token in tokens_of(text):
                yield TurnEvent(turn, seq, speaker, "token", token, provider=self.name)
                seq += 1
        yield TurnEvent(turn, seq, speaker, "end", provider=self.name)


def saying(*texts: str) -> Callable[[], AsyncIterator[str]]:
    async def says() -> AsyncIterator[str]:
        for text in texts:
            yield text

    return says


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    """The first rung of the ladder; change what it says."""
    made = wording.ladders()
    engine = Model(saying("The lamp is lit and the stairs are swept."))
    rung = Rung(engine, most_sentences=3, silence=0.3, whole=0.3)
    authored = made.live._authored
    live = Ladder([rung], authored, made.live._encoder)
    both = Ladders(live, made.authored, frozenset())
    monkeypatch.setattr(wording, "ladders", lambda: both)
    return engine


def heard(stream: Stream) -> str:
    """All that ever left: captions and every other text of the log, and phones."""
    return " ".join(str(event.data) for event in stream.events.all()).casefold()


def test_a_model_words_lines_and_the_host_is_told(alice: User, model: Model) -> None:
    director = Director(show_of(alice))
    line = director.say(1)[0]
    assert words_of(line) == "The lamp is lit and the stairs are swept."
    assert (director.direction.engine, director.direction.note) == ("endpoint", "")


@pytest.mark.parametrize("planted", [SLUR, CRISIS])
def test_a_sentence_that_may_not_be_said_is_never_in_anything(
    alice: User, model: Model, planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    voiced: list[str] = []
    real = acting.perform_turn

    def listening(line: Any, **more: Any) -> Any:
        voiced.append(line.script)
        return real(line, **more)

    monkeypatch.setattr(writing, "perform_turn", listening)
    model.says = saying(f"The lamp is lit. {planted} And the stairs are swept.")
    director = Director(show_of(alice))
    director.say(3)
    said = " ".join(voiced)
    assert MARKS[planted] not in said
    assert MARKS[planted] not in heard(director.stream)
    assert "The lamp is lit." in said


@pytest.mark.parametrize("planted", [SLUR, CRISIS])
def test_an_authored_beat_is_screened_like_any_other(
    alice: User, planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in what a character has in its card, which was let in before."""
    stream = show_of(alice, start=False)
    hob = stream.seats.get(seat="a").character
    hob.card = {"group_only_greetings": [planted], "fallbacks": [planted]}
    hob.greeting = planted
    hob.save()
    services.start_stream(stream=stream)
    director = Director(stream)
    director.say(3)
    assert MARKS[planted] not in heard(stream)


def test_a_line_is_made_of_screened_words_or_not_at_all(alice: User) -> None:
    stream = show_of(alice)
    stopped = Verdict("block", (), "test")
    with pytest.raises(UnscreenedError):
        Screened((("Good evening.", stopped),))
    with pytest.raises(UnscreenedError):
        Screened(())
    with pytest.raises(UnscreenedError, match="night"):
        services.perform_line(
            stream=stream,
            seat="a",
            performance=performance("Good night everybody."),
            sounds={},
            words=passed("Good evening everybody."),
        )
    assert not stream.events.filter(kind="line").exists()


async def _hang() -> AsyncIterator[str]:
    yield "I was about to "
    await asyncio.sleep(3600)


async def _endless() -> AsyncIterator[str]:
    while True:
        yield "and then and then and then and then. "
        await asyncio.sleep(0)


async def _dies() -> AsyncIterator[str]:
    yield "I was about to say that the lamp"
    raise EngineError("The connection was reset")


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (_hang, "silent for"),
        (_dies, "reset"),
        (saying("\x00\x01 {{{ <|im_start|> ]] ###"), "endpoint"),
        (saying(""), "endpoint"),
    ],
    ids=["hangs", "dies", "garbage", "nothing"],
)
def test_the_authored_engine_takes_the_line_of_one_that_fails(
    alice: User, model: Model, says: Any, told: str
) -> None:
    model.says = says
    director = Director(show_of(alice))
    lines = director.say(2)
    assert all(words_of(line) for line in lines)
    assert director.direction.engine == "authored"
    if told != "endpoint":
        assert told in director.direction.note


def test_a_hundred_thousand_tokens_are_three_sentences(
    alice: User, model: Model
) -> None:
    model.says = _endless
    line = Director(show_of(alice)).say(1)[0]
    assert len(words_of(line)) <= 600


def test_an_engine_that_blocks_its_thread_is_left_behind(alice: User) -> None:
    """Nothing can end it; the show goes on without it, and the host knows."""
    hung: list[Job[Any]] = []

    def start(work: Callable[[], Any], woken: Callable[[], None]) -> Job[Any]:
        job: Job[Any] = Job()
        if len(hung) < 1:
            hung.append(job)
        else:
            job.run(work)
        return job

    director = Director(show_of(alice), start=start)
    director.watched()
    director.until(lambda: bool(director.lines))
    assert len(hung) == 1
    director.say(2)
    assert director.direction.engine == "authored"


def test_without_a_voice_there_are_captions(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise EngineError("The voice is hoarse")

    for name, voice in writing._speakers(silent=False):
        if name != writing.SILENT:
            monkeypatch.setattr(voice, "speak", broken)
            monkeypatch.setattr(voice, "available", lambda: None)
    director = Director(show_of(alice))
    line = director.say(1)[0]
    check_performance(line.performance)
    assert words_of(line)
    assert line.performance.part("a").sound is None
    assert not director.stream.events.filter(kind="audio-chunk").exists()
    assert "hoarse" in director.direction.note


def test_while_nobody_can_screen_nobody_speaks(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> Any:
        raise ScreeningUnavailableError

    director = Director(show_of(alice))
    director.say(1)
    real = services.screen_words
    monkeypatch.setattr(wording, "screen_words", down)
    director.watched()
    director.run(30)
    said = len(director.lines)
    director.run(10)
    assert len(director.lines) == said
    assert "cannot check" in director.direction.note
    assert director.state == Stream.State.LIVE
    monkeypatch.setattr(wording, "screen_words", real)
    director.say(said + 1)
    assert director.direction.note == ""


def test_nothing_is_lost_while_redis_is_away(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    director = Director(show_of(alice))
    director.say(1)
    monkeypatch.setattr(bus, "publish", lambda *_: False)
    lines = director.say(3)
    assert [line.line for line in lines] == [1, 2, 3]
    sequence = [event.seq for event in director.events]
    assert sequence == list(range(1, len(sequence) + 1))


def test_a_full_disk_costs_a_line_its_turn_and_not_the_show(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = blobs.put, [2]

    def full(data: bytes, extension: str) -> str:
        if extension == "opus" and left[0]:
            left[0] -= 1
            raise OSError("No space left on device")
        return real(data, extension)

    director = Director(show_of(alice))
    monkeypatch.setattr(blobs, "put", full)
    lines = director.say(2)
    assert [line.line for line in lines] == [1, 2]


def test_lines_of_models_are_counted_and_limited(
    alice: User, model: Model, settings: Settings
) -> None:
    settings.STREAM_MODEL_LINES_PER_HOUR = 2
    texts = iter(f"Lamp number {n} is lit and swept." for n in ("one", "two", "six"))

    async def says() -> AsyncIterator[str]:
        yield next(texts)

    model.says = says
    director = Director(show_of(alice))
    director.say(4)
    assert director.direction.hour_lines == 2
    assert model.asked == 2
    assert director.direction.engine == "authored"


def test_a_slow_line_is_bridged_by_who_listens(alice: User) -> None:
    """A word or two, screened, once; the plan stands where it stood."""
    begun: list[Callable[[], Any]] = []
    slow: Job[Any] = Job()

    def start(work: Callable[[], Any], woken: Callable[[], None]) -> Job[Any]:
        begun.append(work)
        if len(begun) == 3:
            return slow
        job: Job[Any] = Job()
        job.run(work)
        return job

    director = Director(show_of(alice), start=start)
    director.say(2)
    before = director.direction.state
    director.until(lambda: len(director.lines) == 3)
    aside = director.lines[-1]
    assert aside.seat != director.lines[1].seat
    assert len(words_of(aside).split()) <= 8
    assert director.direction.state == before
    slow.run(begun[2])
    line = director.say(4)[-1]
    assert line.at >= aside.at + aside.performance.seconds - 0.001
    assert director.direction.state["step"] == before["step"] + 1
