"""Paces one stream: what is due now, and how long until the next thing is.

`Show.step` looks at the database and does what is due; it never waits. Where the show
stands is in the database alone, so another director goes on after any step.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection

from socialapp.chat.dialogues.planner import OVER
from socialapp.engines.handler import directors
from streams import selectors, services
from streams.direction.company import company_of
from streams.direction.jobs import in_thread
from streams.direction.wording import ScreeningDownError
from streams.direction.writing import (
    Basis,
    PassedOver,
    Prepared,
    Progress,
    write,
    write_aside,
)
from streams.errors import FencedError, StreamError
from streams.models import Stream
from streams.protocol.events import LineCut, LineRemoved
from streams.services.directing import HOUR
from streams.services.leases import BEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.direction.jobs import Job, Start
    from streams.selectors import Cue
    from streams.services import Lease

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""Between two looks at what the host and the audience did."""

LEAST_LEAD = 0.3
"""Seconds that a line is sent ahead even without a delay, so that it arrives."""

EARLY = 0.1
"""Seconds by which a line may be sent before its time is due."""

ASIDE_AFTER = 0.5
"""A line that is so much later than it should be sent is bridged by an aside."""

GIVEN_UP = 14.0
"""Seconds for one line with its sound; after that its thread is left to itself."""

GRUDGE = 60.0
"""Seconds for which an engine that hung is not asked again."""

POSE_SECONDS = 4.0
WATCH_SECONDS = 1.0
NOTE_WATCHED = 5.0
"""The row is written so often while somebody watches."""

LAST_WORDS = 25.0
"""Seconds before the end of its time at which a show says its last line."""

PATIENCE = 120.0
"""Seconds beyond its time, after which a show ends without a last line."""

BACKOFF = (0.5, 1.0, 2.0, 4.0)
MOST_PASSED_OVER = 5
"""One after another; then the show rests for a moment."""


@dataclass(slots=True)
class _Writing:
    """A line that is being made."""

    job: Job[Prepared | PassedOver]
    basis: Basis
    progress: Progress
    began: float
    aside: Job[Prepared | None] | None = None
    bridged: bool = False


