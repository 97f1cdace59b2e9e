"""Runs a few programs until told to stop: restarts, log files, an ordered end."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LOOK_SECONDS = 0.2
"""Between two looks at the children; a dead one is seen at most this late."""

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""Up for this long, a program counts as healthy again and its delay starts over."""

LOG_BYTES = 20 * 1024 * 1024
"""A log file past this is moved aside once and starts over."""

PR_SET_PDEATHSIG = 1
"""<sys/prctl.h>"""


@dataclass(slots=True)
class Program:
    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """On top of this process's environment."""

    stop_seconds: float = 10.0
    """Between asking it to end and ending it."""

    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it when this process is killed (Linux)."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY_SECONDS
    due: float = 0.0
    """Monotonic time of the next start, while it is down."""

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  argv comes from the caller
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.env},
                # A session of its own: Ctrl-C in the terminal reaches the supervisor
                # alone, which then stops everyone in order.
                start_new_session=True,
                preexec_fn=_die_with_parent(self.orphan_signal),  # noqa: PLW1509  no threads here
            )
        self.started = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 6) -> str:
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


class Supervisor:
    """Owns its programs in the order of their start; they stop in the reverse."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self.say = say
        """Called with a program's name and a line for the console."""

        self.programs: list[Program] = []
        self.stopping = False

    def listen(self) -> None:
        """From now on SIGINT, SIGTERM and SIGHUP end `watch` instead of this process."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_asked)

    def start(self, program: Program) -> None:
        _move_aside(program.log)
        self.programs.append(program)
        program.start()

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> bool:
        """True once `ready`; False when time is up or a stop was asked for.

        Programs that end meanwhile are restarted as always.
        """
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            if ready():
                return True
            self._look()
            time.sleep(0.05)
        return False

    def watch(self) -> None:
        """Until a signal asks for the end."""
        looked_at_logs = time.monotonic()
        while not self.stopping:
            self._look()
            if time.monotonic() - looked_at_logs > 60:
                looked_at_logs = time.monotonic()
                for program in self.programs:
                    _move_aside(program.log)
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        self.stopping = True
        for program in reversed(self.programs):
            if program.process is not None:
                _end(program.process, program.stop_seconds)

    def _look(self) -> None:
        now = time.monotonic()
        for program in self.programs:
            process = program.process
            if process is None:
                if now >= program.due:
                    program.start()
            elif process.poll() is not None:
                self._note_end(program, process.returncode, now)

    def _note_end(self, program: Program, code: int, now: float) -> None:
        _end_group(program.process)
        program.process = None
        if now - program.started > STEADY_SECONDS:
            program.delay = FIRST_DELAY_SECONDS
        program.due = now + program.delay
        how = f"signal {-code}" if code < 0 else f"code {code}"
        self.say(
            program.name,
            f"ended ({how}), starts again in {program.delay:g} s; see {program.log}",
        )
        if program.delay == FIRST_DELAY_SECONDS and now - program.started < 5:
            self.say(program.name, program.last_words())
        program.delay = min(program.delay * 2, LONGEST_DELAY_SECONDS)

    def _stop_asked(self, number: int, frame: object) -> None:  # noqa: ARG002
        self.stopping = True


def _end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask, wait, and take away what is left of its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    _end_group(process)


def _end_group(process: subprocess.Popen[bytes] | None) -> None:
    """A worker killed at once leaves the process it forked; they share a group."""
    if process is None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Linux ends a child when its parent goes; elsewhere the next start cleans up."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)  # before the fork: loading takes locks
    parent = os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it went between the fork and the call
            os._exit(1)

    return in_child


def _move_aside(log: Path) -> None:
    """Copy and truncate: the program goes on appending to the file it has open."""
    try:
        if log.stat().st_size < LOG_BYTES:
            return
        log.with_suffix(log.suffix + ".1").write_bytes(log.read_bytes())
        os.truncate(log, 0)
    except OSError:
        return  # a log that cannot be moved is no reason to stop serving
