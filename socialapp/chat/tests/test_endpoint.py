"""An endpoint may do anything; a line comes, or an EngineError in a known time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.chat.dialogues.budget import FileCounter, MemoryCounter, Spent
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.endpoint import EndpointDialogue
from socialapp.chat.dialogues.endpoint.breaker import Breaker
from socialapp.chat.dialogues.endpoint.stream import ChatStream
from socialapp.chat.tests.scripted import (
    CUT,
    DONE,
    Answer,
    Scripted,
    Step,
    event,
    line,
    scripted,
    usage,
)
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import MAX_LINE, Beat, Context, Turn
from socialapp.engines.testing import check_dialogue

if TYPE_CHECKING:
    from pathlib import Path

HOB = card_of(library.cast_member("hob"))
ASKED = Context(HOB, "t1", (Turn("Robin", "How is the sea?", person=True),), seed=7)
GOOD = "Flat as a plate. I gave it two stars."
PATIENT: dict[str, Any] = {
    "connect": 10.0, "first_token": 20.0, "between": 20.0, "whole": 40.0,
    "backoff": 0.01,
}  # fmt: skip
"""So that a busy machine fails no test."""

HURRIED: dict[str, Any] = {
    **PATIENT, "connect": 5.0, "first_token": 0.5, "between": 1.0, "whole": 2.0,
}  # fmt: skip


def engine(server: Scripted, **more: Any) -> EndpointDialogue:
    return EndpointDialogue(base_url=server.url, model="m1", **{**PATIENT, **more})


async def said(dialogue: EndpointDialogue, context: Context = ASKED) -> str:
    return "".join([event.text async for event in dialogue.reply(context, Beat())])


async def test_it_keeps_the_promises_of_a_dialogue() -> None:
    async with scripted(line(GOOD)) as server:
        await check_dialogue(engine(server), HOB)


async def test_the_wire_is_the_one_of_chat_completions() -> None:
    async with scripted(line(GOOD)) as server:
        assert (await said(engine(server, key="k3"))).strip() == GOOD
    request = server.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "m1"
    assert request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}
    assert request["seed"] == 7
    assert [m["role"] for m in request["messages"]] == ["system", "user"]
    assert server.keys == ["bearer k3"]


async def test_without_an_address_or_a_model_it_says_what_to_set() -> None:
    assert "LLM_BASE_URL" in str(EndpointDialogue().available())
    assert "http" in str(EndpointDialogue(base_url="ftp://x", model="m").available())
    assert "LLM_MODEL" in str(EndpointDialogue(base_url="http://x/v1").available())
    with pytest.raises(EngineError, match="LLM_BASE_URL"):
        await said(EndpointDialogue())


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_endpoint_is_asked_again(status: int) -> None:
    busy = Answer(status=status)
    async with scripted(busy, busy, line(GOOD)) as server:
        assert (await said(engine(server))).strip() == GOOD
    assert len(server.requests) == 3


async def test_it_waits_as_long_as_it_is_told() -> None:
    busy = Answer(status=429, headers={"retry-after": "0.3"})
    async with scripted(busy, line(GOOD)) as server:
        start = time.monotonic()
        await said(engine(server))
        assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_refusal_is_not_asked_again(status: int) -> None:
    async with scripted(Answer([b"your key sk-123 is bad"], status=status)) as server:
        with pytest.raises(EngineError, match=str(status)) as caught:
            await said(engine(server))
    assert caught.value.permanent
    assert "sk-123" not in str(caught.value)
    assert len(server.requests) == 1


async def test_an_endpoint_that_is_not_there_is_an_engine_error() -> None:
    dialogue = EndpointDialogue(base_url="http://127.0.0.1:9/v1", model="m", **PATIENT)
    with pytest.raises(EngineError, match="cannot be reached"):
        await said(dialogue)


BROKEN: dict[str, tuple[list[Step], str]] = {
    "hangs at once": ([60.0], "fell silent"),
    "hangs between words": ([event("Flat "), 60.0], "fell silent"),
    "keeps alive and says nothing": ([b": ping\n\n", 0.1] * 400, "fell silent"),
    "slow for ever": ([event("a "), 0.2] * 300, "longer than 2 s"),
    "hangs up": ([event("Flat as ")], "hung up"),
    "is cut off": ([event("Flat as "), CUT], "broke|hung up"),
    "sends a page": ([b"<html>502</html>\n"], "something else"),
    "sends no JSON": ([b"data: {oops\n\n"], "not JSON"),
    "sends another JSON": ([b"data: [1, 2]\n\n"], "no completion"),
    "sends nesting": ([b"data: " + b"[" * 60_000 + b"\n\n"], "not JSON"),
    "sends numbers for text": (
        [b'data: {"choices":[{"delta":{"content":5}}]}\n\n'],
        "no text",
    ),
    "sends an error": ([b'data: {"error": {"message": "x"}}\n\n'], "of its own"),
    "sends noise": ([bytes(range(256)) * 400], "no event|something else"),
    "sends a line without an end": ([b"data: " + b"x" * 70_000], "no event"),
    "says nothing": ([DONE], "nothing to say"),
}


SLOW = frozenset(list(BROKEN)[:4])
"""Cases that end when patience does."""


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_stream_is_an_engine_error_in_time(case: str) -> None:
    steps, words = BROKEN[case]
    async with scripted(Answer(steps)) as server:
        start = time.monotonic()
        dialogue = engine(server, **(HURRIED if case in SLOW else {}))
        with pytest.raises(EngineError, match=words):
            await said(dialogue)
        assert time.monotonic() - start < 15.0
    assert len(server.requests) == 1


async def test_a_chunked_body_that_breaks_off_is_an_engine_error() -> None:
    answer = Answer([event("Flat "), CUT], chunked=True)
    async with scripted(answer) as server:
        with pytest.raises(EngineError, match="broke"):
            await said(engine(server))


async def test_what_is_no_stream_is_refused() -> None:
    answer = Answer([b'{"choices": []}'], kind="application/json")
    async with scripted(answer) as server:
        with pytest.raises(EngineError, match="does not stream"):
            await said(engine(server))


async def test_an_answer_of_100_000_tokens_is_cut_and_the_line_is_closed() -> None:
    answer = Answer([event("word ") for _ in range(100_000)])
    async with scripted(answer) as server:
        text = await said(engine(server))
        assert len(text) == MAX_LINE
        await asyncio.sleep(0.2)
    assert server.left_early == 1


async def test_a_listener_who_leaves_hangs_up() -> None:
    answer = Answer([event("word "), 0.05] * 1000)
    async with scripted(answer) as server:
        replies = engine(server).reply(ASKED, Beat())
        async for one in replies:
            if one.type == "token":
                break
        await replies.aclose()  # type: ignore[attr-defined]
        for _ in range(40):
            await asyncio.sleep(0.05)
            if server.left_early:
                break
    assert server.left_early == 1


async def test_thoughts_between_marks_are_not_said() -> None:
    steps = [event(t) for t in ("<thi", "nk>He asks", ". Hm.</th", "ink>\n\nFlat.")]
    async with scripted(Answer([*steps, DONE])) as server:
        assert await said(engine(server)) == "Flat."


async def test_an_end_without_an_end_mark_counts_when_a_reason_came() -> None:
    steps: list[Step] = [event("Flat."), event("", finish_reason="stop")]
    async with scripted(Answer(steps)) as server:
        assert await said(engine(server)) == "Flat."


async def test_after_three_failures_it_rests_and_then_tries_once() -> None:
    async with scripted(Answer(status=401)) as server:
        dialogue = engine(server, rest=2.0)
        for _ in range(3):
            with pytest.raises(EngineError, match="401"):
                await said(dialogue)
        assert "in a row" in str(dialogue.available())
        with pytest.raises(EngineError, match="in a row"):
            await said(dialogue)
        assert len(server.requests) == 3
        await asyncio.sleep(2.1)
        server.answers.append(line(GOOD))
        assert dialogue.available() is None
        assert (await said(dialogue)).strip() == GOOD
        assert dialogue.available() is None


def test_a_breaker_lets_one_try_and_rests_longer_each_time() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, rest=10.0, longest=25.0, clock=lambda: now[0])
    for _ in range(2):
        assert breaker.begin()
        breaker.failed()
    assert not breaker.begin()
    for rest in (20.0, 25.0, 25.0):
        now[0] += breaker.closed_for()
        assert breaker.begin()
        assert not breaker.begin()
        breaker.failed()
        assert breaker.closed_for() == rest
    now[0] += 25.0
    assert breaker.begin()
    breaker.left()
    assert breaker.begin()
    breaker.done()
    assert breaker.closed_for() == 0.0


async def test_a_line_over_its_budget_is_not_asked_for() -> None:
    async with scripted(line(GOOD)) as server:
        with pytest.raises(EngineError, match="LLM_CALL_TOKENS"):
            await said(engine(server, budget={"call_tokens": 300}))
    assert server.requests == []


async def test_what_the_endpoint_counts_is_what_the_day_is_charged() -> None:
    counter = MemoryCounter()
    prices = {"cents_in": 200.0, "cents_out": 1000.0, "day_cents": 5.0}
    async with scripted(Answer([event("Flat."), usage(9000, 2000), DONE])) as server:
        dialogue = engine(server, budget=prices, counter=counter)
        await said(dialogue)
        assert counter.spent().tokens == 11_000
        assert counter.spent().cents == pytest.approx(3.8)
        await said(dialogue)
        with pytest.raises(EngineError, match="LLM_DAY_CENTS"):
            await said(dialogue)


async def test_a_line_that_broke_off_is_charged_by_its_length() -> None:
    counter = MemoryCounter()
    async with scripted(Answer([event("Flat as a plate. ")])) as server:
        with pytest.raises(EngineError, match="hung up"):
            await said(engine(server, counter=counter))
    assert counter.spent().tokens > 6


async def test_a_full_day_is_over_for_every_process(tmp_path: Path) -> None:
    file = str(tmp_path / "day.json")
    options: dict[str, Any] = {
        "budget": {"day_tokens": 11_500},
        "counter": "socialapp.chat.dialogues.budget.FileCounter",
        "counter_options": {"file": file},
    }
    async with scripted(Answer([event("Flat."), usage(9000, 2000), DONE])) as server:
        await said(engine(server, **options))
        with pytest.raises(EngineError, match="LLM_DAY_TOKENS"):
            await said(engine(server, **options))
    assert FileCounter(file).spent().tokens == 11_000


def test_a_file_of_another_day_or_a_damaged_one_counts_as_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "day.json"
    for text in ('{"day": "2001-01-01", "tokens": 5, "cents": 1}', "oops", "[]", ""):
        file.write_text(text, encoding="utf-8")
        assert FileCounter(str(file)).spent() == Spent()
    FileCounter(str(file)).add(5, 0.5)
    FileCounter(str(file)).add(5, 0.5)
    assert FileCounter(str(file)).spent() == Spent(10, 1.0)


def test_a_stream_is_the_same_however_it_is_cut() -> None:
    data = b"".join(
        [event("Flät "), b": x\r\n\r\n", event("as 🐐."), usage(3, 4), DONE]
    )
    for size in (1, 2, 7, 1000):
        stream = ChatStream()
        pieces = [data[i : i + size] for i in range(0, len(data), size)]
        assert (
            "".join(t for piece in pieces for t in stream.feed(piece)) == "Flät as 🐐."
        )
        assert stream.ended
        assert (stream.usage.read, stream.usage.written) == (3, 4)
