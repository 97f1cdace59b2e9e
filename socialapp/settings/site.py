"""Addresses, security of the browser's side, apps, middleware and templates."""

from __future__ import annotations

from socialapp import env
from socialapp.settings.place import BASE_DIR, PRODUCTION, own_secret


def _secret_key() -> str:
    return env.text("SECRET_KEY") or own_secret("SECRET_KEY", "secret-key")


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
"""Earlier keys, the newest first: what they signed or encrypted is still read."""

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
"""Where `manage.py up` listens."""

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}")
"""How people reach this copy; links in mails start with it."""
ADMIN_PATH = "/admin/"
X_FRAME_OPTIONS = "DENY"
EMBED_ANCESTORS = env.text("EMBED_ANCESTORS", "*")
"""Sites that may show the player of a public clip, as CSP frame-ancestors has them."""

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
if PRODUCTION:
    # Daphne is reached through a proxy that ends TLS; it must set this header itself
    # and drop the one that a visitor sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", default=True)
    # A health check asks from inside, without the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=True)

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "socialapp.urls"
ASGI_APPLICATION = "socialapp.asgi.application"
INSTALLED_APPS = [
    "daphne",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "channels",
    "socialapp",
    "socialapp.lib",
    "socialapp.accounts",
    "socialapp.webhooks",
    "socialapp.notices",
    "socialapp.provenance",
    "socialapp.uploads",
    "moderation",
    # Before the characters: of somebody who leaves, comments go first.
    "socialapp.comments",
    "socialapp.characters",
    "socialapp.chat",
    "avatarfx",
    "streams",
    "scenes",
    "feed",
]
MIDDLEWARE = [
    "socialapp.lib.metrics.Timed",
    "django.middleware.security.SecurityMiddleware",
    "socialapp.lib.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "socialapp.lib.addresses.NoNul",
    "socialapp.lib.api.manners.Manners",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "moderation.middleware.Resting",
    "socialapp.accounts.middleware.LocalTime",
    "socialapp.accounts.middleware.SeenSessions",
    "socialapp.accounts.middleware.NotKept",
    "django.contrib.messages.middleware.MessageMiddleware",
    "socialapp.accounts.middleware.StaffSecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "socialapp.accounts.context.house",
                "socialapp.notices.context.bell",
            ],
            "builtins": ["django.templatetags.static"],
        },
    }
]
