"""Processes that work: who they are, and that none outlives its parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from socialapp.jobs import horse


def test_a_process_of_this_machine_that_ended_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = horse.name_of(child.pid)
    assert not horse.gone(name)
    child.kill()
    child.wait()
    assert horse.gone(name)


def test_nobody_knows_about_processes_of_another_machine() -> None:
    assert not horse.gone("elsewhere:1")
    assert not horse.gone(f"{socket.gethostname()}:not-a-number")
    assert not horse.gone("")


def test_only_a_marked_process_may_end_itself() -> None:
    assert not horse.disposable()
    child = os.fork()
    if not child:
        horse.mark()
        os._exit(0 if horse.disposable() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not horse.disposable()


PARENT = """
import os, sys, time
from socialapp.jobs.backends import rq
parent = os.getpid()
child = os.fork()
if not child:
    rq._die_with_parent(parent)
    sys.stdout.write(f"{os.getpid()}\\n"); sys.stdout.flush()
    time.sleep(60)
os.wait()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux only")
def test_a_horse_dies_with_its_worker() -> None:
    root = Path(__file__).resolve().parents[3]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        text=True,
    )
    assert parent.stdout is not None
    horse_pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    until = time.monotonic() + 5
    while time.monotonic() < until and _alive(horse_pid):
        time.sleep(0.02)
    assert not _alive(horse_pid)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
