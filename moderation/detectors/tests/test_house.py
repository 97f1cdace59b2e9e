"""Programs that misbehave, run as detectors are."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from moderation.detectors.house import Limits, Sitting, ask
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "[{'scores': {'nsfw': 0.5}, 'faces': [], 'hashes': []} for _ in pictures]"
QUICK = Limits(start_seconds=6, picture_seconds=0)


def png(side: int = 40) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(file, "PNG")
    return file.getvalue()


def program(folder: Path, body: str) -> Path:
    file = folder / "planted.py"
    file.write_text(f"import os, socket, sys\ndef look(pictures):\n    {body}\n")
    return file


def test_a_program_that_behaves_is_believed(tmp_path: Path) -> None:
    seen = ask(program(tmp_path, f"return {GOOD}"), [png(), png()])
    assert [one.scores for one in seen] == [{"nsfw": 0.5}] * 2


@pytest.mark.parametrize(
    "body",
    [
        "os.abort()",
        "os._exit(0)",
        "raise ValueError('broken')",
        "return []",
        "return 7",
        "return {}",
        "return [{'scores': [], 'faces': [], 'hashes': []}]",
        "return [{'scores': {}, 'faces': 7, 'hashes': []}]",
        "return [{'scores': {'nsfw': float('nan')}, 'faces': [], 'hashes': []}]",
        "return [{'scores': {'nsfw': 7}, 'faces': [], 'hashes': []}]",
        "return [{'scores': {}, 'faces': [], 'hashes': ['not a hash']}]",
        "return [{'scores': {}, 'faces': [{'box': [0, 0, 1, 1]}], 'hashes': []}]",
        "x = bytearray(2 * 1024**3)",
        "os.write(os.memfd_create('m'), bytes(9 * 1024**2)); raise OSError",
    ],
)
def test_whatever_goes_wrong_is_an_error_that_may_be_tried_again(
    tmp_path: Path, body: str
) -> None:
    with pytest.raises(EngineError) as refused:
        ask(program(tmp_path, body), [png()])
    assert not refused.value.permanent


@pytest.mark.parametrize("body", ["while True: pass", "__import__('time').sleep(99)"])
def test_a_hang_ends(tmp_path: Path, body: str) -> None:
    began = time.monotonic()
    with pytest.raises(EngineError):
        ask(program(tmp_path, body), [png()], limits=QUICK)
    assert time.monotonic() - began < 20


def test_what_a_program_prints_is_not_its_answer(tmp_path: Path) -> None:
    lie = '[{"scores": {"nsfw": 0.0}, "faces": [], "hashes": []}]'
    body = f"print('{lie}'); sys.stdout.flush(); return {GOOD}"
    assert ask(program(tmp_path, body), [png()])[0].scores == {"nsfw": 0.5}


def test_a_program_has_no_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    seen = f"return {GOOD} if 'SECRET_KEY' not in os.environ else os.abort()"
    assert ask(program(tmp_path, seen), [png()])


@pytest.mark.parametrize(
    "picture", [b"", png()[:60], b"GIF89a" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(9)]
)
def test_a_picture_that_cannot_be_read_never_will_be(
    tmp_path: Path, picture: bytes
) -> None:
    with pytest.raises(EngineError) as refused:
        ask(program(tmp_path, f"return {GOOD}"), [png(), picture])
    assert refused.value.permanent


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (20_000, 20_000)).save(file, "PNG")
    with pytest.raises(EngineError, match="pixels") as refused:
        ask(program(tmp_path, f"return {GOOD}"), [file.getvalue()])
    assert refused.value.permanent


def test_a_child_that_stays_looks_again_and_again(tmp_path: Path) -> None:
    body = "return [{'scores': {'nsfw': os.getpid() / 1e8}, 'faces': [], 'hashes': []}]"
    body = body[:-1] + " for _ in pictures]"
    body = body.replace("}] for", "} for")
    with Sitting(program(tmp_path, body)) as child:
        assert child.look([]) == ()
        first = child.look([png()])
        second = child.look([png(), png(60)])
    assert len(second) == 2
    assert {one.scores["nsfw"] for one in (*first, *second)} == {
        first[0].scores["nsfw"]
    }


def test_another_child_comes_when_one_broke(tmp_path: Path) -> None:
    flag = tmp_path / "broke"
    body = (
        f"first = not os.path.exists({str(flag)!r}); open({str(flag)!r}, 'w').close();"
        f" os.abort() if first else None; return {GOOD}"
    )
    with Sitting(program(tmp_path, body)) as child:
        with pytest.raises(EngineError, match="broke"):
            child.look([png()])
        assert child.look([png()])[0].scores == {"nsfw": 0.5}


def test_what_cannot_be_read_does_not_shift_what_comes_next(tmp_path: Path) -> None:
    with Sitting(program(tmp_path, f"return {GOOD}")) as child:
        with pytest.raises(EngineError) as refused:
            child.look([b"no picture at all", png()])
        assert refused.value.permanent
        assert len(child.look([png(), png()])) == 2


def test_a_child_ends_with_its_sitting(tmp_path: Path) -> None:
    child = Sitting(program(tmp_path, f"return {GOOD}"))
    child.look([png()])
    process = child._child
    assert process is not None
    assert process.poll() is None
    child.close()
    assert process.poll() is not None
    child.close()
