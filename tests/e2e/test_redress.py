"""A moderator's day and the other side of it: reports, a decision, an appeal, a takedown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Look = Callable[[Page, str], Path]
    Faults = Callable[[Page], list[str]]
    Open = Callable[..., Page]

PASSWORD = "correct horse battery"
STAGE = Path(__file__).with_name("stage_redress.py")
FACTS = "The character says “I know where you live” to a named account."


def manage(troupe: Troupe, *argv: str, script: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *argv],
        cwd=ROOT,
        env=os.environ
        | {
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
        },
        input=script,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def post(troupe: Troupe) -> str:
    """The key of Ingrid's post."""
    told = manage(troupe, "shell", script=STAGE.read_text(encoding="utf-8"))
    found = re.search(r"post (\w+)", told)
    assert found, told
    return found[1]


@pytest.fixture
def enter(troupe: Troupe, open_page: Open) -> Callable[..., Page]:
    """Somebody at their own browser, signed in when they have a handle."""

    def entered(handle: str = "", **options: Any) -> Page:
        page = open_page(**{"viewport": DESKTOP, **options})
        if handle:
            page.goto(f"{troupe.url}/accounts/login/?next=/rules/")
            page.fill("input[name=login]", handle)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/rules/")
        return page

    return entered


def open_case(troupe: Troupe, page: Page, words: str) -> None:
    """From the queue to the case that says `words`."""
    page.goto(f"{troupe.url}/admin/moderation/case/")
    page.locator("#result_list a", has_text=words).first.click()
    page.wait_for_selector("[data-desk]")


def decide(page: Page, measure: str, rule: str, facts: str) -> None:
    form = page.locator("[data-decision]")
    form.locator("[name=template]").select_option("")
    form.locator("[name=measure]").select_option(measure)
    form.locator("[name=rule]").select_option(rule)
    form.locator("[name=reason]").fill(facts)
    form.locator("button[value=decide]").click()
    page.wait_for_load_state()


@pytest.fixture
def expected_errors() -> list[str]:
    # A form that is not filled in, the first moderator's try to decide the appeal, and
    # pages that are hidden.
    return [r"status of (400|403|404)"]


def test_a_report_becomes_a_decision_and_an_appeal_wins(
    troupe: Troupe,
    post: str,
    enter: Callable[..., Page],
    look: Look,
    faults: Faults,
) -> None:
    address = f"{troupe.url}/p/{post}/"

    # Three people report one clip: in the sheet, on a page without scripts, by phone.
    renard = enter("renard")
    renard.goto(address)
    renard.get_by_role("link", name="Report this post").click()
    sheet = renard.locator("dialog[open]")
    sheet.get_by_text("It harasses or threatens somebody").click()
    look(renard, "redress-1-sheet")
    assert faults(renard) == []
    sheet.get_by_role("button", name="Send the report").click()
    expect(sheet.get_by_text("Thank you. We have your report.")).to_be_visible()
    sheet.get_by_role("button", name="Close").click()
    expect(renard.locator("dialog")).to_have_count(0)

    bare = enter(java_script_enabled=False)
    bare.goto(address)
    bare.get_by_role("link", name="Report this post").click()
    bare.get_by_label("It harasses or threatens somebody").check()
    bare.get_by_label("Your e-mail (optional)").fill("stranger@example.org")
    bare.get_by_role("button", name="Send the report").click()
    expect(bare.get_by_role("heading", name="Your report")).to_be_visible()

    tomasz = enter("tomasz", viewport=PHONE, is_mobile=True, has_touch=True)
    tomasz.goto(f"{troupe.url}/report/post/{post}/")
    tomasz.get_by_label("It is hateful").check()
    tomasz.get_by_role("button", name="Send the report").click()
    expect(tomasz.get_by_text("Somebody will look at it and decide.")).to_be_visible()

    # The author edits; what was reported stays as it was.
    ingrid = enter("ingrid")
    ingrid.goto(address)
    ingrid.fill("#caption", "Lovely weather")
    ingrid.locator("form[action$='/edit/'] button[type=submit]").click()
    expect(ingrid.get_by_text("Saved.")).to_be_visible()

    quillon = enter("quillon")
    open_case(troupe, quillon, "I know where you live")
    expect(quillon.get_by_role("heading", name="3 reports")).to_be_visible()
    changed = quillon.locator("tr[data-changed]")
    assert "I know where you live" in changed.inner_text()
    assert "Lovely weather" in changed.inner_text()
    expect(quillon.locator("[data-blurred]")).to_be_visible()
    case = quillon.url

    # It is claimed, and the other moderator sees by whom.
    quillon.locator("button[value=claim]").click()
    secunda = enter("secunda")
    secunda.goto(case)
    expect(secunda.get_by_text("claimed by @quillon")).to_be_visible()

    quillon.goto(case)
    decide(quillon, "hide", "4.2", FACTS)

    # The author reads why; the post is gone for others.
    stranger = enter()
    stranger.goto(address)
    expect(stranger.get_by_text("Error 404")).to_be_visible()
    ingrid.goto(f"{troupe.url}/decisions/")
    ingrid.get_by_role("link", name="Open decision").first.click()
    expect(ingrid.get_by_text(FACTS)).to_be_visible()
    expect(ingrid.get_by_text("Found by reports. A person decided.")).to_be_visible()
    decision = ingrid.url
    look(ingrid, "redress-2-decision")
    assert faults(ingrid) == []
    mails = "\n".join(troupe.mails())
    assert "To: ingrid@example.org" in mails
    assert f"{decision.removeprefix(troupe.url)}" in mails.replace("=\n", "")

    # Reporters learn what came of it, and no name.
    renard.goto(f"{troupe.url}/decisions/")
    expect(renard.get_by_text("It is hidden from others now.")).to_be_visible()
    assert "quillon" not in renard.content()
    assert "ingrid" not in renard.content()

    # An appeal: the first moderator may not decide it, the second asks, and grants part.
    ingrid.goto(decision)
    ingrid.get_by_label("Why is it wrong?").fill("It is a quote from the play.")
    ingrid.get_by_role("button", name="Appeal").click()
    expect(ingrid.get_by_text("A different moderator looks at it")).to_be_visible()

    quillon.goto(case)
    quillon.locator("[name=outcome]").select_option("rejected")
    quillon.locator("form:has([name=outcome]) [name=reason]").fill("It stays hidden.")
    with quillon.expect_response(lambda one: one.request.method == "POST") as refused:
        quillon.locator("button[value=appeal]").click()
    assert refused.value.status == 403

    secunda.goto(case)
    asking = secunda.locator("form:has(button[value=ask])")
    asking.locator("textarea").fill("Which play is it from?")
    asking.locator("button").click()
    secunda.wait_for_load_state()
    ingrid.goto(f"{troupe.url}/decisions/")
    ingrid.get_by_role("link", name="Answer decision").click()
    expect(ingrid.get_by_text("Which play is it from?")).to_be_visible()
    ingrid.get_by_label("Your answer").fill("“The Storm”, act two.")
    look(ingrid, "redress-3-appeal")
    ingrid.get_by_role("button", name="Send").click()
    expect(ingrid.get_by_text("You answered")).to_be_visible()

    secunda.goto(case)
    form = secunda.locator("form:has([name=outcome])")
    form.locator("[name=outcome]").select_option("partly")
    form.locator("[name=measure]").select_option("label")
    form.locator("[name=label]").fill("Threats in a play")
    form.locator("[name=reason]").fill("It is a quote, and may frighten.")
    form.locator("button[value=appeal]").click()
    secunda.wait_for_load_state()

    # It is back, with a label, and the log is whole.
    stranger.goto(address)
    expect(stranger.get_by_text("Threats in a play").first).to_be_visible()
    ingrid.goto(decision)
    expect(ingrid.get_by_text("Everything is back where it was.")).to_be_visible()
    expect(ingrid.get_by_text("Partly granted").first).to_be_visible()
    manage(troupe, "verify_audit")


