"""A model file (GGUF) in this process, by xllamacpp: llama.cpp's server as a library.

Small models in a part are a modest company: docs/dialogue.md says what to expect. One
thread by default: two that wait for each other on busy cores are twenty times slower.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialapp.chat.dialogues import prompts
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import MAX_LINE, TurnEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from socialapp.engines.talk import Beat, Context

WINDOW = 4096
"""Tokens that the model sees: prompts of ``prompts.script`` fit twice."""

INSTALL = "pip install -r requirements-llm.txt"


class LocalDialogue:
    def __init__(
        self,
        *,
        folder: str = "",
        file: str = "",
        threads: int = 1,
        style: str = "script",
        max_tokens: int = 64,
        temperature: float = 0.7,
        first_token: float = 20.0,
        between: float = 8.0,
        whole: float = 45.0,
    ) -> None:
        """`folder`: where ``manage.py fetch_model`` puts models; `file`: one model, a path
        or a name in it; empty: the largest there. Times in seconds: until the first word
        with the wait for lines before it, between two words, of the whole line.
        """
        self._folder, self._file, self._threads = folder, file, threads
        self._style, self._max_tokens = style, max_tokens
        self._temperature = temperature
        self._first, self._between, self._whole = first_token, between, whole
        self._lock = threading.Lock()
        self._server: Any = None
        self._stuck = threading.Event()
        # One line at a time: the others wait here, and give up when it takes too long.
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="local-model")

    @property
    def name(self) -> str:
        model = self._model()
        return f"local {model.stem}" if model else "local"

    def available(self) -> str | None:
        if importlib.util.find_spec("xllamacpp") is None:
            return f"xllamacpp is not installed. Run {INSTALL}."
        if self._stuck.is_set():
            return "The local model hangs. Start this process again."
        if self._model() is None:
            return (
                "There is no model file. Run manage.py fetch_model smollm2, or set"
                " LLM_FILE."
            )
        return None

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:
        if reason := self.available():
            raise EngineError(reason, permanent=True)
        speaker, turn, seq, name = context.card.name, context.turn_id, 0, self.name
        yield TurnEvent(turn, 0, speaker, "start", provider=name)
        length = 0
        pieces = self._pieces(context, beat)
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                text = (piece if length else piece.lstrip())[: MAX_LINE - length]
                if not text:
                    continue
                seq, length = seq + 1, length + len(text)
                yield TurnEvent(turn, seq, speaker, "token", text, provider=name)
                if length >= MAX_LINE:
                    break
        if not length:
            raise EngineError("The local model had nothing to say.")
        yield TurnEvent(turn, seq + 1, speaker, "end", provider=name)

    def _model(self) -> Path | None:
        if self._file:
            given = Path(self._file)
            paths = [
                given,
                Path(self._folder) / given,
                Path(self._folder) / f"{given}.gguf",
            ]
            return next((path for path in paths if path.is_file()), None)
        found = sorted(Path(self._folder).glob("*.gguf")) if self._folder else []
        return max(found, key=lambda path: path.stat().st_size, default=None)

    async def _pieces(self, context: Context, beat: Beat) -> AsyncGenerator[str]:
        make = prompts.chat if self._style == "chat" else prompts.script
        body: dict[str, Any] = {
            "messages": make(context, beat),
            "seed": context.seed,
            "stream": True,
            "cache_prompt": True,
            "max_tokens": self._max_tokens,
            "stop": [] if self._style == "chat" else ['"', "\n"],
            "temperature": self._temperature,
            "top_p": 0.9,
            "min_p": 0.08,
            "repeat_penalty": 1.1,
            "dry_multiplier": 0.6,
        }
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[str | EngineError | None] = asyncio.Queue()
        left = threading.Event()

        def tell(item: str | EngineError | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(heard.put_nowait, item)

        work = self._lane.submit(self._run, body, tell, left)
        end = loop.time() + self._whole
        by = loop.time() + self._first
        try:
            while True:
                try:
                    async with asyncio.timeout_at(min(by, end)):
                        item = await heard.get()
                except TimeoutError:
                    raise EngineError("The local model took too long.") from None
                if item is None:
                    return
                if isinstance(item, EngineError):
                    raise item
                yield item
                by = loop.time() + self._between
        finally:
            left.set()
            if not work.cancel() and not work.done():
                loop.call_later(self._whole, self._mark_stuck, work)

    def _mark_stuck(self, work: Any) -> None:
        if not work.done():
            self._stuck.set()

    def _run(self, body: dict[str, Any], tell: Any, left: threading.Event) -> None:
        """In the lane: the library calls back for each piece; True stops it."""

        def take(chunk: Any) -> bool:
            for part in chunk if isinstance(chunk, list) else [chunk]:
                if part.get("error"):
                    tell(EngineError("The local model broke off with an error."))
                    return True
                for choice in part.get("choices") or ():
                    if text := (choice.get("delta") or {}).get("content"):
                        tell(text)
            return left.is_set()

        try:
            self._load().handle_chat_completions(body, take)
        except EngineError as error:
            tell(error)
        except Exception as error:
            tell(EngineError(f"The local model failed: {type(error).__name__}."))
        else:
            tell(None)

    def _load(self) -> Any:
        with self._lock:
            if self._server is None:
                import xllamacpp  # noqa: PLC0415  34 MB, optional

                params = xllamacpp.CommonParams()
                params.model.path = str(self._model())
                params.n_ctx = WINDOW
                params.n_parallel = 1
                params.cpuparams.n_threads = self._threads
                params.cpuparams_batch.n_threads = self._threads
                params.warmup = False
                params.verbosity = 0
                # The library opens a loopback port, which nobody here needs.
                params.api_keys = [secrets.token_urlsafe(24)]
                try:
                    self._server = xllamacpp.Server(params)
                except Exception as error:
                    raise EngineError(
                        f"{params.model.path} cannot be loaded. Fetch it again with"
                        " manage.py fetch_model, or name another with LLM_FILE.",
                        permanent=True,
                    ) from error
            return self._server
