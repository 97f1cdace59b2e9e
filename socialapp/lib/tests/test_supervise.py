"""The supervisor, on small programs that misbehave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from socialapp.lib import supervise
from socialapp.lib.supervise import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOREVER = "import time; time.sleep(600)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def house(said: list[str]) -> Iterator[Supervisor]:
    house = Supervisor(lambda name, line: said.append(f"{name}: {line}"))
    yield house
    house.stop()


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    def make(code: str, name: str = "one", stop_seconds: float = 5.0) -> Program:
        argv = [sys.executable, "-S", "-c", textwrap.dedent(code)]
        log = tmp_path / "logs" / f"{name}.log"
        return Program(name, argv, log, stop_seconds=stop_seconds)

    return make


def alive(pid: int) -> bool:
    """Running: a zombie that nobody has waited for is not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def soon(condition: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_killed_program_is_started_again(
    house: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    one = program(FOREVER)
    house.start(one)
    assert one.process
    first = one.process.pid
    os.kill(first, signal.SIGKILL)
    assert house.wait_for(
        lambda: one.process is not None and one.process.pid != first, 5
    )
    assert said[0].startswith("one: ended (signal 9), starts again in 0.5 s")


def test_one_that_keeps_failing_is_tried_less_and_less_often(
    house: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    house.start(program("print('no such file'); raise SystemExit(3)"))
    house.wait_for(lambda: len(said) >= 4, 10)
    assert "ended (code 3), starts again in 0.5 s" in said[0]
    assert said[1] == "one: no such file", "the reason is shown, once"
    assert "starts again in 1 s" in said[2]
    assert "starts again in 2 s" in said[3]


def test_they_stop_in_reverse_order(
    house: Supervisor, program: Callable[..., Program], tmp_path: Path
) -> None:
    order = tmp_path / "order"
    code = """
        import signal, sys, time
        def stop(*_):
            open({order!r}, "a").write({name!r} + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, stop)
        print("ready", flush=True)
        time.sleep(600)
    """
    programs = []
    for name in ("redis", "web", "worker"):
        each = program(code.format(order=str(order), name=name), name)
        house.start(each)
        programs.append(each)
    assert house.wait_for(lambda: all(p.last_words() for p in programs), 10)
    house.stop()
    assert order.read_text(encoding="utf-8") == "worker web redis "


def test_one_that_does_not_listen_is_ended(
    house: Supervisor, program: Callable[..., Program]
) -> None:
    deaf = program(
        """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(600)
        """,
        stop_seconds=0.3,
    )
    house.start(deaf)
    assert house.wait_for(lambda: bool(deaf.last_words()), 10)
    house.stop()
    assert deaf.process
    assert deaf.process.returncode == -signal.SIGKILL


def test_what_a_program_forked_goes_with_it(
    house: Supervisor, program: Callable[..., Program]
) -> None:
    parent = program(
        """
        import os, time
        child = os.fork()
        if child:
            print(child, flush=True)
        time.sleep(600)
        """
    )
    house.start(parent)
    assert house.wait_for(lambda: bool(parent.last_words()), 10)
    child = int(parent.last_words())
    assert alive(child)
    house.stop()
    assert soon(lambda: not alive(child))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends orphans")
def test_programs_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = f"""
        import sys, time
        from pathlib import Path
        from socialapp.lib.supervise import Program, Supervisor
        house = Supervisor(print)
        one = Program("one", [sys.executable, "-c", {FOREVER!r}], Path({str(tmp_path / "log")!r}))
        house.start(one)
        print(one.process.pid, flush=True)
        house.watch()
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(supervise.__file__).parents[2],
    )
    assert supervisor.stdout
    child = int(supervisor.stdout.readline())
    assert alive(child)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert soon(lambda: not alive(child))


def test_a_signal_ends_the_watch(
    house: Supervisor, program: Callable[..., Program]
) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        house.listen()
        one = program(FOREVER)
        house.start(one)
        os.kill(os.getpid(), signal.SIGINT)
        house.watch()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert house.stopping
    assert one.running, "the terminal's Ctrl-C reached the supervisor alone"


def test_waiting_gives_up(house: Supervisor) -> None:
    assert not house.wait_for(lambda: False, 0.1)


def test_a_long_log_is_moved_aside(
    house: Supervisor,
    program: Callable[..., Program],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervise, "LOG_BYTES", 10)
    one = program(FOREVER)
    one.log.parent.mkdir()
    one.log.write_text("a long story")
    house.start(one)
    assert one.log.with_suffix(".log.1").read_text(encoding="utf-8") == "a long story"
    assert one.log.stat().st_size == 0
