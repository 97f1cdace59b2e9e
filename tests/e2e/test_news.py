"""News, and Troupe as an app of the phone: what is told, what is kept, what is shared."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, ROOT
from tests.e2e.test_pages import join, soon

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

READY = "() => navigator.serviceWorker.ready.then(house => house.active?.state)"


@pytest.fixture
def app(open_page: Callable[..., Page]) -> Page:
    """A phone whose service worker works, as in the tests elsewhere it does not."""
    return open_page(
        viewport=PHONE,
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        service_workers="allow",
        permissions=["notifications"],
    )


def tell(troupe: Troupe, handle: str, kind: str, lead: str) -> None:
    """What one app of the house tells another; people read it on their page."""
    code = (
        "from socialapp.accounts.models import User;"
        "from socialapp.notices.services import notify;"
        f"notify(people=User.objects.filter(username={handle!r}), kind={kind!r},"
        f" about={lead!r}, lead={lead!r}, url='/rules/')"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": str(troupe.data),
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
            "JOBS_BACKEND": "socialapp.jobs.backends.rq",
        },
        check=True,
        capture_output=True,
    )


def settled(page: Page) -> None:
    """The worker has begun, and minds this page."""
    assert page.evaluate(READY) in {"activating", "activated"}
    soon(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))


def test_a_kind_that_is_switched_off_is_told_no_more(
    troupe: Troupe,
    phone: Page,
    faults: Callable[[Page], list[str]],
    look: Callable[[Page, str], Path],
) -> None:
    join(phone, troupe, "newsreader")
    tell(troupe, "newsreader", "followed", "@ada followed you.")
    phone.goto(f"{troupe.url}/notices/")
    expect(phone.locator("b", has_text="@ada followed you.")).to_be_visible()
    assert faults(phone) == []
    look(phone, "notices-phone")
    phone.click("[aria-label='Notice settings']")
    assert faults(phone) == []
    look(phone, "notice-settings-phone")
    phone.get_by_label("New followers: Here").uncheck()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Saved.")).to_be_visible()
    tell(troupe, "newsreader", "followed", "@ben followed you.")
    tell(troupe, "newsreader", "remixed", "@ben remixed “Fog”.")
    phone.goto(f"{troupe.url}/notices/")
    expect(phone.locator("b", has_text="@ben remixed")).to_be_visible()
    expect(phone.get_by_text("@ben followed")).to_have_count(0)
    phone.set_viewport_size({"width": 1440, "height": 900})
    phone.goto(f"{troupe.url}/notices/settings/")
    look(phone, "notice-settings-desktop")
    phone.get_by_role("link", name="Notices").first.click()
    phone.get_by_role("button", name="Mark all read").click()
    expect(phone.locator(".rail .badge--count")).to_have_count(0)


def test_the_house_can_be_installed_and_is_there_without_a_network(
    troupe: Troupe,
    app: Page,
    expected_errors: list[str],
    look: Callable[[Page, str], Path],
) -> None:
    expected_errors.append("ERR_INTERNET_DISCONNECTED")
    app.goto(f"{troupe.url}/rules/")
    settled(app)
    cdp = app.context.new_cdp_session(app)
    manifest = cdp.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
    found = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Every window of these tests is a private one, in which nothing is installed.
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []
    app.context.set_offline(True)
    app.goto(f"{troupe.url}/live/")
    expect(app.get_by_role("heading", name="The house is dark")).to_be_visible()
    look(app, "offline-phone")
    kept: list[str] = app.evaluate(
        """async () => {
          const urls = [];
          for (const name of await caches.keys())
            for (const one of await (await caches.open(name)).keys()) urls.push(one.url);
          return urls.map((url) => new URL(url).pathname);
        }"""
    )
    assert "/offline/" in kept
    assert [url for url in kept if not url.startswith(("/static/", "/offline/"))] == []
    app.context.set_offline(False)
    app.get_by_role("link", name="Try again").click()
    app.wait_for_url(f"{troupe.url}/live/")
    expect(app.get_by_role("heading", level=1)).not_to_have_text("The house is dark")


def test_a_shared_picture_stays_on_the_phone_until_something_is_made_of_it(
    troupe: Troupe, app: Page, look: Callable[[Page, str], Path]
) -> None:
    join(app, troupe, "sharer")
    settled(app)
    # What a phone does when Troupe is chosen in another app's share menu.
    app.evaluate(
        """async (icon) => {
          const picture = await (await fetch(icon)).blob();
          const form = document.createElement('form');
          Object.assign(form, {method: 'post', action: '/share/', enctype: 'multipart/form-data'});
          const text = document.createElement('input');
          Object.assign(text, {name: 'text', value: 'Good evening, dial.'});
          const file = document.createElement('input');
          Object.assign(file, {name: 'picture', type: 'file'});
          const given = new DataTransfer();
          given.items.add(new File([picture], 'a.png', {type: 'image/png'}));
          file.files = given.files;
          form.append(text, file);
          document.body.append(form);
          form.submit();
        }""",
        "/static/icons/mark-512.png",
    )
    app.wait_for_url("**/share/#*")
    expect(app.get_by_alt_text("The picture you shared")).to_be_visible()
    look(app, "share-phone")
    app.get_by_role("link", name="Let somebody say it").click()
    expect(app.get_by_role("textbox", name="Script")).to_have_value(
        "Good evening, dial."
    )
    app.goto(f"{troupe.url}/share/")
    app.get_by_role("link", name="Make a character of it").click()
    # A mark has no face; the picture arrived and was looked at.
    soon(
        lambda: (
            "/create/character/" in app.url
            and (
                not app.url.endswith("#shared")
                or app.get_by_role("alert").first.is_visible()
            )
        ),
        60,
    )
    assert app.evaluate("caches.has('troupe-shared')") is False


def test_a_push_is_shown_and_nothing_is_left_after_signing_out(
    troupe: Troupe, app: Page
) -> None:
    join(app, troupe, "rung")
    settled(app)
    cdp = app.context.new_cdp_session(app)
    registered: list[Any] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registered.extend(told["registrations"]),
    )
    cdp.send("ServiceWorker.enable")
    soon(lambda: app.evaluate("1") and registered)
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": troupe.url,
            "registrationId": registered[0]["registrationId"],
            "data": '{"title": "“Night calls” is ready.", "tag": "n1", "url": "/rules/"}',
        },
    )
    shown = (
        "navigator.serviceWorker.ready.then(house => house.getNotifications())"
        ".then(all => all.map(one => one.title + one.data.url))"
    )
    soon(lambda: app.evaluate(shown) == ["“Night calls” is ready./rules/"])
    app.goto(f"{troupe.url}/settings/")
    app.get_by_role("button", name="Sign out").click()
    app.wait_for_load_state("load")
    soon(lambda: app.evaluate(shown) == [])
