"""Second factors: set up, asked for, used up, lost, and what staff are held to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.core.checks import run_checks
from django.test import Client
from rest_framework.test import APIClient

from conftest import PASSWORD
from socialapp.accounts import leaving, services
from socialapp.accounts.models import Token, User
from socialapp.accounts.signing_in import factors
from socialapp.accounts.tests.codes import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """Tries and used codes of one test are not the next one's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def guarded(alice: User) -> User:
    """Alice, with an app and recovery codes."""
    TOTP.activate(alice, SECRET)
    RecoveryCodes.activate(alice)
    return alice


def codes_of(user: User) -> list[str]:
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    codes: list[str] = row.wrap().get_unused_codes()
    return codes


def by_password(client: Client, path: str = "/accounts/login/") -> Any:
    return client.post(path, {"login": "alice", "password": PASSWORD})


def proved(client: Client) -> Client:
    """Alice typed her password a moment ago."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_without_a_factor_the_password_is_enough(alice: User, client: Client) -> None:
    assert by_password(client)["Location"] == "/"
    assert client.get("/settings/").status_code == 200


# Its mail goes out at commit, while the request lasts.
@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_with_its_own_code(alice: User, client_of: ClientOf) -> None:
    EmailAddress.objects.create(
        user=alice, email=alice.email, primary=True, verified=True
    )
    client = client_of(alice)
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    proved(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'<code class="key"[^>]*>([A-Z2-7]{32})</code>', page)
    assert found
    assert 'src="data:image/svg+xml;base64,' in page
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert not factors.has_factor(alice)
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert [one.subject for one in mail.outbox] == ["An authenticator app was added"]
    assert mail.outbox[0].to == [alice.email]
    shown = client.get(done["Location"]).content.decode()
    assert len(codes_of(alice)) == 10
    assert all(code in shown for code in codes_of(alice))
    assert "no-store" in client.get(done["Location"])["Cache-Control"]
    again = client.get(done["Location"]).content.decode()
    assert not any(code in again for code in codes_of(alice))
    index = client.get("/accounts/2fa/").content.decode()
    assert "<b>10 of 10 left.</b>" in index


def test_the_secret_is_not_in_the_database(guarded: User, settings: Settings) -> None:
    row = Authenticator.objects.get(user=guarded, type=Authenticator.Type.TOTP)
    assert SECRET not in str(row.data)
    assert row.wrap().validate_code(code_of(SECRET))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this copy, as long as it has to be"
    assert factors.FactorAdapter().decrypt(row.data["secret"]) == SECRET


def test_a_secret_that_cannot_be_read_fits_no_code(
    guarded: User, settings: Settings
) -> None:
    settings.SECRET_KEY = "another key of this copy, as long as it has to be"
    row = Authenticator.objects.get(user=guarded, type=Authenticator.Type.TOTP)
    assert not row.wrap().validate_code(code_of(SECRET))
    assert not row.wrap().validate_code(code_of("A" * 32))


def test_the_code_is_asked_after_the_password(guarded: User, client: Client) -> None:
    step = by_password(client, "/accounts/login/?next=/settings/data/")
    assert step["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/settings/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    right = client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert right["Location"] == "/settings/data/"
    assert client.get("/settings/").status_code == 200


def test_a_code_of_the_app_counts_once(guarded: User) -> None:
    code = code_of(SECRET, steps=1)
    for expected in ("/", None):
        browser = Client()
        by_password(browser)
        # allauth forgets a used code after one step; this one is good for two more.
        cache.delete(f"allauth.mfa.totp.used?user={guarded.pk}&code={code}")
        told = browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert told.headers.get("Location") == expected


def test_a_recovery_code_counts_once(guarded: User) -> None:
    code = codes_of(guarded)[0]
    for expected in ("/", None):
        browser = Client()
        by_password(browser)
        told = browser.post("/accounts/2fa/authenticate/", {"code": code})
        assert told.headers.get("Location") == expected
    assert len(codes_of(guarded)) == 9


def test_whoever_guesses_codes_is_stopped(guarded: User, client: Client) -> None:
    by_password(client)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    told = client.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    assert "Too many tries" in told.content.decode()


def test_turning_it_off_asks_for_proof_and_tells_by_mail(
    guarded: User, client_of: ClientOf
) -> None:
    EmailAddress.objects.create(
        user=guarded, email=guarded.email, primary=True, verified=True
    )
    client = client_of(guarded)
    path = "/accounts/2fa/totp/deactivate/"
    assert client.post(path)["Location"].startswith("/accounts/reauthenticate/")
    assert factors.has_factor(guarded)
    assert proved(client).post(path)["Location"] == "/accounts/2fa/"
    assert not Authenticator.objects.filter(user=guarded).exists()
    assert mail.outbox[-1].subject == "The authenticator app was turned off"


def test_nobody_adds_a_factor_to_an_address_that_is_not_theirs(
    alice: User, client_of: ClientOf
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    client = proved(client_of(alice))
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        told = client.get(path, follow=True).content.decode()
        assert "Confirm your e-mail first" in told


def test_a_key_that_was_not_asked_for_is_refused(
    alice: User, client_of: ClientOf
) -> None:
    client = proved(client_of(alice))
    page = client.get("/accounts/2fa/webauthn/add/")
    assert '"userVerification": "required"' in page.content.decode()
    for credential in ("{}", '{"id": "x"}', "[]", "nonsense"):
        told = client.post(
            "/accounts/2fa/webauthn/add/", {"name": "x", "credential": credential}
        )
        assert told.status_code == 200, credential
    for credential in ("{}", "[]", '{"id": "x"}', '{"rawId": "x"}', "nonsense"):
        told = Client().post(
            "/accounts/2fa/webauthn/login/", {"credential": credential}, follow=True
        )
        assert told.redirect_chain == [("/accounts/login/", 302)], credential
        proof = client.post(
            "/accounts/2fa/webauthn/reauthenticate/", {"credential": credential}
        )
        assert proof.status_code == 302, credential
    assert not factors.has_factor(alice)


# Proof ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/settings/tokens/", "/settings/leave/"])
def test_what_was_sent_goes_on_after_the_proof(
    alice: User, client_of: ClientOf, path: str
) -> None:
    client = client_of(alice)
    asked = client.post(path, {"name": "Laptop", "scopes": "read"})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    alice.refresh_from_db()
    assert (alice.leaves, Token.objects.count()) == (None, 0)
    done = client.post(asked["Location"], {"password": PASSWORD})
    assert done.status_code == 200
    nonce = re.search(r"'nonce-([^']+)'", done["Content-Security-Policy"])
    assert nonce
    assert f'nonce="{nonce[1]}"' in done.content.decode()
    alice.refresh_from_db()
    assert (alice.leaves is not None) == (path == "/settings/leave/")
    assert Token.objects.count() == (path == "/settings/tokens/")


def test_the_proof_holds_for_five_minutes(
    alice: User, client_of: ClientOf, settings: Settings
) -> None:
    client = proved(client_of(alice))
    assert (
        client.post("/settings/tokens/", {"name": "One", "scopes": "read"}).status_code
        == 200
    )
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert (
        client.post("/settings/tokens/", {"name": "Two", "scopes": "read"}).status_code
        == 302
    )
    assert settings.ACCOUNT_REAUTHENTICATION_TIMEOUT == 0
    assert [token.name for token in alice.tokens.all()] == ["One"]


def test_a_new_address_needs_proof(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    told = client.post(
        "/accounts/email/", {"email": "new@example.com", "action_add": ""}
    )
    assert told["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="new@example.com").exists()


def test_a_code_is_a_proof_as_well(guarded: User, client_of: ClientOf) -> None:
    client = client_of(guarded)
    page = client.get("/accounts/reauthenticate/?next=/settings/data/archive.zip")
    other = "/accounts/2fa/reauthenticate/?next=%2Fsettings%2Fdata%2Farchive.zip"
    assert f'href="{other}"' in page.content.decode()
    assert client.get(other).status_code == 200
    gone = client.post(other, {"code": code_of(SECRET)})
    assert gone["Location"] == "/settings/data/archive.zip"
    assert client.get("/settings/data/archive.zip")["Content-Type"] == "application/zip"


# The API ----------------------------------------------------------------------------


def sign_in_over_http(**more: str) -> Any:
    body = {"email": "alice", "password": PASSWORD, **more}
    return APIClient().post("/api/v1/auth/token/", body)


def test_the_api_asks_for_the_code_as_well(guarded: User) -> None:
    told = sign_in_over_http()
    assert (told.status_code, told.json()["type"]) == (403, "urn:troupe:second-factor")
    told = sign_in_over_http(code="000000")
    assert (told.status_code, told.json()["type"]) == (400, "urn:troupe:wrong-code")
    assert Token.objects.count() == 0
    assert sign_in_over_http(code=code_of(SECRET)).status_code == 201
    code = codes_of(guarded)[0]
    assert sign_in_over_http(code=code).status_code == 201
    assert sign_in_over_http(code=code).status_code == 400


def test_the_api_stops_whoever_guesses(guarded: User) -> None:
    told = [sign_in_over_http(code="000000").status_code for _ in range(6)]
    assert told == [400] * 5 + [429]


def test_a_leaked_token_makes_no_other_and_closes_nothing(alice: User) -> None:
    _, key = services.create_token(user=alice)
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    for method, path in (
        ("post", "/api/v1/tokens/"),
        ("post", "/api/v1/me/export/"),
        ("delete", "/api/v1/me/"),
    ):
        call = getattr(program, method)
        told = call(path, {})
        assert told.status_code == 403, path
        assert told.json()["type"] == "urn:troupe:password-needed"
        assert call(path, {"password": "guess"}).status_code == 403
    alice.refresh_from_db()
    assert (alice.leaves, alice.tokens.count()) == (None, 1)
    made = program.post("/api/v1/tokens/", {"name": "B", "password": PASSWORD})
    assert made.status_code == 201
    left = program.delete("/api/v1/me/", {"password": PASSWORD})
    assert left.status_code == 200


def test_passwords_are_not_guessed_with_a_token(alice: User) -> None:
    _, key = services.create_token(user=alice)
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    told = [
        program.post("/api/v1/tokens/", {"password": f"guess {n}"}).status_code
        for n in range(11)
    ]
    assert told == [403] * 10 + [429]


def test_a_page_that_proved_itself_needs_no_password(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    kind = "application/json"
    assert client.post("/api/v1/tokens/", {}, kind).status_code == 403
    assert proved(client).post("/api/v1/tokens/", {}, kind).status_code == 201


# Staff ------------------------------------------------------------------------------


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser(
        email="boss@example.com", username="boss", password=PASSWORD
    )


def test_staff_without_a_factor_are_sent_to_add_one(
    boss: User, alice: User, client_of: ClientOf, settings: Settings
) -> None:
    client = client_of(boss)
    assert client.get("/admin/").status_code == 200
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    told = client.get("/admin/", follow=True)
    assert told.redirect_chain == [("/accounts/2fa/", 302)]
    assert "opens to staff with a second factor alone" in told.content.decode()
    assert client_of(alice).get("/settings/").status_code == 200
    TOTP.activate(boss, SECRET)
    assert client.get("/admin/").status_code == 200


def test_recovery_codes_alone_are_no_factor(
    boss: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    RecoveryCodes.activate(boss)
    assert client_of(boss).get("/admin/").status_code == 302


def test_a_deployment_without_it_is_warned(settings: Settings) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    settings.PRODUCTION = True
    ids = {found.id for found in run_checks(include_deployment_checks=True)}
    assert "socialapp.W105" in ids
    settings.STAFF_NEEDS_SECOND_FACTOR = True
    ids = {found.id for found in run_checks(include_deployment_checks=True)}
    assert "socialapp.W105" not in ids


def test_staff_take_the_factors_off_somebody_who_lost_them(
    boss: User,
    guarded: User,
    client_of: ClientOf,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    hers = client_of(guarded)
    row = Authenticator.objects.get(user=guarded, type=Authenticator.Type.TOTP)
    with django_capture_on_commit_callbacks(execute=True):
        client_of(boss).post(
            "/admin/mfa/authenticator/",
            {"action": "take_off", "_selected_action": [row.pk]},
        )
    assert not Authenticator.objects.filter(user=guarded).exists()
    assert mail.outbox[-1].subject == "Your second factors were removed"
    assert hers.get("/settings/").status_code == 302
    assert by_password(Client())["Location"] == "/"


def test_the_admin_shows_no_secret(
    boss: User, guarded: User, client_of: ClientOf
) -> None:
    for row in Authenticator.objects.filter(user=guarded):
        page = client_of(boss).get(f"/admin/mfa/authenticator/{row.pk}/change/")
        assert page.status_code == 200
        for secret in (row.data.get("secret"), row.data.get("seed")):
            assert secret is None or secret not in page.content.decode()


def test_nothing_is_left_of_one_who_is_erased(guarded: User) -> None:
    leaving.ask_to_leave(user=guarded)
    services.close_account(user=guarded)
    assert not Authenticator.objects.filter(user=guarded).exists()