class Show:
    def __init__(
        self,
        lease: Lease,
        *,
        start: Start = in_thread,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Of a lease that was just claimed."""
        self.lease = lease
        self.woken = threading.Event()
        self._start = start
        self._monotonic = monotonic
        stream = Stream.objects.get(pk=lease.stream_id)
        self._company = company_of(stream)
        self._seen = stream.last_seq
        self._free_at = selectors.playing_until(stream.pk)
        """When the stage is free for the next line, on the stream's clock."""

        self._writing: _Writing | None = None
        self._renewed = self._watched = self._noted = monotonic()
        self._viewers = 0
        self._posed_until = 0.0
        self._retry_at = 0.0
        self._faults = self._passed_over = 0
        self._authored_until = self._silent_until = 0.0
        self._quiet = False

    def play(self, stopping: threading.Event) -> None:
        """Until it is over, somebody else's, or this process ends."""
        try:
            while not stopping.is_set():
                wait = self._tried()
                if wait is None:
                    return
                self.woken.wait(wait)
                self.woken.clear()
            services.release(self.lease)
        except DatabaseError as error:
            # The lease runs out by itself.
            log.warning("%s: not released (%s)", self.lease, error)
        finally:
            connection.close()

    def _tried(self) -> float | None:
        try:
            return self.step()
        except FencedError:
            return None
        except StreamError as error:
            # It was paused or ended since the look; the next one shows it.
            log.info("%s: %s", self.lease, error)
            self._drop()
        except DatabaseError as error:
            log.warning("%s: the database does not answer (%s)", self.lease, error)
            connection.close()
        except Exception:
            log.exception("%s: a step failed", self.lease)
            self._drop()
        return LOOK_SECONDS

    def step(self) -> float | None:
        """Do what is due. Seconds until there is more to do; None: it is over here."""
        cue = selectors.cue(self.lease.stream_id, self._seen)
        if cue is None or not cue.stream.on_air or self._is_lost(cue):
            self._drop()
            return None
        self._notice(cue)
        self._watch(cue)
        idle = 60.0 * settings.STREAM_IDLE_MINUTES
        if idle and cue.unwatched > idle:
            services.end_stream(stream=cue.stream, reason="idle")
            return None
        if self._has_ended(cue):
            return None
        quiet = settings.STREAM_QUIET_SECONDS
        self._quiet = bool(quiet and cue.unwatched > quiet and not cue.wishes)
        if cue.stream.state == Stream.State.PAUSED or self._quiet:
            return self._rest(cue)
        self._count_votes(cue)
        return self._go_on(cue)

    # What others did ------------------------------------------------------------

    def _is_lost(self, cue: Cue) -> bool:
        """Somebody else directs; else renew the lease in time."""
        if cue.stream.fence != self.lease.fence:
            return True
        now = self._monotonic()
        if now - self._renewed >= BEAT_SECONDS:
            self._renewed = now
            return not services.beat(self.lease)
        return False

    def _notice(self, cue: Cue) -> None:
        """Cuts free the stage; a wish is taken up by the very next line."""
        for seq, kind, at, line in cue.news:
            self._seen = seq
            newest = line == cue.stream.last_line
            stopped = kind == LineCut.kind or (kind == LineRemoved.kind and newest)
            if stopped and at < self._free_at:
                self._free_at = at
                self._posed_until = 0.0
                self._drop()
        writing = self._writing
        if writing is not None:
            asked = {wish.pk for wish in cue.wishes}
            if asked - {wish.pk for wish in writing.basis.wishes}:
                self._drop()

    def _watch(self, cue: Cue) -> None:
        now = self._monotonic()
        if now - self._watched < WATCH_SECONDS and self._viewers:
            return
        self._watched = now
        self._viewers = selectors.viewers_of([cue.stream.pk])[cue.stream.pk]
        if self._viewers and (self._quiet or now - self._noted >= NOTE_WATCHED):
            self._noted = now
            services.note_watched(stream_id=cue.stream.pk)

    def _count_votes(self, cue: Cue) -> None:
        """Votes are counted when it was said that they would be, and the next moment is
        set when the characters have turned to what won."""
        closes, clock = cue.direction.vote_closes, cue.clock
        if cue.direction.topic or cue.direction.state.get("next_topic"):
            return
        offered = selectors.tallies(cue.stream.pk)
        if closes and clock >= closes:
            chosen = services.choose_topic(stream=cue.stream, fence=self.lease.fence)
            if chosen is None:
                services.open_vote(lease=self.lease, closes=0.0)
        elif offered and not closes:
            services.open_vote(
                lease=self.lease, closes=clock + settings.STREAM_VOTE_SECONDS
            )
        elif closes and not offered:
            services.open_vote(lease=self.lease, closes=0.0)

    # The end --------------------------------------------------------------------

    def _is_over(self, cue: Cue) -> bool:
        return bool(cue.direction.state.get("phase") == OVER)

    def _has_ended(self, cue: Cue) -> bool:
        """The last line was heard, or could not be made for too long."""
        limit = 60.0 * settings.STREAM_MINUTES
        said = self._is_over(cue) and cue.clock >= self._free_at
        if said or (limit and cue.clock >= limit + PATIENCE):
            services.end_stream(stream=cue.stream, reason="finished")
            return True
        return False

    # Lines ----------------------------------------------------------------------

    def _go_on(self, cue: Cue) -> float:
        if self._is_over(cue):
            self._pose(cue)
            return self._until(cue, self._free_at)
        writing = self._writing
        if writing is None:
            if self._monotonic() < self._retry_at:
                self._pose(cue)
                return LOOK_SECONDS
            writing = self._begin(cue)
        self._pose(cue)
        if writing.job.done:
            return self._finish(cue, writing)
        if self._monotonic() - writing.began > GIVEN_UP:
            return self._give_up(writing)
        return self._bridge(cue, writing)

    def _begin(self, cue: Cue) -> _Writing:
        company, progress = self._company, Progress()
        basis = self._basis(cue)
        self._writing = _Writing(
            self._start(lambda: write(company, basis, progress), self.woken.set),
            basis,
            progress,
            self._monotonic(),
        )
        return self._writing

    def _basis(self, cue: Cue) -> Basis:
        direction, now = cue.direction, self._monotonic()
        limit = 60.0 * settings.STREAM_MINUTES
        most = settings.STREAM_MODEL_LINES_PER_HOUR
        in_this_hour = direction.hour == int(cue.clock // HOUR)
        used_up = most and in_this_hour and direction.hour_lines >= most
        return Basis(
            stream=cue.stream,
            state=direction.state,
            topic=direction.topic,
            wishes=cue.wishes,
            finale=bool(limit) and max(cue.clock, self._free_at) >= limit - LAST_WORDS,
            authored_only=bool(used_up) or now < self._authored_until,
            silent=now < self._silent_until,
        )

    def _finish(self, cue: Cue, writing: _Writing) -> float:
        """Send what is ready when its moment comes."""
        try:
            made = writing.job.result()
        except ScreeningDownError as error:
            return self._wait_a_moment(str(error))
        except Exception:
            log.exception("%s: a line could not be made", self.lease)
            return self._wait_a_moment("Something of ours broke; we try again.")
        if isinstance(made, PassedOver):
            services.pass_over(lease=self.lease, step=made.step)
            self._drop()
            self._passed_over += 1
            if self._passed_over >= MOST_PASSED_OVER:
                self._passed_over = 0
                return self._wait_a_moment("Nothing of what was planned may be said.")
            return 0.0
        lead = _lead(cue.stream)
        due = self._free_at - lead - EARLY
        if cue.clock < due:
            return self._until(cue, due)
        self._send(cue, made, lead)
        self._drop()
        self._faults = self._passed_over = 0
        return 0.0

    def _send(self, cue: Cue, made: Prepared, lead: float) -> None:
        line = services.perform_line(
            stream=cue.stream,
            seat=made.seat,
            performance=made.performance,
            sounds=made.sounds,
            words=made.words,
            at=max(self._free_at, cue.clock + lead),
            fence=self.lease.fence,
            step=made.step,
        )
        self._free_at = line.at + line.performance.seconds

    def _bridge(self, cue: Cue, writing: _Writing) -> float:
        """Somebody says a word or two while a slow line is made; once a line."""
        lead = _lead(cue.stream)
        if writing.bridged or not cue.direction.state:
            return LOOK_SECONDS
        late = self._monotonic() - writing.began > ASIDE_AFTER
        if not late or cue.clock < self._free_at - lead + ASIDE_AFTER:
            return LOOK_SECONDS
        if writing.aside is None:
            company, basis = self._company, writing.basis
            writing.aside = self._start(
                lambda: write_aside(company, basis), self.woken.set
            )
        if writing.aside.done:
            writing.bridged = True
            try:
                made = writing.aside.result()
            except Exception as error:
                log.info("%s: no aside (%s)", self.lease, error)
                made = None
            if made is not None:
                self._send(cue, made, lead)
        return LOOK_SECONDS

    def _give_up(self, writing: _Writing) -> float:
        """Leave a thread that hangs, and do without what hung for a while."""
        until = self._monotonic() + GRUDGE
        if writing.progress.stage == "voice":
            self._silent_until = until
            note = "The voice does not answer; captions go on without it."
        else:
            self._authored_until = until
            note = "The engine does not answer; authored lines go on without it."
        log.error("%s: gave up on the %s of a line", self.lease, writing.progress.stage)
        services.note_direction(lease=self.lease, note=note)
        self._drop()
        return 0.0

    def _wait_a_moment(self, note: str) -> float:
        services.note_direction(lease=self.lease, note=note)
        self._drop()
        wait = BACKOFF[min(self._faults, len(BACKOFF) - 1)]
        self._faults += 1
        self._retry_at = self._monotonic() + wait
        return min(wait, LOOK_SECONDS)

    def _drop(self) -> None:
        """What was prepared is not said. Nothing of it was written down."""
        self._writing = None

    # Between lines --------------------------------------------------------------

    def _rest(self, cue: Cue) -> float:
        self._drop()
        self._pose(cue)
        return LOOK_SECONDS

    def _pose(self, cue: Cue) -> None:
        """Faces live while nothing is said."""
        begins = max(self._free_at, self._posed_until, cue.clock + 0.1)
        if begins > cue.clock + LOOK_SECONDS + 0.2 or begins < self._free_at:
            return
        for seat in self._company.names:
            part = directors["default"].listen(
                POSE_SECONDS,
                seat=seat,
                seed=int(begins * 10) + self._company.seed % 1000,
                motion=self._company.motions.get(seat, "subtle"),
            )
            services.pose(stream=cue.stream, at=begins, part=part)
        self._posed_until = begins + POSE_SECONDS

    def _until(self, cue: Cue, moment: float) -> float:
        return max(0.005, min(LOOK_SECONDS, moment - cue.clock))


def _lead(stream: Stream) -> float:
    return max(LEAST_LEAD, stream.delay_seconds)
