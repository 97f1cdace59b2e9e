"""What lines of a paid model may cost: for one, and for this copy in a day.

A counter keeps what was spent. It is asked before a call and told after it, so calls that
run at the same time may go over by one line each, never by more.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from socialapp.engines.errors import EngineError


@dataclass(frozen=True, slots=True)
class Spent:
    tokens: int = 0
    cents: float = 0.0


@runtime_checkable
class Counter(Protocol):
    """Of the present day, UTC. Called in a thread; errors are OSError."""

    def spent(self) -> Spent: ...

    def add(self, tokens: int, cents: float) -> None: ...


class MemoryCounter:
    """Of this process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day = ""
        self._spent = Spent()

    def spent(self) -> Spent:
        with self._lock:
            return self._spent if self._day == _today() else Spent()

    def add(self, tokens: int, cents: float) -> None:
        with self._lock:
            old = self._spent if self._day == _today() else Spent()
            self._day = _today()
            self._spent = Spent(old.tokens + tokens, old.cents + cents)


class FileCounter:
    """Of every process on this machine, in one small file."""

    def __init__(self, file: str) -> None:
        self._file = Path(file)

    def spent(self) -> Spent:
        try:
            return self._read(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Spent()

    def add(self, tokens: int, cents: float) -> None:
        import fcntl  # noqa: PLC0415  not on every system

        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            old = self._read(file.read())
            new = {
                "day": _today(),
                "tokens": old.tokens + tokens,
                "cents": old.cents + cents,
            }
            file.seek(0)
            file.truncate()
            file.write(json.dumps(new))

    def _read(self, text: str) -> Spent:
        """What cannot be read counts as nothing: a damaged file must not stop talk."""
        try:
            data = json.loads(text)
            if data["day"] == _today():
                return Spent(int(data["tokens"]), float(data["cents"]))
        except (ValueError, KeyError, TypeError):
            pass
        return Spent()


@dataclass(frozen=True, slots=True)
class Budget:
    """0: no limit, or a price that is not known."""

    call_tokens: int = 12_000
    """Prompt and answer of one line."""

    day_tokens: int = 0
    day_cents: float = 0.0
    cents_in: float = 0.0
    """Cents, of whatever currency, for a million tokens that are read."""

    cents_out: float = 0.0
    """For a million that are written."""

    def cents(self, read: int, written: int) -> float:
        return (read * self.cents_in + written * self.cents_out) / 1_000_000

    def check(self, read: int, most_written: int, counter: Counter) -> None:
        """EngineError when this call could go over: another provider speaks then."""
        asked = read + most_written
        if self.call_tokens and asked > self.call_tokens:
            raise EngineError(
                f"This line would take up to {asked} tokens; {self.call_tokens} are"
                " allowed for one. Shorten the card, or raise LLM_CALL_TOKENS.",
                permanent=True,
            )
        if not self.day_tokens and not self.day_cents:
            return
        spent = counter.spent()
        if self.day_tokens and spent.tokens + asked > self.day_tokens:
            raise EngineError(
                f"Today's {self.day_tokens} tokens are used up; they come back at"
                " midnight UTC. LLM_DAY_TOKENS sets how many there are."
            )
        if (
            self.day_cents
            and spent.cents + self.cents(read, most_written) > self.day_cents
        ):
            raise EngineError(
                f"Today's {self.day_cents:g} cents are used up; they come back at"
                " midnight UTC. LLM_DAY_CENTS sets how many there are."
            )


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
