"""Second factors: passkeys, authenticator apps, recovery codes.

`allauth.mfa` does the work; here is how this house keeps the secrets, names the keys, and
words what goes wrong.
"""

from __future__ import annotations

import base64
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from socialapp.accounts.signing_in.sessions import device
from socialapp.lib.text import TextError, clean_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

FIRST = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
"""What a person is asked for; recovery codes stand in for one of them."""

CODE_SECONDS = 120
"""For longer than any code of an app is good."""

NAME_CHARACTERS = 60


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret: str) -> bytes:
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"troupe second factors")
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))


def has_factor(user: User) -> bool:
    """Whether more than the password is asked when they sign in."""
    return bool(Authenticator.objects.filter(user=user, type__in=FIRST).exists())


def accepts_code(*, request: HttpRequest, user: User, code: str) -> bool:
    """Use up a code of their app, or a recovery code. False: it is not good.
    ValidationError when there were too many."""
    form = SignInCodeForm(user=user, data={"code": code})
    if not form.is_valid():
        for error in form.errors.as_data().get("code", []):
            if error.code == "too_many_login_attempts":
                raise error
        return False
    form.authenticator.record_usage()
    log.info("%s signed in with a code (%s)", user.pk, request.path)
    return True


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": (
            "Your account has a second factor, and a new address could not be trusted"
            " with it. Turn the factors off, change the e-mail, and turn them on again."
        ),
        "incorrect_code": "This code is not right, or was used already. Try the next one.",
        "bad_passkey": (
            "This passkey is not known here, or it took too long. Try again, or use"
            " another way."
        ),
        "unverified_email": (
            "Confirm your e-mail first: open the link that we sent you. Otherwise"
            " somebody could lock you out of an account with your address."
        ),
        "cannot_generate_recovery_codes": (
            "Recovery codes stand in for a passkey or an app. Add one of these first."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # The key of this copy was changed. A secret that nobody has fits no code;
            # an empty one would fit codes that anybody can work out.
            log.exception("A second factor cannot be read: set SECRET_KEY_FALLBACKS")
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        request = context.request
        agent = request.META.get("HTTP_USER_AGENT", "") if request else ""
        name = device(agent)
        same = Authenticator.objects.filter(user_id=user.pk, type=type)
        taken = {row.data.get("name") for row in same}
        number = 2
        while name in taken:
            name, number = f"{device(agent)} ({number})", number + 1
        return name

    def _get_site_name(self) -> str:
        return f"Troupe ({context.request.get_host().partition(':')[0]})"


def _code_field(form: Any, label: str) -> None:
    field = form.fields["code"]
    field.label = label
    field.widget.attrs |= {
        "class": "input",
        "placeholder": "",
        "inputmode": "numeric",
        "autofocus": True,
    }


class _OnceOnly:
    """An app's code is good for three steps; it counts once in all of them."""

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, "Code of your app, or a recovery code")

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        digits = "".join(code.split())
        spent = salted_hmac("troupe.code", f"{self.user.pk}:{digits}").hexdigest()
        if self.authenticator.type == Authenticator.Type.TOTP and not cache.add(
            f"code:{spent}", True, CODE_SECONDS
        ):
            raise FactorAdapter().validation_error("incorrect_code")
        return code


class SignInCodeForm(_OnceOnly, AuthenticateForm):  # type: ignore[misc]
    pass


class ProofCodeForm(_OnceOnly, ReauthenticateForm):  # type: ignore[misc]
    pass


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, "Code that the app shows")
        del self.fields["code"].widget.attrs["autofocus"]


def _clean_name(name: str) -> str:
    try:
        return clean_name(name, max_length=NAME_CHARACTERS)
    except TextError as error:
        raise ValidationError(str(error)) from None


@contextmanager
def _answer() -> Iterator[None]:
    """Whatever is wrong with what came instead of a passkey's answer is said in the same
    words; fido2 trips over what no browser sends."""
    try:
        yield
    except ValidationError as error:
        if error.code != "incorrect_code":
            raise
        raise FactorAdapter().validation_error("bad_passkey") from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise FactorAdapter().validation_error("bad_passkey") from None


class _Answered:
    def clean_credential(self) -> Authenticator:
        with _answer():
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        return found


class SignInPasskeyForm(_Answered, LoginWebAuthnForm):  # type: ignore[misc]
    pass


class SecondPasskeyForm(_Answered, AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ProofPasskeyForm(_Answered, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """Every key is one that signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["name"]
        field.label = "What you call it"
        field.max_length = NAME_CHARACTERS
        field.widget.attrs |= {"class": "input", "maxlength": NAME_CHARACTERS}

    def clean(self) -> dict[str, Any]:
        with _answer():
            cleaned: dict[str, Any] = super().clean()
        return cleaned

    def clean_name(self) -> str:
        # The browser has made the key already: a name is no reason to refuse it.
        try:
            return _clean_name(self.cleaned_data["name"])
        except ValidationError:
            self.cleaned_data["name"] = ""
            return str(super().clean_name())


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["name"]
        field.label = "What you call it"
        field.widget.attrs |= {"class": "input", "maxlength": NAME_CHARACTERS}

    def clean_name(self) -> str:
        return _clean_name(self.cleaned_data["name"])