def test_an_intimate_picture_is_hidden_without_an_account(
    troupe: Troupe,
    post: str,
    enter: Callable[..., Page],
    look: Look,
    faults: Faults,
) -> None:
    address = f"{troupe.url}/p/{post}/"
    ada = enter(viewport=PHONE, is_mobile=True, has_touch=True)
    ada.goto(f"{troupe.url}/rules/")
    ada.get_by_role("link", name="Take down a picture").click()
    ada.get_by_role("button", name="Hide it now").click()
    expect(ada.get_by_text("Sign with your name.")).to_be_visible()
    ada.get_by_label("Where is it?").fill(address)
    ada.get_by_text("I believe in good faith").click()
    ada.get_by_label("Signature").fill("Ada Example")
    ada.get_by_label("Your e-mail").fill("ada@example.org")
    look(ada, "redress-4-takedown")
    assert faults(ada) == []
    ada.get_by_role("button", name="Hide it now").click()
    expect(ada.get_by_text("47 hours")).to_be_visible()
    receipt = ada.url
    look(ada, "redress-5-receipt")

    stranger = enter()
    stranger.goto(address)
    expect(stranger.get_by_text("Error 404")).to_be_visible()

    # The copy is proposed beside it, withheld already; both are removed.
    secunda = enter("secunda")
    secunda.goto(f"{troupe.url}/admin/moderation/case/?show=due")
    expect(secunda.locator("#result_list tbody tr")).to_have_count(2)
    for _ in range(2):
        secunda.goto(f"{troupe.url}/admin/moderation/case/?show=due")
        secunda.locator("#result_list tbody a").first.click()
        decide(secunda, "remove", "1.2", "It shows her, and she did not agree.")
    stranger.goto(receipt)
    expect(stranger.get_by_text("It is removed.")).to_be_visible()
    assert "Ada Example" not in stranger.content()
    assert "ada@example.org" not in stranger.content()

    stranger.goto(f"{troupe.url}/transparency/")
    row = stranger.locator("tr", has_text="Requests about intimate pictures")
    expect(row.locator("td")).to_have_text("1")


def test_a_person_takes_their_data_and_leaves(
    troupe: Troupe, post: str, enter: Callable[..., Page], tmp_path: Path
) -> None:
    renard = enter("renard")
    renard.goto(f"{troupe.url}/settings/")
    renard.get_by_role("link", name="Take my data").click()
    renard.get_by_role("link", name="Download the zip").click()
    renard.wait_for_url("**/accounts/reauthenticate/**")
    renard.fill("input[name=password]", PASSWORD)
    with renard.expect_download() as download:
        renard.press("input[name=password]", "Enter")
    file = tmp_path / "data.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as packed:
        assert packed.testzip() is None
        assert b"harassment" in packed.read("reports.json")

    renard.goto(f"{troupe.url}/settings/")
    renard.get_by_role("link", name="Delete my account").click()
    # Their proof a moment ago still holds.
    renard.get_by_role("button", name="Delete my account").click()
    expect(renard.get_by_text("you are signed out everywhere")).to_be_visible()
    stranger = enter()
    stranger.goto(f"{troupe.url}/@renard/")
    expect(stranger.get_by_text("Error 404")).to_be_visible()
    enter("renard")
    stranger.goto(f"{troupe.url}/@renard/")
    expect(stranger.get_by_role("heading", name="Renard")).to_be_visible()
