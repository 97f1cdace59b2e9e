"""Requests to addresses that people give us."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from socialapp.lib import outgoing


def test_whoever_answers_a_byte_at_a_time_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each byte comes soon enough; all of them together do not."""
    monkeypatch.setattr(outgoing, "LONGEST_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            line, _ = server.accept()
            with line, contextlib.suppress(OSError):
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                for _ in range(90):
                    line.sendall(b"x-wait: 1\r\n")
                    time.sleep(0.05)
                line.sendall(b"Content-Length: 0\r\n\r\n")

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(OSError):  # noqa: PT011  whichever step it was in
            outgoing.post(url, b"{}", {}, private=True)
        thread.join(10)


def test_what_comes_back_is_read_as_far_as_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(
                    b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nabcdefghi"
                )

        threading.Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/hook"
        found = outgoing.post(url, b"{}", {}, private=True, most=4)
    assert found == outgoing.Answer(202, b"abcd")
