"""A real small model in this process, and behind its own server as a peer."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.cards import card_of
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.endpoint import EndpointDialogue
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.dialogues.local import LocalDialogue
from socialapp.chat.dialogues.models import MODELS
from socialapp.chat.dialogues.planner import Plan, Planner
from socialapp.content import library
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Beat, Context, Turn
from socialapp.engines.testing import check_dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator

HOB = card_of(library.cast_member("hob"))
KIKO = card_of(library.cast_member("kiko"))
ASKED = Context(HOB, "t1", (Turn("Robin", "How is the sea?", person=True),), seed=7)
FOLDER = os.environ.get("TROUPE_TEST_MODEL") or settings.BASE_DIR / "var" / "models"
FILE = Path(FOLDER) / "smollm2.gguf"
"""Where ``manage.py fetch_model smollm2`` puts it, or the folder TROUPE_TEST_MODEL."""


@pytest.fixture(scope="module")
def model() -> str:
    pytest.importorskip("xllamacpp", reason="requirements-llm.txt is not installed")
    if not FILE.is_file():
        pytest.skip("manage.py fetch_model smollm2 was not run here")
    assert FILE.stat().st_size == MODELS["smollm2"].size
    return str(FILE)


@pytest.fixture(scope="module")
def local(model: str) -> LocalDialogue:
    return LocalDialogue(file=model)


@pytest.fixture(scope="module")
def peer(model: str) -> Iterator[str]:
    """The address of llama.cpp's own server with the same model."""
    import xllamacpp  # noqa: PLC0415  optional

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 8192
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.warmup = False
    params.verbosity = 0
    params.api_keys = ["key-of-the-peer"]
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server


async def said(
    dialogue: Any, context: Context = ASKED, beat: Beat | None = None
) -> str:
    events = [event async for event in dialogue.reply(context, beat or Beat())]
    return "".join(event.text for event in events)


async def test_a_real_model_keeps_the_promises_of_a_dialogue(
    local: LocalDialogue,
) -> None:
    await check_dialogue(local, HOB)
    assert local.name == "local smollm2"


async def test_a_line_of_a_script_ends_at_its_quote(local: LocalDialogue) -> None:
    line = await said(local, beat=Beat(intent="praises the goat"))
    assert '"' not in line
    assert "\n" not in line


async def test_who_leaves_stops_the_model(local: LocalDialogue) -> None:
    start = time.monotonic()
    for _ in range(5):
        replies = local.reply(ASKED, Beat())
        async for event in replies:
            if event.type == "token":
                break
        await replies.aclose()  # type: ignore[attr-defined]
    assert await said(local)
    assert time.monotonic() - start < 30
    assert local.available() is None


async def test_a_model_that_is_too_slow_is_an_engine_error(model: str) -> None:
    slow = LocalDialogue(file=model, first_token=0.01)
    with pytest.raises(EngineError, match="too long"):
        await said(slow)
    await asyncio.sleep(0.5)
    assert slow.available() is None


async def test_a_file_that_is_no_model_is_named(tmp_path: Path, model: str) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF" + b"\0" * 2000)
    with pytest.raises(EngineError, match="cannot be loaded"):
        await said(LocalDialogue(file=str(other)))
    assert model


async def test_the_endpoint_engine_speaks_with_llama_cpp_s_server(peer: str) -> None:
    dialogue = EndpointDialogue(
        base_url=peer, model="smollm2", key="key-of-the-peer", style="script",
        first_token=60, between=30, whole=120, max_tokens=40,
    )  # fmt: skip
    await check_dialogue(dialogue, HOB)
    chat = EndpointDialogue(
        base_url=peer, model="smollm2", key="key-of-the-peer", first_token=60,
        between=30, whole=120, max_tokens=24,
    )  # fmt: skip
    assert await said(chat)
    wrong = EndpointDialogue(base_url=peer, model="smollm2", key="another")
    with pytest.raises(EngineError, match="401"):
        await said(wrong)


async def test_the_peer_s_stream_has_the_shape_that_openai_s_client_reads(
    peer: str,
) -> None:
    import httpx2  # noqa: PLC0415

    body = {
        "model": "smollm2", "stream": True, "max_tokens": 8,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Say hello."}],
    }  # fmt: skip
    headers = {"Authorization": "Bearer key-of-the-peer"}
    async with httpx2.AsyncClient(timeout=60) as client:
        answer = await client.post(
            f"{peer}/chat/completions", json=body, headers=headers
        )
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1]["usage"]["completion_tokens"] <= 8
    assert any(c["choices"] and c["choices"][0]["delta"].get("content") for c in chunks)


async def test_a_duet_is_played_with_the_real_model_and_has_no_hole(
    local: LocalDialogue,
) -> None:
    planner = Planner(Plan((HOB, KIKO), seed=2, topics=("soup",)))
    ladder = Ladder([Rung(local, 2)], AuthoredDialogue(embedder=""), Encoder(""))
    cards, state, history = (
        {c.name: c for c in (HOB, KIKO)},
        planner.first(),
        list[Turn](),
    )
    for step in range(6):
        beat, state = planner.next(state)
        card = cards[beat.speaker]
        others = tuple(c for c in cards.values() if c is not card)
        context = Context(card, f"t{step}", tuple(history), others, topic=state.topic)
        events = [event async for event in ladder.reply(context, beat)]
        line = "".join(event.text for event in events)
        assert len(line.split()) >= 1
        assert {e.provider for e in events} <= {"local smollm2", "authored"}
        assert [e.type for e in events[:2]] == ["start", "expression"]
        history.append(Turn(card.name, line))
    assert len({turn.text for turn in history}) == 6


def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "requirements-llm.txt" in str(LocalDialogue().available())
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    empty = LocalDialogue(folder=str(tmp_path))
    assert "fetch_model" in str(empty.available())
    (tmp_path / "small.gguf").write_bytes(b"x")
    (tmp_path / "large.gguf").write_bytes(b"xx")
    assert empty.available() is None
    assert empty.name == "local large"
    assert LocalDialogue(folder=str(tmp_path), file="small").name == "local small"
