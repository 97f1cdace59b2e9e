"""The process that directs: claims streams on air, and gives each a thread."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection

from avatarfx.recordings import encode
from moderation.screening import screen_text
from moderation.screening.judge import ScreeningUnavailableError
from socialapp.chat.dialogues.planner import PlanError
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import directors, voices
from socialapp.engines.ladders import LIVE
from socialapp.engines.protocols import VoiceSpec
from socialapp.jobs import horse
from streams import selectors, services
from streams.direction.show import Show
from streams.direction.wording import ladders
from streams.models import Stream
from streams.services.words import SURFACE

if TYPE_CHECKING:
    from streams.services import Lease

log = logging.getLogger(__name__)

CLAIM_SECONDS = 0.2
"""Between two looks for streams without a director."""

RESERVE_WAITS = 2.0
"""Seconds for which a reserve leaves a new stream to those that are warm."""

STOP_SECONDS = 3.0


class House:
    def __init__(self, *, most: int = 0, name: str = "", reserve: bool = False) -> None:
        """`most` shows at once; 0: as the settings say. `reserve`: small until it is
        needed, and leaves new streams to others as long as these come."""
        self._reserve = reserve
        self.name = name or horse.name()
        self.stopping = threading.Event()
        self._most = most or settings.SHOWS_PER_DIRECTOR
        self._shows: dict[Lease, tuple[Show, threading.Thread]] = {}

    def run(self) -> None:
        """Until `stopping` is set; shows are then released for others."""
        if not self._reserve:
            threading.Thread(target=preload, name="preload", daemon=True).start()
        while not self.stopping.wait(CLAIM_SECONDS):
            try:
                self.look()
            except DatabaseError as error:
                log.warning("Could not look for streams: %s", error)
                connection.close()
        for show, _ in self._shows.values():
            show.woken.set()
        for _, thread in self._shows.values():
            thread.join(STOP_SECONDS)

    def look(self) -> int:
        """Take what is free, as far as there is room; how many shows are played."""
        self._shows = {
            lease: one for lease, one in self._shows.items() if one[1].is_alive()
        }
        while len(self._shows) < self._most:
            lease = self._claim()
            if lease is None:
                break
            self._play(lease)
        return len(self._shows)

    def _claim(self) -> Lease | None:
        holders = selectors.undirected(waited=RESERVE_WAITS if self._reserve else 0.0)
        dead = {name for name in holders if name and horse.gone(name)}
        if not dead and all(holders):
            return None
        return services.claim(director=self.name, dead=dead)

    def _play(self, lease: Lease) -> None:
        try:
            show = Show(lease)
        except PlanError:
            log.exception("%s cannot be played", lease)
            stream = Stream.objects.get(pk=lease.stream_id)
            services.end_stream(stream=stream, reason="failed")
            return
        except Exception:
            # Others must not find it at once again: the lease stays until it runs out.
            log.exception("%s cannot be played", lease)
            return
        thread = threading.Thread(
            target=show.play, args=(self.stopping,), name=f"show-{lease.stream_id}"
        )
        thread.daemon = True
        self._shows[lease] = (show, thread)
        thread.start()
        log.info("%s is directed here", lease)


def preload() -> None:
    """Load what the first line needs, before it is needed."""
    text = "Good evening, everybody."
    try:
        ladders()
        _ = directors["default"]
        screen_text(text, surface=SURFACE, log=False)
        if LIVE in settings.ENGINES["voice"] and voices[LIVE].available() is None:
            speech = voices[LIVE].speak(text, spec=VoiceSpec())
            encode(speech, settings.STREAM_CODEC)
    except (EngineError, ScreeningUnavailableError) as error:
        log.warning("Not everything is ready: %s", error)
    finally:
        connection.close()
