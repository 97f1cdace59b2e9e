"""Somebody reads the script themselves: sent from the studio, heard, refused, used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from avatarfx.services.previews import wav
from avatarfx.voices.forced.sphinx import SphinxAligner
from avatarfx.voices.hibari import HibariVoice
from socialapp.engines.protocols import VoiceSpec
from tests.e2e.conftest import ROOT
from tests.e2e.test_progressive import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]

SCRIPT = "The lamp was already burning, so nobody had to climb the stairs."
OTHER = "My grandmother used to say that a garden talks about the weather."
STAGE = f"""
import datetime as dt
from socialapp.accounts.models import User
User.objects.create_user(
    username="readwell", email="readwell@example.org", password="{PASSWORD}",
    display_name="Readwell", birth_date=dt.date(1990, 4, 1),
)
"""
PATIENCE = 60_000
"""Milliseconds: the words of four seconds are found in one, on a quiet machine."""


@pytest.fixture
def expected_errors() -> list[str]:
    """Refusals, which the browser reports too."""
    return ["400"]


@pytest.fixture
def reading(tmp_path: Path) -> Path:
    """A file in which hibari reads the script."""
    for engine in (HibariVoice(), SphinxAligner()):
        if reason := engine.available():
            pytest.skip(reason)
    file = tmp_path / "me.wav"
    file.write_bytes(wav(HibariVoice().speak(SCRIPT, spec=VoiceSpec("baritone"))))
    return file


def test_a_recording_of_the_script_speaks_in_the_clip(
    troupe: Troupe,
    phone: Page,
    reading: Path,
    look: Look,
    faults: Faults,
) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", STAGE],
        cwd=ROOT,
        env={
            **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(troupe.data),
        },
        check=True,
    )
    page = phone
    page.goto(f"{troupe.url}/accounts/login/")
    page.fill("[name=login]", "readwell@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.goto(f"{troupe.url}/studio/")
    page.locator("[data-script]").fill(OTHER)
    recorder = page.locator("troupe-recorder")
    recorder.get_by_text("My recording").click()
    expect(recorder.locator("[data-prompt]")).to_have_text(OTHER)

    recorder.locator("[data-file]").set_input_files(reading)
    recorder.get_by_role("button", name="Keep this one").click()
    expect(recorder.locator("[data-refused]")).to_contain_text("whose voice")
    recorder.locator("[data-consent]").check()
    recorder.get_by_role("button", name="Keep this one").click()
    expect(recorder.locator("[data-refused]")).to_contain_text(
        re.compile("do not hear this script|did not hear"), timeout=PATIENCE
    )

    page.locator("[data-script]").fill(SCRIPT)
    recorder.get_by_role("button", name="Keep this one").click()
    words = recorder.locator(".heard__word")
    expect(words).to_have_count(len(SCRIPT.split()), timeout=PATIENCE)
    expect(words.first).to_contain_text("The")
    assert faults(page) == []
    look(page, "recording")
    page.locator("[data-render]").click()
    page.wait_for_url(re.compile(r"again="), timeout=PATIENCE)
    expect(page.locator("troupe-recorder .heard__word").first).to_contain_text("The")
