"""Which Redis is taken, and what it is told."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from socialapp.lib import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def fake_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts a program on an otherwise empty PATH that answers --version."""

    def make(name: str, version: str) -> Path:
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\necho 'Server {version} sha=0'\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return file

    return make


def test_the_machine_s_own_server_comes_first(fake_server: Callable[..., Path]) -> None:
    fake_server("valkey-server", "v=8.1.8")
    file = fake_server("redis-server", "v=7.0.15")
    binary = redis_server.find()
    assert binary
    assert binary.path == file
    assert str(binary) == "redis 7.0.15 (PATH)"


@pytest.mark.parametrize("version", ["v=6.0.16", "no version at all"])
def test_one_that_is_too_old_is_passed_over(
    fake_server: Callable[..., Path], version: str
) -> None:
    fake_server("redis-server", version)
    binary = redis_server.find()
    assert binary
    assert binary.origin.startswith("from ")


def test_without_any_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redis_server, "IN_WHEELS", (("no_such_package", "bin/x"),))
    assert redis_server.find() is None


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A server as `manage.py up` starts it; yields its socket."""
    sock, folder = tmp_path / "redis.sock", tmp_path / "redis"
    redis_server.prepare(sock, folder)
    binary = redis_server.find()
    assert binary
    argv = redis_server.arguments(binary, sock=sock, folder=folder)
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while not redis_server.answers(sock):
        assert time.monotonic() < until
        time.sleep(0.02)
    yield sock
    process.terminate()
    process.wait(10)


def test_it_is_private_and_forgets_nothing(running: Path) -> None:
    assert running.stat().st_mode & 0o077 == 0
    assert (running.parent / "redis").stat().st_mode & 0o077 == 0
    with Redis(unix_socket_path=str(running)) as server:
        told = {
            name: server.config_get(name)[name]
            for name in ("port", "appendonly", "maxmemory-policy", "save")
        }
    assert told == {
        "port": "0",
        "appendonly": "yes",
        "maxmemory-policy": "noeviction",
        "save": "",
    }


def test_a_socket_left_behind_is_taken_away(tmp_path: Path) -> None:
    sock = tmp_path / "redis.sock"
    sock.touch()
    redis_server.prepare(sock, tmp_path / "redis")
    assert not sock.exists()


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(PermissionError, match="open to them"):
        redis_server.prepare(tmp_path / "redis.sock", tmp_path / "redis")
