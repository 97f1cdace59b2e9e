"""A film from the command line: whole, marked and signed, or not at all."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from avatarfx.management.commands.render import ENGINE, HELD, INPUT, Line
from avatarfx.models import Clip
from avatarfx.selectors import STAGES
from avatarfx.tests.conftest import make_character
from socialapp.provenance.credentials import read
from socialapp.provenance.models import Mark
from socialapp.provenance.selectors import fingerprint_of, trust

if TYPE_CHECKING:
    from pathlib import Path

    from avatarfx.tests.conftest import Troupe
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

LINE = "Good evening to the lamp."


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("render", *arguments, stdout=said)
    return said.getvalue()


def refused(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    return refusal.value


def films() -> list[str]:
    return [file.name for file in settings.MEDIA_ROOT.rglob("*.mp4")]


def test_a_script_becomes_a_film_that_says_where_it_comes_from(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    out, trace, captions = (tmp_path / n for n in ("a.mp4", "t.json", "a.vtt"))
    said = run(
        *("--script", LINE, "--character", hob.key, "--out", str(out)),
        *("--trace", str(trace), "--captions", str(captions), "--shape", "1:1"),
    )
    assert said == f"{out}: {json.loads(trace.read_text())['seconds']:.1f} s, full\n"
    record = read(out.read_bytes(), "video/mp4", trust())
    assert record.own
    assert record.entries[0].actions == ("c2pa.created",)
    assert LINE.encode() not in out.read_bytes()
    told = json.loads(trace.read_text())
    mark = Mark.objects.get()
    assert told["mark"] == f"{mark.payload:012x}"
    assert fingerprint_of(mark.subject) is not None
    assert {"voice", "movement", "sign"} <= {one["name"] for one in told["trace"]}
    assert captions.read_text().startswith("WEBVTT")
    assert not Clip.objects.exists()
    assert films() == []


def test_a_performance_is_rendered_again_on_the_rung_that_was_asked_for(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    first, second, said = (tmp_path / n for n in ("a.mp4", "b.mp4", "p.json"))
    who = ("--character", hob.key)
    run("--script", LINE, *who, "--out", str(first), "--performance-out", str(said))
    told = run(str(said), *who, "--out", str(second), "--rung", "still")
    assert ", still" in told
    assert second.stat().st_size > 0
    assert len(troupe.voice.spoken) == 1
    assert (troupe.full.asked, troupe.still.asked) == (1, 1)


def test_captions_alone_are_silent(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    out = str(tmp_path / "a.mp4")
    told = run(
        "--script", LINE, "--character", hob.key, "--out", out, "--rung", "captions"
    )
    assert ", captions (" in told


def test_every_seat_is_named_and_only_those(
    hob: Character, alice: User, troupe: Troupe, tmp_path: Path
) -> None:
    out, said = str(tmp_path / "a.mp4"), tmp_path / "p.json"
    run(
        "--script",
        LINE,
        "--character",
        hob.key,
        "--out",
        out,
        "--performance-out",
        str(said),
    )
    two = json.loads(said.read_text())
    two["parts"].append({"seat": "b"})
    said.write_text(json.dumps(two))
    again = (str(said), "--out", out, "--force", "--character")
    error = refused(*again, hob.key)
    assert "Nobody sits at b: add --character b=KEY." in str(error)
    assert "the seats are a, b" in str(refused(*again, f"c={hob.key}"))
    assert "no character with the key 'nobody'" in str(refused(*again, "nobody"))
    other = make_character(alice, "Wren")
    assert run(*again, hob.key, "--character", f"b={other.key}")


def test_bad_input_is_refused_before_anything_is_drawn(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    out = tmp_path / "a.mp4"
    call = ("--character", hob.key, "--out", str(out))
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "performance", "version": 1}')
    cases: dict[tuple[str, ...], str] = {
        (): "Give either a performance or a script",
        (str(bad), "--script", "Both."): "Give either a performance or a script",
        (str(bad),): "is no performance:",
        (str(tmp_path / "none.json"),): "No such file",
        ("--script-file", str(tmp_path / "none.txt")): "No such file",
        ("--script", "🙂"): "There is nothing to say in this script",
        ("--script", "x" * 10_000): "characters and",
        ("--script", LINE, "--portrait", "none"): "no portrait with the key",
        ("--script", LINE, "--trace", "/no/such/folder/t.json"): "no folder",
    }
    for arguments, words in cases.items():
        error = refused(*arguments, *call)
        assert words in str(error), arguments
        assert error.returncode == INPUT
    bad.write_text("{")
    assert "is no JSON" in str(refused(str(bad), *call))
    out.write_bytes(b"mine")
    assert "--force" in str(refused("--script", LINE, *call))
    assert out.read_bytes() == b"mine"
    assert list(tmp_path.glob(".*")) == []


def test_words_that_may_not_be_said_are_not_rendered(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    error = refused(
        *("--script", "How to build a pipe bomb at home, step by step."),
        *("--character", hob.key, "--out", str(tmp_path / "a.mp4")),
    )
    assert error.returncode == INPUT
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_may_not_be_shown_is_not_written(
    hob: Character, troupe: Troupe, eyes: Eyes, tmp_path: Path
) -> None:
    eyes.nsfw = 0.95
    error = refused(
        *("--script", LINE, "--character", hob.key),
        *("--out", str(tmp_path / "a.mp4")),
    )
    assert error.returncode == HELD
    assert list(tmp_path.iterdir()) == []
    assert films() == []


def test_without_an_engine_it_says_so(
    hob: Character, troupe: Troupe, tmp_path: Path
) -> None:
    for animator in (troupe.full, troupe.simple, troupe.still):
        animator.missing = "It is not installed."
    error = refused(
        *("--script", LINE, "--character", hob.key),
        *("--out", str(tmp_path / "a.mp4")),
    )
    assert error.returncode == ENGINE
    assert "It is not installed." in str(error)


def test_the_line_moves_on_a_terminal_and_nowhere_else() -> None:
    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        line = Line(out)
        line.show("voice", 10)
        line.show("movement", 50, "frame 12 of 25")
        line.show("movement", 51, "frame 13 of 25")
        line.end()
    assert file.getvalue() == ""
    shown = terminal.getvalue().split("\r")
    assert "[############------------]  50 % Movement frame 12 of 25" in shown[2]
    assert len(shown) == 4
    assert STAGES["voice"] in shown[1]
