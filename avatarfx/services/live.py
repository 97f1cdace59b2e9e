"""Gives a film out while it is made: each second once it has passed its screening.

What is slow happens in a thread beside the filming; what fails there costs the early
look and nothing else.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from django.db import connection

from avatarfx import selectors
from avatarfx.models import Clip, Render
from avatarfx.progressive import boxes, files, state
from avatarfx.progressive.pace import Spoken, begins, starts_in
from avatarfx.services import news

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

    from avatarfx.pipeline import Screened

    Screen = Callable[[Sequence[bytes]], Screened]
    Encode = Callable[[NDArray[np.uint8]], bytes]
    """Pixels to the picture that is screened."""

log = logging.getLogger(__name__)

FPS = 25
STEADY = 26
"""Frames after which the pace is measured: the first ones wait for the scene, and 24 of
them (`stages.marks.LOOK_AT`) may wait for the strength of the mark."""

SWEEP_SECONDS = 30.0
"""Between two looks into the storage."""

END_SECONDS = 20.0
"""How long the end of an attempt waits for what is being stored just then."""


class Showing:
    """One attempt's segments, from the encoder to the storage.

    Used as a context: an exception takes back what was released. Inside a caller's
    transaction there is no thread, as in `avatarfx.services.minder`; the segments are
    then released by `still` and at the end.
    """

    def __init__(
        self,
        attempt: files.Attempt,
        *,
        owner_id: int,
        screen: Screen,
        encode: Encode,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """`prepare` is called in its thread before there is anything to show."""
        self._attempt = attempt
        self._prepare = prepare
        self._owner_id = owner_id
        self._screen = screen
        self._encode = encode
        self._lock = threading.Condition()
        self._run = 0
        self._spoken = Spoken(0.0)
        self._since = 0.0
        self._captions = ""
        self._made = 0
        self._coming: list[tuple[int, int, bytes, bytes]] = []
        self._stills: dict[int, NDArray[np.uint8]] = {}
        self._looked: dict[int, bytes] = {}
        self._last: float | None = None
        self._drawn = 0
        self._drawing = 0.0
        self._closed = False
        self._refused = False
        self._thread: threading.Thread | None = None
        if not connection.in_atomic_block:
            self._thread = threading.Thread(
                target=self._work, name="showing", daemon=True
            )

    def __enter__(self) -> Showing:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closed = True
            self._refused = self._refused or kind is not None
            self._lock.notify()
        if self._thread is None:
            self._go_through()
        else:
            self._thread.join(END_SECONDS)
        if kind is not None:
            withdraw(self._attempt)

    def begin(self, spoken: Spoken) -> None:
        with self._lock:
            self._run += 1
            self._made = 0
            self._coming.clear()
            self._stills.clear()
            self._looked.clear()
        self.known(spoken)

    def known(self, spoken: Spoken) -> None:
        with self._lock:
            self._spoken = spoken
            self._since = time.perf_counter()
            # The wait for the words is no pace of drawing.
            self._last = None

    def words(self, captions: str) -> None:
        self._captions = captions

    def drawn(self, number: int) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self._drawn += 1
            self._drawing += now - self._last
        if number >= STEADY:
            self._last = now

    @property
    def pace(self) -> float:
        """Seconds of film that are drawn in a second; 0 until that is known."""
        return self._drawn / FPS / self._drawing if self._drawing else 0.0

    def still(self, number: int, pixels: NDArray[np.uint8]) -> None:
        with self._lock:
            self._stills[number] = pixels
            self._lock.notify()
        if self._thread is None:
            self._go_through()

    def segment(self, init: bytes, data: bytes) -> None:
        with self._lock:
            self._coming.append((self._run, self._made, init, data))
            self._made += 1
            self._lock.notify()

    def _work(self) -> None:
        try:
            try:
                self._prepare()
            except Exception:  # whoever looks later says what is wrong
                log.info("Nobody is ready to look yet", exc_info=True)
            while True:
                with self._lock:
                    self._lock.wait_for(
                        lambda: self._coming or self._stills or self._closed
                    )
                    if not (self._coming or self._stills):
                        return
                self._go_through()
        finally:
            connection.close()

    def _go_through(self) -> None:
        """Look at the frames of what waits to be shown, all at once: who is behind
        catches up. While nothing waits, at the next of those that will be due, which
        are still in the encoder."""
        with self._lock:
            waiting, self._coming = self._coming, []
            numbers = sorted(self._stills)
            if waiting:
                over = FPS * begins(waiting[-1][1] + 1)
                numbers = [number for number in numbers if number < over]
            else:
                del numbers[1:]
            stills = {number: self._stills.pop(number) for number in numbers}
        if self._refused:
            return
        try:
            encoded = {number: self._encode(stills[number]) for number in numbers}
            if not encoded or self._may_go(list(encoded.values())):
                self._looked |= encoded
                self._release_all(waiting)
        except Exception:
            log.warning("%s is not shown early", self._attempt, exc_info=True)
            self._refused = True
            withdraw(self._attempt)

    def _may_go(self, frames: list[bytes]) -> bool:
        screened = self._screen(frames)
        if screened.held:
            log.info("%s is not shown early: %s", self._attempt, screened.held)
            self._refused = True
            withdraw(self._attempt)
        return not screened.held

    def _release_all(self, waiting: list[tuple[int, int, bytes, bytes]]) -> None:
        if not waiting:
            return
        over = FPS * begins(waiting[-1][1] + 1)
        due = [number for number in sorted(self._looked) if number < over]
        sampled = {number // FPS for number in due}
        if unseen := {begins(one[1]) for one in waiting} - sampled:
            raise RuntimeError(f"No frame of the seconds {unseen} was sampled")
        # What was seen in one of them may count for more beside the others.
        if self._may_go([self._looked.pop(number) for number in due]):
            self._release(waiting)

    def _release(self, waiting: list[tuple[int, int, bytes, bytes]]) -> None:
        with self._lock:
            spoken, since = self._spoken, time.perf_counter() - self._since
        for run, number, init, data in waiting:
            if run != self._run or self._refused:
                return
            if number == 0:
                files.save(self._attempt, run, files.INIT, init)
            files.save(self._attempt, run, files.segment(number), data)
            ready = float(begins(number + 1))
            if not spoken.coming:
                ready = min(spoken.total, ready)
            wait = starts_in(ready=ready, spoken=spoken, since=since, pace=self.pace)
            live = state.Live(
                run=run,
                count=number + 1,
                total=spoken.total,
                ready=ready,
                whole=not spoken.coming and ready >= spoken.total,
                starts_in=round(wait, 3),
                mime=boxes.mime(init),
                captions=self._captions,
            )
            if not _release(self._attempt, live):
                self._refused = True
                return
        _tell(self._attempt, self._owner_id)


def _release(attempt: files.Attempt, live: state.Live) -> bool:
    """Let its owner have one more segment; False when the attempt is over."""
    running = Render.objects.filter(
        clip_id=attempt.clip_id,
        fence=attempt.fence,
        ended__isnull=True,
        clip__fence=attempt.fence,
        clip__state=Clip.State.RENDERING,
    )
    return bool(
        Render.objects.filter(pk__in=running.values("pk")).update(live=live.to_json())
    )


def withdraw(attempt: files.Attempt) -> None:
    """Nothing of this attempt can be watched any more, and nothing is kept of it."""
    Render.objects.filter(clip_id=attempt.clip_id, fence=attempt.fence).update(live={})
    files.forget(attempt)


_swept = 0.0
"""When this process last looked, by the monotonic clock."""


def sweep_segments(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Remove the segments of attempts that nobody can watch: killed, stopped, held, or
    finished a while ago. Looks into the storage twice a minute at most."""
    global _swept  # noqa: PLW0603  a reconciler's own clock
    if time.monotonic() - _swept < SWEEP_SECONDS and _swept:
        return {"segments": 0}
    _swept = time.monotonic()
    return {"segments": sum(settle(attempt) for attempt in files.attempts())}


def settle(attempt: files.Attempt) -> bool:
    """Remove its segments if nobody may watch them any more; whether it did."""
    if Clip.objects.filter(
        state.watchable(), pk=attempt.clip_id, fence=attempt.fence
    ).exists():
        return False
    withdraw(attempt)
    return True


def _tell(attempt: files.Attempt, owner_id: int) -> None:
    clip = Clip.objects.full().get(pk=attempt.clip_id)
    news.push(owner_id, selectors.progress_of(clip))
