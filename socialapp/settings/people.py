"""Accounts, signing in, and what a person may take along or must leave behind."""

from __future__ import annotations

from socialapp import env
from socialapp.settings.place import PRODUCTION

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "socialapp.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "socialapp.accounts.forms.SignupForm",
    "login": "socialapp.accounts.forms.LoginForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional")
"""``mandatory``: nobody signs in before they opened the mail; ``none``: no mail."""

ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = True
ACCOUNT_RATE_LIMITS = {
    "login_failed": "25/5m/ip,5/30m/key",
    "signup": env.text("SIGNUP_RATE", "20/30m/ip"),
    "reset_password": "20/30m/ip,5/30m/key",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
"""Seconds for which somebody who proved that it is them is not asked again."""

MFA_ADAPTER = "socialapp.accounts.signing_in.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
"""Steps of 30 seconds by which a phone's clock may be off; no code counts twice."""

MFA_FORMS = {
    "authenticate": "socialapp.accounts.signing_in.factors.SignInCodeForm",
    "reauthenticate": "socialapp.accounts.signing_in.factors.ProofCodeForm",
    "activate_totp": "socialapp.accounts.signing_in.factors.AppForm",
    "authenticate_webauthn": "socialapp.accounts.signing_in.factors.SecondPasskeyForm",
    "reauthenticate_webauthn": "socialapp.accounts.signing_in.factors.ProofPasskeyForm",
    "login_webauthn": "socialapp.accounts.signing_in.factors.SignInPasskeyForm",
    "add_webauthn": "socialapp.accounts.signing_in.factors.PasskeyForm",
    "edit_webauthn": "socialapp.accounts.signing_in.factors.PasskeyNameForm",
}
STAFF_NEEDS_SECOND_FACTOR = env.flag("STAFF_NEEDS_SECOND_FACTOR", default=PRODUCTION)
"""Whether the admin opens to staff with a passkey or an authenticator app alone."""

ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
"""How many proxies in front append to X-Forwarded-For; 0: the header is ignored."""

MINIMUM_AGE = env.number("MINIMUM_AGE", 13)
EXPORTERS = [
    "socialapp.accounts.exports.profile",
    "socialapp.characters.exports.characters",
    "avatarfx.exports.clips",
    "avatarfx.exports.backdrops",
    "avatarfx.exports.batches",
    "avatarfx.exports.recordings",
    "streams.exports.streams",
    "scenes.exports.stories.scenes",
    "scenes.exports.audience.audience",
    "scenes.exports.plays.played",
    "scenes.exports.assets.assets",
    "scenes.exports.cuts.scene_clips",
    "socialapp.chat.exports.conversations",
    "feed.exports.posts",
    "feed.exports.custom",
    "feed.exports.remixes",
    "socialapp.comments.exports.comments",
    "socialapp.notices.exports.notices",
    "socialapp.notices.exports.choices",
    "socialapp.webhooks.exports.webhooks",
    "socialapp.uploads.exports.uploads",
    "moderation.exports.cases",
]
"""What a person's own archive is made of, in this order."""

GUARDIAN_FACTS = [
    "avatarfx.exports.week",
    "streams.exports.week",
    "scenes.exports.stories.week",
    "feed.exports.week",
    "moderation.exports.week",
]
"""Each counts what somebody under 18 did in a week, for their guardian: no words."""

LEAVING_HOLDS = ["moderation.selectors.mine.why_not_erased"]
"""Each names why a person who asked to leave cannot be erased yet, or nothing."""
