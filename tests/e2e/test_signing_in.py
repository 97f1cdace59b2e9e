"""Signing in with more than a password, by a real browser: passkeys of Chromium's own
virtual authenticator, codes of an app, recovery codes; and signing out from afar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from socialapp.accounts.tests.codes import code_of
from tests.e2e.conftest import PHONE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

    Faults = Callable[[Page], list[str]]
    Look = Callable[[Page, str], Path]
    Open = Callable[..., Page]

PASSWORD = "correct horse battery"


@pytest.fixture
def house(troupe: Troupe) -> str:
    """Its address with a name: no passkey belongs to a number."""
    return troupe.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def checked(faults: Faults, look: Look) -> Callable[[Page, str], None]:
    """Nothing is wrong with the page, and it fits the phone; a picture is kept."""

    def check(page: Page, name: str) -> None:
        assert faults(page) == [], name
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{name}: {over} px too wide"
        look(page, f"signing-in-{name}")

    return check


@pytest.fixture
def small(open_page: Open) -> Callable[[], Page]:
    """A phone without cookies."""

    def opened() -> Page:
        return open_page(
            viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True
        )

    return opened


def authenticator(page: Page) -> Any:
    """A phone's own keeper of passkeys, whose owner has just looked into the camera."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def join(page: Page, house: str, troupe: Troupe, handle: str) -> None:
    """An account whose e-mail is confirmed."""
    page.goto(f"{house}/accounts/signup/")
    for name, value in (
        ("email", f"{handle}@example.org"),
        ("username", handle),
        ("password1", PASSWORD),
        ("birth_date_day", "1"),
        ("birth_date_month", "4"),
        ("birth_date_year", "1990"),
    ):
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{house}/")
    [mail] = [one for one in troupe.mails() if f"To: {handle}@" in one]
    link = re.search(r"http://\S+/accounts/confirm-email/\S+", mail.replace("=\n", ""))
    assert link, mail
    page.goto(link[0])


def sign_out(page: Page, house: str) -> None:
    page.goto(f"{house}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{house}/")


def with_password(page: Page, house: str, handle: str) -> None:
    page.goto(f"{house}/accounts/login/?next=/settings/")
    page.fill("[name=login]", handle)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def prove(page: Page) -> None:
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_is_made_and_signs_in(
    troupe: Troupe,
    house: str,
    small: Callable[[], Page],
    checked: Callable[[Page, str], None],
) -> None:
    page = small()
    authenticator(page)
    join(page, house, troupe, "keyholder")
    page.goto(f"{house}/settings/")
    page.get_by_role("link", name="Passkeys and second factor").click()
    expect(
        page.get_by_text("Now your password alone opens your account")
    ).to_be_visible()
    checked(page, "nothing-yet")
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your password, please")).to_be_visible()
    checked(page, "proof")
    prove(page)
    expect(page.get_by_role("heading", name="Add a passkey")).to_be_visible()
    expect(page.get_by_label("What you call it")).to_have_value(re.compile(r"^\w+ on"))
    page.get_by_label("What you call it").fill("My phone")
    checked(page, "add")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    checked(page, "codes")
    with page.expect_download() as file:
        page.get_by_role("link", name="Save as a file").click()
    saved = file.value.path().read_text(encoding="utf-8")
    assert len(re.findall(r"^\d{8}$", saved, re.MULTILINE)) == 10
    page.get_by_role("link", name="I kept them").click()
    expect(page.get_by_text("10 of 10 left.")).to_be_visible()
    checked(page, "with-passkey")
    page.get_by_role("link", name="Rename or remove").click()
    expect(page.get_by_text("My phone")).to_be_visible()
    checked(page, "passkeys")

    # The same device again says why it does not.
    page.goto(f"{house}/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("has a passkey for your account already")).to_be_visible()

    sign_out(page, house)
    page.goto(f"{house}/accounts/login/?next=/settings/data/")
    checked(page, "door")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{house}/settings/data/")

    # What it costs to take everything along: the same passkey, not the password.
    page.get_by_role("link", name="Download the zip").click()
    page.get_by_role("link", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your passkey, please")).to_be_visible()
    checked(page, "proof-by-passkey")
    with page.expect_download() as zipped:
        page.get_by_role("button", name="Use a passkey").click()
    assert zipped.value.suggested_filename == "troupe-keyholder.zip"

    sign_out(page, house)
    with_password(page, house, "keyholder")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    checked(page, "second-step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{house}/settings/")

    page.goto(f"{house}/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Rename My phone").click()
    if page.get_by_role("heading", name="Your password, please").is_visible():
        prove(page)
    page.get_by_label("What you call it").fill("Pocket")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("link", name="Remove Pocket").click()
    checked(page, "remove")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have none.")).to_be_visible()
    told = [one for one in troupe.mails() if "To: keyholder@" in one]
    assert any("Subject: A passkey was added" in one for one in told)
    assert any("Subject: A passkey was removed" in one for one in told)


def test_an_app_is_set_up_and_a_recovery_code_works_once(
    troupe: Troupe,
    house: str,
    small: Callable[[], Page],
    checked: Callable[[Page, str], None],
) -> None:
    page = small()
    join(page, house, troupe, "appholder")
    page.goto(f"{house}/accounts/2fa/")
    page.get_by_role("link", name="Set an app up").click()
    prove(page)
    picture = page.get_by_role("img", name="QR code with the key below")
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    checked(page, "app")
    secret = page.locator("code.key").inner_text()
    page.get_by_label("Code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    codes = page.locator("#codes").inner_text().split()

    sign_out(page, house)
    with_password(page, house, "appholder")
    page.get_by_label("Code of your app").fill("123 456 7")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    checked(page, "wrong-code")
    page.get_by_label("Code of your app").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{house}/settings/")

    for works in (True, False):
        sign_out(page, house)
        with_password(page, house, "appholder")
        page.get_by_label("Code of your app").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        if works:
            page.wait_for_url(f"{house}/settings/")
            page.goto(f"{house}/accounts/2fa/")
            expect(page.get_by_text("9 of 10 left.")).to_be_visible()
            checked(page, "with-app")
        else:
            expect(page.get_by_text("This code is not right")).to_be_visible()
            break


def test_another_browser_is_signed_out_from_afar(
    troupe: Troupe,
    house: str,
    small: Callable[[], Page],
    checked: Callable[[Page, str], None],
    expected_errors: list[str],
) -> None:
    expected_errors.append(r"status of 401")
    mine, other = small(), small()
    join(mine, house, troupe, "twoplaces")
    with_password(other, house, "twoplaces")
    other.wait_for_url(f"{house}/settings/")
    mine.goto(f"{house}/settings/")
    mine.get_by_role("link", name="Where you are signed in").click()
    expect(mine.get_by_text("This browser")).to_have_count(1)
    checked(mine, "sessions")
    mine.get_by_role("button", name=re.compile("^Sign out Chrome")).click()
    expect(mine.get_by_text("Signed out there.")).to_be_visible()
    expect(mine.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)
    called = "async () => (await fetch('/api/v1/me/')).status"
    assert other.evaluate(called) == 401
    other.goto(f"{house}/settings/")
    expect(other.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert mine.evaluate(called) == 200
