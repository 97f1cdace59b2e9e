"""Any server that speaks OpenAI's chat completions: vLLM, Ollama, llama.cpp, hosted ones.

It may be slow, busy, wrong or broken in every way there is: each ends in an EngineError
within a known time, and what it said until then stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

from socialapp.chat.dialogues import prompts
from socialapp.chat.dialogues.budget import Budget, Counter, MemoryCounter
from socialapp.chat.dialogues.endpoint.breaker import Breaker
from socialapp.chat.dialogues.endpoint.stream import ChatStream
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import MAX_LINE, TurnEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping

    import httpx2

    from socialapp.engines.talk import Beat, Context

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Answers after which another try may help."""

T = TypeVar("T")
LONGEST_WAIT = 8.0
"""Seconds between two tries, whatever the endpoint asks for."""


class EndpointDialogue:
    def __init__(
        self,
        *,
        base_url: str = "",
        model: str = "",
        key: str = "",
        style: str = "chat",
        temperature: float = 0.8,
        max_tokens: int = 180,
        connect: float = 3.0,
        first_token: float = 12.0,
        between: float = 6.0,
        whole: float = 45.0,
        tries: int = 3,
        backoff: float = 0.4,
        rest: float = 15.0,
        budget: Mapping[str, float] | None = None,
        counter: str | Counter = "",
        counter_options: Mapping[str, Any] | None = None,
    ) -> None:
        """`base_url`: up to and with ``/v1``. `style`: ``chat``, or ``script`` for small
        models. Times in seconds: to connect, to the first word, between two words, and of
        the whole line with all tries. `budget`: fields of ``Budget``. `counter`: one, or
        the dotted path of its class.
        """
        self.name = f"endpoint {model}".strip()
        self._url = base_url.rstrip("/")
        self._model, self._key, self._style = model, key, style
        self._temperature, self._max_tokens = temperature, max_tokens
        self._connect, self._first, self._between = connect, first_token, between
        self._whole, self._tries, self._backoff = whole, max(1, tries), backoff
        self._budget = Budget(**cast("dict[str, Any]", dict(budget or {})))
        self._counter = _counter(counter, counter_options or {})
        self._breaker = Breaker(rest=rest)
        self._clients: WeakKeyDictionary[
            asyncio.AbstractEventLoop, httpx2.AsyncClient
        ] = WeakKeyDictionary()

    def available(self) -> str | None:
        if not self._url:
            return "No endpoint is set. LLM_BASE_URL names one, such as http://127.0.0.1:11434/v1."
        if not self._url.startswith(("http://", "https://")):
            return "LLM_BASE_URL must begin with http:// or https://."
        if not self._model:
            return "LLM_MODEL must name a model of the endpoint."
        if seconds := self._breaker.closed_for():
            return f"The endpoint failed several times in a row; it is asked again in {seconds:.0f} s."
        return None

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:
        if reason := self.available():
            raise EngineError(reason)
        speaker, turn, seq = context.card.name, context.turn_id, 0
        words = self._words(context, beat)
        yield TurnEvent(turn, 0, speaker, "start", provider=self.name)
        async with contextlib.aclosing(words):
            async for text in words:
                seq += 1
                yield TurnEvent(turn, seq, speaker, "token", text, provider=self.name)
        yield TurnEvent(turn, seq + 1, speaker, "end", provider=self.name)

    async def aclose(self) -> None:
        """Hang up, in the present event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    async def _words(self, context: Context, beat: Beat) -> AsyncGenerator[str]:
        make = prompts.script if self._style == "script" else prompts.chat
        messages = make(context, beat)
        read = prompts.tokens(messages)
        await asyncio.to_thread(
            self._budget.check, read, self._max_tokens, self._counter
        )
        if not self._breaker.begin():
            raise EngineError(self.available() or "The endpoint is being tried.")
        stream, length, outcome = ChatStream(), 0, self._breaker.left
        try:
            pieces = self._pieces(self._body(messages, context.seed), stream)
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    text = piece[: MAX_LINE - length]
                    length += len(text)
                    yield text
                    if length >= MAX_LINE:
                        break
            if not length:
                raise EngineError("The endpoint had nothing to say.")
            outcome = self._breaker.done
        except EngineError:
            outcome = self._breaker.failed
            raise
        finally:
            outcome()
            usage = stream.usage
            if length or usage.written > 0:
                written = usage.written if usage.written >= 0 else -(-length // 3)
                taken = usage.read if usage.read >= 0 else read
                await self._count(taken, written)

    async def _count(self, read: int, written: int) -> None:
        with contextlib.suppress(OSError):
            await asyncio.shield(
                asyncio.to_thread(
                    self._counter.add, read + written, self._budget.cents(read, written)
                )
            )

    def _body(self, messages: list[prompts.Message], seed: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": self._max_tokens,
            "temperature": self._temperature,
            "seed": seed,
        }
        if self._style == "script":
            body["stop"] = ['"', "\n"]
        return body

    async def _pieces(
        self, body: Mapping[str, Any], stream: ChatStream
    ) -> AsyncGenerator[str]:
        """Text as it comes. Tries again only while nothing has come."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._whole
        for again in range(self._tries):
            first_by = loop.time() + self._first
            try:
                answer = await self._within(
                    end, self._first, self._open(body), "did not answer"
                )
            except _BusyError as busy:
                if again + 1 == self._tries:
                    raise EngineError(str(busy)) from busy
                wait = busy.after or self._backoff * 2**again * random.uniform(0.7, 1.3)  # noqa: S311  jitter
                wait = min(LONGEST_WAIT, wait)
                if loop.time() + wait > end:
                    raise EngineError(str(busy)) from busy
                await asyncio.sleep(wait)
                continue
            try:
                async for text in self._read(answer, stream, first_by, end):
                    yield text
            finally:
                await answer.aclose()
            return

    async def _open(self, body: Mapping[str, Any]) -> httpx2.Response:
        import httpx2  # noqa: PLC0415  a quarter of a second to import

        client = self._client()
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        url = f"{self._url}/chat/completions"
        try:
            request = client.build_request("POST", url, json=body, headers=headers)
            answer = await client.send(request, stream=True)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _BusyError(
                f"The endpoint cannot be reached ({type(error).__name__})."
            ) from error
        if answer.status_code == 200:
            kind = answer.headers.get("content-type", "")
            if "text/event-stream" in kind:
                return answer
            await answer.aclose()
            raise EngineError(f"The endpoint does not stream; it sent {kind[:60]!r}.")
        await answer.aclose()
        said = f"The endpoint answered {answer.status_code}."
        if answer.status_code in AGAIN:
            raise _BusyError(said, _seconds(answer.headers.get("retry-after", "")))
        raise EngineError(
            f"{said} Check LLM_BASE_URL, LLM_MODEL and LLM_API_KEY.", permanent=True
        )

    async def _read(
        self, answer: httpx2.Response, stream: ChatStream, by: float, end: float
    ) -> AsyncGenerator[str]:
        import httpx2  # noqa: PLC0415

        pieces = aiter(answer.aiter_bytes())
        loop = asyncio.get_running_loop()
        while not stream.ended:
            try:
                data = await self._within(
                    end, by - loop.time(), anext(pieces), "fell silent"
                )
            except StopAsyncIteration:
                if stream.finished:
                    return
                raise EngineError("The endpoint hung up in mid-line.") from None
            except httpx2.HTTPError as error:
                raise EngineError(
                    f"The connection to the endpoint broke ({type(error).__name__})."
                ) from error
            for text in stream.feed(data):
                yield text
                # Not for comments: they keep a connection alive, not a listener.
                by = loop.time() + self._between

    async def _within(
        self, end: float, seconds: float, work: Awaitable[T], what: str
    ) -> T:
        """EngineError when `work` takes longer than `seconds`, or beyond `end`."""
        left = end - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, min(left, seconds))):
                return await work
        except TimeoutError:
            if left < seconds:
                raise EngineError(
                    f"The endpoint took longer than {self._whole:g} s for one line."
                ) from None
            raise EngineError(f"The endpoint {what} for too long.") from None

    def _client(self) -> httpx2.AsyncClient:
        import httpx2  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx2.AsyncClient(
                timeout=httpx2.Timeout(None, connect=self._connect),
                follow_redirects=False,
                limits=httpx2.Limits(max_connections=64, keepalive_expiry=30),
            )
        return self._clients[loop]


class _BusyError(Exception):
    """Another try may help, after so many seconds if it said so."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


def _seconds(text: str) -> float:
    """Of Retry-After; a date or nonsense is none."""
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


def _counter(counter: str | Counter, options: Mapping[str, Any]) -> Counter:
    if not isinstance(counter, str):
        return counter
    if not counter:
        return MemoryCounter()
    module, _, name = counter.rpartition(".")
    made = getattr(import_module(module), name)(**options)
    if not isinstance(made, Counter):
        raise TypeError(f"{counter} is no Counter: it needs spent() and add()")
    return made
