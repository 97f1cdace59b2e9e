"""OpenAI's own client beside our endpoint engine: both read the same stream alike.

Against the scripted server the peer always runs; against llama.cpp's server with a real
model it runs where both are installed.
"""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import pytest

from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.endpoint import EndpointDialogue
from socialapp.chat.tests.scripted import DONE, Answer, event, scripted, usage
from socialapp.chat.tests.test_local import FILE, model, peer
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Beat, Context, Turn

__all__ = ["model", "peer"]

HOB = card_of(library.cast_member("hob"))
ASKED = Context(HOB, "t1", (Turn("Robin", "How is the sea?", person=True),), seed=7)
WORDS = "Flat as a plate. I gave it — naïvely — two stars 🌊."
PLAIN: dict[str, Any] = {
    "connect": 10.0, "first_token": 60.0, "between": 30.0, "whole": 120.0,
    "backoff": 0.01,
}  # fmt: skip


def client(url: str, key: str = "k3") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=120)


async def read(
    url: str, body: dict[str, Any], key: str = "k3"
) -> tuple[list[str], int]:
    """What the official client makes of the answer to `body`: pieces, tokens written."""
    pieces, written = [], 0
    async with client(url, key) as peer_client:
        stream = await peer_client.chat.completions.create(**body)
        async for chunk in stream:
            if chunk.usage:
                written = chunk.usage.completion_tokens
            for choice in chunk.choices:
                if choice.delta.content:
                    pieces.append(choice.delta.content)
    return pieces, written


async def ours(dialogue: EndpointDialogue) -> str:
    events = [event async for event in dialogue.reply(ASKED, Beat())]
    return "".join(event.text for event in events if event.type == "token")


def streamed(text: str, size: int = 5) -> Answer:
    """`text` in pieces as servers send it: a role first, comments and usage in between."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    role = (
        b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
    )
    end = event("", finish_reason="stop")
    return Answer(
        [role, b": ping\n\n", *map(event, pieces), end, usage(90, len(pieces)), DONE],
        chunked=True,
    )


async def test_our_engine_and_the_official_client_read_one_stream_alike() -> None:
    async with scripted(streamed(WORDS)) as server:
        engine = EndpointDialogue(base_url=server.url, model="m1", key="k3", **PLAIN)
        said = await ours(engine)
        body = {k: v for k, v in server.requests[0].items() if k != "path"}
        pieces, written = await read(server.url, body)
    assert said.strip() == "".join(pieces) == WORDS
    assert written == len(pieces)
    first, second = server.requests
    # Our request is one that the official client would send, field by field.
    assert {**second, "path": first["path"]} == first
    assert second["path"] == "/v1/chat/completions"
    assert server.keys == ["bearer k3", "bearer k3"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, openai.AuthenticationError),
        (404, openai.NotFoundError),
        (400, openai.BadRequestError),
    ],
)
async def test_both_take_a_refusal_for_one(
    status: int, error: type[openai.APIStatusError]
) -> None:
    refusal = Answer([b'{"error":{"message":"no"}}'], status, "application/json")
    async with scripted(refusal) as server:
        engine = EndpointDialogue(base_url=server.url, model="m1", **PLAIN)
        with pytest.raises(EngineError, match=str(status)):
            await ours(engine)
        with pytest.raises(error):
            await read(server.url, {"model": "m1", "messages": [], "stream": True})


@pytest.fixture
async def recorded(peer: str) -> tuple[bytes, dict[str, Any]]:
    """A stream of llama.cpp's server with a real model, byte for byte, and its request."""
    body = {
        "model": "smollm2", "stream": True, "max_tokens": 24, "temperature": 0.0,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Say hello to the sea."}],
    }  # fmt: skip
    headers = {"Authorization": "Bearer key-of-the-peer"}
    async with httpx2.AsyncClient(timeout=120) as browser:
        answer = await browser.post(
            f"{peer}/chat/completions", json=body, headers=headers
        )
    return answer.content, body


@pytest.mark.skipif(not FILE.is_file(), reason="manage.py fetch_model smollm2 first")
async def test_a_real_models_stream_is_read_alike_by_both(
    recorded: tuple[bytes, dict[str, Any]], peer: str
) -> None:
    stream, body = recorded
    live, _ = await read(peer, body, key="key-of-the-peer")
    async with scripted(Answer([stream])) as server:
        engine = EndpointDialogue(base_url=server.url, model="smollm2", **PLAIN)
        said = await ours(engine)
        pieces, written = await read(server.url, body)
    assert 0 < written <= 24
    assert "".join(pieces) == "".join(live)
    assert said.split() == "".join(pieces).split()
