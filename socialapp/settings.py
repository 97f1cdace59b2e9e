"""Every setting. The defaults run on embedded parts; the environment does the rest."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import tempfile
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from socialapp import env
from socialapp.backstage import LOOK
from socialapp.engines.folders import hub

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
"""Database, media, Redis and keys of this copy."""

DATA_DIR.mkdir(parents=True, exist_ok=True)

PRODUCTION = env.flag("PRODUCTION")
"""On: no default secrets, HTTPS assumed, cookies secure."""

DEBUG = env.flag("DEBUG", default=False)


def _own_secret(variable: str, name: str) -> str:
    """A secret of this copy's own, made on first use: no default ships."""
    if PRODUCTION:
        raise ImproperlyConfigured(f"{variable} must be set when PRODUCTION=1")
    import secrets  # noqa: PLC0415

    file = DATA_DIR / name
    if not file.exists():
        draft = DATA_DIR / f".{name}-{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        # Of two processes that start at once, the second takes the first one's.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text(encoding="utf-8")


def _secret_key() -> str:
    return env.text("SECRET_KEY") or _own_secret("SECRET_KEY", "secret-key")


SECRET_KEY = _secret_key()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)
"""Where `manage.py up` listens."""

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}")
"""How people reach this copy; links in mails start with it."""


# Security

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
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "channels",
    "socialapp",
    "socialapp.lib",
    "socialapp.accounts",
    "socialapp.notices",
    "socialapp.provenance",
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
    "django.contrib.messages.middleware.MessageMiddleware",
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


# Database


def _database() -> dict[str, Any]:
    url = env.text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "troupe.sqlite3",
            "OPTIONS": {
                # IMMEDIATE: a deferred transaction that turns to writing fails at
                # once with "database is locked", whatever the timeout says.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                    "PRAGMA busy_timeout=20000;PRAGMA cache_size=-32000"
                ),
            },
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL: use postgres://user:password@host/name"
        )
    query = dict(parse_qsl(parts.query))
    if (prepare := query.pop("prepare", "on")) not in {"on", "off"}:
        raise ImproperlyConfigured(f"DATABASE_URL: prepare={prepare}: use on or off")
    # postgres:///name?host=/path reaches a unix socket.
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # For queries that are bound on the server: those of feed.selectors.kept.
        "OPTIONS": query | {"prepare_threshold": 5 if prepare == "on" else None},
    }


DATABASES = {"default": _database()}


# Redis, sockets, jobs


def _redis_socket() -> Path:
    """Under DATA_DIR, or in a short folder named after it."""
    near = DATA_DIR / "redis.sock"
    # The kernel takes 107 bytes (sys/un.h), macOS 103.
    if len(os.fsencode(near)) <= 100:
        return near
    name = hashlib.sha256(os.fsencode(DATA_DIR)).hexdigest()[:12]
    home = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(home) / f"troupe-{name}" / "redis.sock"


REDIS_SOCKET = _redis_socket()
REDIS_URL = env.text("REDIS_URL", f"unix://{REDIS_SOCKET}")
"""The default is the embedded server that `manage.py up` starts."""

JOBS = {"BACKEND": env.text("JOBS_BACKEND", "socialapp.jobs.backends.rq")}
QUEUES = env.words("QUEUES", "cpu")
"""Named by resource. One worker process a queue."""

RESIDENT_QUEUES = {"gpu"}
"""Their worker renders in its own process: a GPU must not be touched after a fork."""

MACHINE = env.text("MACHINE", socket.gethostname())[:60]
"""How workers of this machine are called. A process that is gone here gives its clips
back at once; of other machines nobody can tell, and their leases run out."""

WORKERS = "avatarfx.services.workers"
"""The module that keeps the list of workers: see socialapp.jobs.registry."""

WORKER: dict[str, Any] = {
    "rungs": env.words("WORKER_RUNGS"),
    "memory_mb": env.number("WORKER_MEMORY_MB", 0),
    "device": env.text("WORKER_DEVICE", "cpu"),
    "batch": env.number("WORKER_BATCH", 1),
}
"""What a worker of this machine says that it can do; empty, or 0: it finds out."""

WORKER["at_once"] = env.number("NEURAL_JOBS", 0) or (
    1 if WORKER["device"] == "cpu" else WORKER["batch"]
)
"""How many clips of a batch are made at the same time, on a card all of them."""

RECONCILERS = [
    "avatarfx.services.reconcile",
    "avatarfx.services.workers.reconcile",
    "socialapp.accounts.leaving.purge_due",
    "socialapp.accounts.guardians.send_due",
    "avatarfx.services.recheck",
    "avatarfx.services.sweep_segments",
    "moderation.services.clocks.watch",
    "moderation.services.retention.sweep_hourly",
    "moderation.services.erasing.erase_hourly",
    "moderation.services.keeping.bring_due",
    "moderation.pictures.services.recheck",
    "moderation.approvals.services.recheck",
    "socialapp.characters.services.recheck",
    "avatarfx.services.recheck_words",
    "avatarfx.services.recheck_captioned",
    "avatarfx.services.settle_takes",
    "avatarfx.services.recordings.sweep",
    "avatarfx.services.batches.feed_batches",
    "feed.services.recheck_words",
    "feed.services.forget_lists",
    "feed.remixes.requests.expire",
    "feed.search.keeping.sweep",
    "feed.services.talk.sweep",
    "feed.services.answering.reconcile",
    "moderation.abuse.services.reconcile",
    "socialapp.characters.prints.fingerprint_missing",
    "moderation.pictures.profiles.fingerprint_missing",
    "streams.services.sweep",
    "scenes.services.recheck_words",
    "scenes.services.plays.sweep",
    "scenes.services.company.sweep",
    "scenes.services.assets.sweep",
    "socialapp.chat.services.reconcile",
    "socialapp.notices.services.sweep_hourly",
    "socialapp.notices.services.plan_digests",
    "socialapp.notices.services.wake_due",
    "scenes.services.take_leases.reconcile",
    "scenes.services.take_keeping.sweep_hourly",
    "avatarfx.services.metrics.sample_minutely",
]
"""What `manage.py reconcile` calls: each puts back what dead workers dropped."""

PRELOADERS = ["avatarfx.services.preload"]
"""What a worker calls once, before it forks a process for each job."""

BUS = {"BACKEND": "socialapp.lib.bus.redis"}
"""Carries what hubs of different processes tell each other: see socialapp.lib.bus."""

CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL}]},
    }
}


# Files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
S3_BUCKET = env.text("S3_BUCKET")
MEDIA_ORIGINS = env.words("MEDIA_ORIGINS", env.text("S3_ENDPOINT"))
"""Other origins that /media/ redirects to; the browser must be told of them."""

STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "socialapp.lib.staticfiles.ModuleStorage"},
}
if S3_BUCKET:
    from botocore.config import Config as _BotoConfig

    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "region_name": env.text("S3_REGION") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": False,
            # botocore's own limits make one dead object store cost minutes.
            "client_config": _BotoConfig(
                connect_timeout=2,
                read_timeout=7,
                retries={"total_max_attempts": 2},
                signature_version="s3v4",
            ),
        },
    }
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_PICTURE_BYTES = env.number("MAX_PICTURE_BYTES", 12 * 1024 * 1024)
MAX_PICTURE_PIXELS = env.number("MAX_PICTURE_PIXELS", 25_000_000)
MAX_SOUND_BYTES = env.number("MAX_SOUND_BYTES", 5 * 1024 * 1024)
MAX_RECORDING_BYTES = env.number("MAX_RECORDING_BYTES", 12 * 1024 * 1024)
MIN_FREE_DISK_BYTES = env.number("MIN_FREE_DISK_BYTES", 200 * 1024 * 1024)
"""Below this /readyz says no and renders are refused with the reason."""

HEALTH_CHECKS = [
    "socialapp.lib.health.database",
    "socialapp.lib.health.redis",
    "socialapp.jobs.health.worker",
    "socialapp.lib.health.storage",
    "socialapp.lib.health.disk",
]
"""What /readyz asks, in this order."""

METRICS = [
    "avatarfx.metrics.exported.collect",
    "moderation.metrics.collect",
    "socialapp.jobs.metrics.collect",
]
"""What /metrics tells, in this order."""

METRICS_TOKEN = env.text("METRICS_TOKEN")
"""Who may read /metrics; empty: this machine alone, and in production nobody."""

RENDER_COST = {
    "cpu_hour": env.number("RENDER_CENTS_CPU_HOUR", 0),
    "gpu_hour": env.number("RENDER_CENTS_GPU_HOUR", 0),
}
"""Cents, for the cost of a clip."""


# People

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

REPORTS_PER_HOUR = env.number("REPORTS_PER_HOUR", 20)
STRANGERS_REPORTS_PER_HOUR = env.number("STRANGERS_REPORTS_PER_HOUR", 5)
"""Of one person, and of one network without an account."""

AUDIT_WEBHOOK = env.text("AUDIT_WEBHOOK")
"""Where each new digest of the audit log is posted as well; empty: only to
DATA_DIR/audit-anchor.log."""

CHARACTERS_PER_PERSON = env.number("CHARACTERS_PER_PERSON", 50)
PORTRAITS_PER_PERSON = env.number("PORTRAITS_PER_PERSON", 200)
BACKDROPS_PER_PERSON = env.number("BACKDROPS_PER_PERSON", 60)
RECORDINGS_PER_PERSON = env.number("RECORDINGS_PER_PERSON", 60)
RECORDING_DAYS = env.number("RECORDING_DAYS", 7)
"""A recording that no clip was made with is erased after so long. 0: never."""

SCENE_ASSETS_PER_PERSON = env.number("SCENE_ASSETS_PER_PERSON", 200)
CARD_CHARACTERS = env.number("CARD_CHARACTERS", 60_000)
"""Of text in one character card: all of it is screened while its owner waits."""

TEXT_SCREENER = "moderation.screening.profiles"
"""The module that answers ``complaint(text, surface=..., person=...)``."""

VOICE_CATALOGUE = "avatarfx.voices.catalogue"
"""The module that answers ``is_known(voice)``."""

PLAYS_PER_PERSON = env.number("PLAYS_PER_PERSON", 200)
"""Plays of scenes and kept copies of them."""

PLAY_DAYS = env.number("PLAY_DAYS", 365)
"""A play that nobody went on with for so long and that has no ending is erased; kept
copies stay. 0: never."""

COMPANY_SEATS = env.number("COMPANY_SEATS", 12)
"""People who play one scene together, its host among them."""

STREAMS_PER_PERSON = env.number("STREAMS_PER_PERSON", 5)
"""Planned or on air at once."""

STREAMS_ON_AIR = env.number("STREAMS_ON_AIR", 8)
"""At once, in this house."""

STREAM_MINUTES = env.number("STREAM_MINUTES", 240)
STREAM_MINUTES_PER_DAY = env.number("STREAM_MINUTES_PER_DAY", 600)
"""On air: of one stream, which then says its last line; and of one person within 24
hours. 0: no limit."""

STREAM_MODEL_LINES_PER_HOUR = env.number("STREAM_MODEL_LINES_PER_HOUR", 600)
"""Of one stream that a model words; authored words say the rest. 0: no limit."""

STREAM_VOTE_SECONDS = env.number("STREAM_VOTE_SECONDS", 90)
"""The audience has this long to choose what is talked about next."""

STREAM_QUIET_SECONDS = env.number("STREAM_QUIET_SECONDS", 60)
STREAM_IDLE_MINUTES = env.number("STREAM_IDLE_MINUTES", 15)
"""Without a viewer for so long nothing new is said; and the stream ends. 0: never."""

STREAM_CODEC = env.choice("STREAM_CODEC", "opus", ["opus", "flac", "wav"])
"""Of the sound of lines; what cannot be made here gives way to the next one."""

SCENE_TAKES_DAYS = env.number("SCENE_TAKES_DAYS", 60)
"""A voiced line that nobody asked for in so long is removed, and made anew when somebody
does. 0: never."""

SHOWS_PER_DIRECTOR = env.number("SHOWS_PER_DIRECTOR", 4)
"""Streams that one `manage.py direct` plays at once."""

DIRECTORS = env.number("DIRECTORS", 1)
"""How many of these `manage.py up` starts, beside one in reserve."""

SCENES_PER_PERSON = env.number("SCENES_PER_PERSON", 60)
"""Drafts and published ones together."""

SCENE_PUBLISHES_PER_DAY = env.number("SCENE_PUBLISHES_PER_DAY", 20)
"""Versions that one person may publish in 24 hours; new accounts half of them."""

SCENE_CHARACTERS = env.number("SCENE_CHARACTERS", 400_000)
"""Of text in one scene that is published: all of it is screened."""

SEEDERS = ["scenes.services.seed"]
"""What `manage.py seed` calls after the cast and its posts: each brings what its app
ships, says in a sentence what it did, and may be called again."""

FEED_SHARED_SECONDS = 10.0
"""For how long a process goes by what it found trending, unmet and liked under a tag.
What is taken down is gone at once all the same."""

CROWD = "feed.crowd"
"""The module whose ``make`` is `manage.py seed --posts`."""

VIEWERS_PER_PROCESS = env.number("VIEWERS_PER_PROCESS", 2000)
"""Sockets of streams that one web process holds."""

CLIPS_PER_DAY = env.number("CLIPS_PER_DAY", 5)
QUEUE_PER_PERSON = env.number("QUEUE_PER_PERSON", 500)
QUEUE_LIMIT = env.number("QUEUE_LIMIT", 10_000)
"""Clips that may wait: of one person, and in the whole house."""

MAX_CLIP_SECONDS = env.number("MAX_CLIP_SECONDS", 60)
MAX_SCRIPT_CHARACTERS = env.number("MAX_SCRIPT_CHARACTERS", 1200)

EMAIL_HOST = env.text("EMAIL_HOST")
"""Empty: mail is not sent but written to DATA_DIR/outbox, one file a mail."""

EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "outbox"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Troupe <troupe@localhost>")

PUSHER: dict[str, Any] = {
    "BACKEND": "socialapp.notices.pushers.web.WebPusher",
    "OPTIONS": {
        "key": env.text("VAPID_KEY"),
        "key_file": str(DATA_DIR / "credentials" / "vapid.key"),
        "contact": f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}",
    },
}
"""What carries news to browsers that are not open: see docs/notices.md."""


# Engines

WEIGHTS_DIR = env.text("WEIGHTS_DIR")
"""A folder with the official weight files; empty: those that pip installed."""

NEURAL_WEIGHTS_DIR = env.path("NEURAL_WEIGHTS_DIR", DATA_DIR / "neural")
"""Folders of neural weights, one an engine: see docs/neural.md."""

MODELS_DIR = env.text("MODELS_DIR", str(DATA_DIR / "models"))
"""Where `manage.py fetch_model` puts language models."""

ENGINES: dict[str, dict[str, dict[str, Any]]] = {
    "voice": {
        "kokoro": {
            "BACKEND": "avatarfx.voices.kokoro.KokoroVoice",
            "OPTIONS": {"threads": 1, "weights_dir": WEIGHTS_DIR},
        },
        "hibari": {"BACKEND": "avatarfx.voices.hibari.HibariVoice"},
        "silent": {"BACKEND": "avatarfx.voices.silent.SilentVoice"},
    },
    "aligner": {
        "default": {"BACKEND": "avatarfx.voices.forced.sphinx.SphinxAligner"},
    },
    "director": {
        "default": {"BACKEND": "avatarfx.directors.rules.RulesDirector"},
    },
    "animator": {
        "warp": {
            "BACKEND": "avatarfx.animators.stage.StageAnimator",
            "OPTIONS": {
                "rung": "full",
                "makers": [
                    "avatarfx.animators.warp.WarpMaker",
                    "avatarfx.animators.layers.LayersMaker",
                ],
            },
        },
        # For a cast of which only some can be drawn in full.
        "mixed": {
            "BACKEND": "avatarfx.animators.stage.StageAnimator",
            "OPTIONS": {
                "rung": "simple",
                "makers": [
                    "avatarfx.animators.warp.WarpMaker",
                    "avatarfx.animators.layers.LayersMaker",
                    "avatarfx.animators.sway.SwayMaker",
                ],
            },
        },
        "sway": {
            "BACKEND": "avatarfx.animators.stage.StageAnimator",
            "OPTIONS": {
                "rung": "simple",
                "makers": ["avatarfx.animators.sway.SwayMaker"],
            },
        },
        "still": {
            "BACKEND": "avatarfx.animators.stage.StageAnimator",
            "OPTIONS": {
                "rung": "still",
                "makers": ["avatarfx.animators.still.StillMaker"],
            },
        },
    },
    "rigger": {
        "default": {
            "BACKEND": "avatarfx.riggers.landmarks.LandmarkRigger",
            "OPTIONS": {"weights_dir": WEIGHTS_DIR},
        },
    },
    "detector": {
        "nsfw": {
            "BACKEND": "moderation.detectors.nsfw.NsfwDetector",
            "OPTIONS": {"weights_dir": WEIGHTS_DIR},
        },
        "faces": {
            "BACKEND": "moderation.detectors.faces.FaceDetector",
            "OPTIONS": {"weights_dir": WEIGHTS_DIR},
        },
        "photo": {"BACKEND": "moderation.detectors.strokes.PhotoDetector"},
        "pdq": {"BACKEND": "moderation.detectors.pdq.PdqDetector"},
        "pdq_list": {
            "BACKEND": "moderation.detectors.pdq.PdqDetector",
            "OPTIONS": {"crops": True},
        },
    },
    "embedder": {
        "minilm": {
            "BACKEND": "moderation.embedders.minilm.MiniLMEmbedder",
            "OPTIONS": {"threads": 1, "weights_dir": WEIGHTS_DIR},
        },
    },
    "dialogue": {
        "endpoint": {
            "BACKEND": "socialapp.chat.dialogues.endpoint.EndpointDialogue",
            "OPTIONS": {
                "base_url": env.text("LLM_BASE_URL"),
                "model": env.text("LLM_MODEL"),
                "key": env.text("LLM_API_KEY"),
                "style": env.choice("LLM_STYLE", "chat", ["chat", "script"]),
                "budget": {
                    "call_tokens": env.number("LLM_CALL_TOKENS", 12_000),
                    "day_tokens": env.number("LLM_DAY_TOKENS", 0),
                    "day_cents": env.number("LLM_DAY_CENTS", 0),
                    "cents_in": env.number("LLM_CENTS_IN", 0),
                    "cents_out": env.number("LLM_CENTS_OUT", 0),
                },
                "counter": "socialapp.chat.dialogues.budget.FileCounter",
                "counter_options": {"file": str(DATA_DIR / "llm-spent.json")},
            },
        },
        "local": {
            "BACKEND": "socialapp.chat.dialogues.local.LocalDialogue",
            "OPTIONS": {
                "folder": MODELS_DIR,
                "file": env.text("LLM_FILE"),
                "threads": env.number("LLM_THREADS", 1),
            },
        },
        "authored": {
            "BACKEND": "socialapp.chat.dialogues.authored.AuthoredDialogue",
            "OPTIONS": {"embedder": "minilm"},
        },
    },
}

NEURAL_OPTIONS: dict[str, Any] = {
    "device": WORKER["device"] if WORKER["device"] != "cpu" else "",
    "compiled": env.flag("NEURAL_COMPILE"),
    "dtype": env.choice("NEURAL_DTYPE", "", ["", "bfloat16", "float16", "float32"]),
}
"""Of each neural engine; empty: the best that is here."""


def _neural(backend: str, repository: str = "", **options: Any) -> dict[str, Any]:
    """An animator that refines the warp's film. `repository`: the one of a hub whose
    snapshot is a whole folder of weights, if there is one."""
    name = backend.split(".")[3]
    weights = hub.folder_of(NEURAL_WEIGHTS_DIR / name, repository)
    return {
        "BACKEND": backend,
        "OPTIONS": {"weights": weights, **NEURAL_OPTIONS, **options},
    }


ENGINES["animator"] |= {
    "diffusion_refine": _neural(
        "avatarfx.animators.neural.diffusion_refine.DiffusionRefineAnimator"
    ),
    "latentsync": _neural("avatarfx.animators.neural.latentsync.LatentSync"),
    "musetalk": _neural(
        "avatarfx.animators.neural.musetalk.MuseTalk", jobs=WORKER["at_once"]
    ),
    "refiner": _neural(
        "avatarfx.animators.neural.refiner.RefinerAnimator", jobs=WORKER["at_once"]
    ),
    "wan_animate": _neural(
        "avatarfx.animators.neural.wan_animate.WanAnimateAnimator",
        "Wan-AI/Wan2.2-Animate-14B-Diffusers",
    ),
    "warp_cuda": {
        "BACKEND": "avatarfx.animators.warp_cuda.WarpCudaAnimator",
        "OPTIONS": {
            "rung": "full",
            "device": NEURAL_OPTIONS["device"],
        },
    },
}

ENGINES["voice"]["kokoro_torch"] = {
    "BACKEND": "avatarfx.voices.kokoro_torch.KokoroTorchVoice",
    "OPTIONS": {
        "weights": hub.folder_of(
            NEURAL_WEIGHTS_DIR / "kokoro_torch", "hexgrad/Kokoro-82M"
        ),
        "device": NEURAL_OPTIONS["device"],
    },
}

COQUI_ACCEPT_CPML = env.flag("COQUI_ACCEPT_CPML")
"""The licence of XTTS, which forbids earning money with it, is accepted."""

ENGINES["voice"] |= {
    "coqui": {
        "BACKEND": "avatarfx.voices.coqui.CoquiVoice",
        "OPTIONS": {
            "weights": env.text("TTS_MODEL_DIR", str(NEURAL_WEIGHTS_DIR / "coqui")),
            "device": NEURAL_OPTIONS["device"],
        },
    },
    "coqui_xtts": {
        "BACKEND": "avatarfx.voices.coqui.CoquiXttsVoice",
        "OPTIONS": {
            "weights": hub.folder_of(
                NEURAL_WEIGHTS_DIR / "coqui_xtts", "coqui/XTTS-v2"
            ),
            "device": NEURAL_OPTIONS["device"],
            "accept_cpml": COQUI_ACCEPT_CPML,
            "consented": env.words("COQUI_CONSENTED_VOICES"),
        },
    },
}

NEURAL_VOICE = env.choice(
    "NEURAL_VOICE", "", ["", "kokoro_torch", "coqui", "coqui_xtts"]
)
"""A voice by torch that is tried first: see docs/neural.md."""

VOICE_LADDER = [*filter(None, [NEURAL_VOICE]), "kokoro", "hibari", "silent"]
"""Tried in this order for clips; live speech starts at hibari."""

NEURAL_RUNGS = env.words("NEURAL_RUNGS")
"""Neural animators that stand above the warp, the best first: see docs/neural.md."""

if _unknown := set(NEURAL_RUNGS) - set(ENGINES["animator"]):
    raise ImproperlyConfigured(
        f"NEURAL_RUNGS: {', '.join(sorted(_unknown))} is no animator; there are"
        f" {', '.join(ENGINES['animator'])}"
    )

NEURAL_WAIT_SECONDS = env.number("NEURAL_WAIT_SECONDS", 120)
"""Neural rungs that would keep the line waiting for longer are left out for a clip."""

ANIMATOR_LADDER = [*NEURAL_RUNGS, "warp", "mixed", "sway", "still"]
"""Tried in this order; the rung that a clip ended on is recorded and shown."""

DIALOGUE_LADDER = env.words("DIALOGUE_LADDER", "endpoint,local,authored")
"""Tried in this order for every line of a character; one that is not set up is passed
over, and ``authored`` always stands at the end."""

DIALOGUE_CANDIDATES = {"local": env.number("LLM_CANDIDATES", 3)}
"""Wordings that are made of one line, of which the best is said; others make one."""

REAL_PERSON_GATE = env.choice(
    "REAL_PERSON_GATE", "refuse", ["refuse", "consent", "off"]
)
"""Photographs of real faces: ``refuse``: only one's own, after a live check; ``consent``:
only one's own, the declaration is enough; ``off``: like any picture."""

PICTURE_SCREEN = "moderation.pictures.services.screen_profile"
"""What looks at a person's profile picture; raises PictureError."""

PICTURE_PHOTO = {"review": 0.3, "refuse": 0.6}
"""How photographic a face may be, 0 to 1: what they part is in docs/trust/pictures.md."""

PICTURE_NSFW = {
    "adult": {"review": 0.6, "block": 0.85},
    "teen": {"review": 0.4, "block": 0.7},
}
"""Scores of the ``nsfw`` detector, by the age of whose picture it is."""

ENCODER: dict[str, Any] = {
    "codec": env.text("ENCODER")
    or env.choice("VIDEO_ENCODER", "auto", ["auto", "x264", "nvenc"]),
    "preset": env.text("ENCODER_PRESET", "veryfast"),
    "quality": env.number("ENCODER_QUALITY", 19),
    "threads": env.number("ENCODER_THREADS", 2),
}
"""See ``avatarfx.encode.Options``."""

RENDER_MEMORY_MB = env.number("RENDER_MEMORY_MB", 3072)
"""How far making one clip may grow the memory of its process; 0: no limit."""

RENDER_PATIENCE = env.number("RENDER_PATIENCE", 100)
"""Percent of the times below: more on a slow machine."""

STAGE_BUDGETS: dict[str, tuple[float, float]] = {
    stage: (least * RENDER_PATIENCE / 100, more * RENDER_PATIENCE / 100)
    for stage, (least, more) in {
        "voice": (60.0, 4.0),
        "movement": (60.0, 18.0),
        "check": (30.0, 1.0),
        "sign": (60.0, 1.0),
        "finish": (60.0, 2.0),
    }.items()
}
"""Longest a stage, and each rung of a ladder in it, may take: seconds, and seconds more
for each second of the clip. Ten times what one core needs."""

QUALITY_LIMITS: dict[str, dict[str, float]] = {
    # What the warp itself keeps on every portrait: a rung above it must, too.
    "warp": {
        "mouth": 0.72,
        "mouth_drawn": 0.48,
        "sync": 0.4,
        "lag_frames": 2.0,
        "jitter_px": 0.45,
        "identity": 0.05,
        "scene": 0.25,
        "flicker": 1.0,
        "lost": 0.05,
        "late_ms": 80.0,
    },
    "floor": {
        "mouth": 0.66,
        "mouth_drawn": 0.45,
        "sync": 0.25,
        "lag_frames": 3.0,
        "jitter_px": 0.8,
        "identity": 0.1,
        "scene": 0.35,
        "flicker": 2.0,
        "lost": 0.2,
        "late_ms": 80.0,
    },
    # What a model refined, beside the film that it refined.
    "beside": {
        "mouth": 0.7,
        "opening": 0.6,
        "follows": 0.6,
        "detail": 0.6,
        "mouth_lag": 1.0,
        "unlike": 0.05,
        "portrait": 0.03,
        "flicker": 1.2,
        "swims": 1.2,
        "pulse": 3.0,
        "colour": 6.0,
        "spoiled": 0.0,
    },
}
"""Worse than this and the next rung films again; measured as docs/quality.md says."""


# Provenance


def _watermark_keys() -> list[str]:
    keys = env.words("WATERMARK_KEYS")
    keys = keys or _own_secret("WATERMARK_KEYS", "watermark-keys").split()
    for number, key in enumerate(keys, start=1):
        if len(key) < 16:
            raise ImproperlyConfigured(
                f"WATERMARK_KEYS: key {number} has {len(key)} characters; 16 are needed"
            )
    return keys


WATERMARK_KEYS = _watermark_keys()
"""The newest first: it marks what is made from now on; all of them are looked for."""

C2PA: dict[str, Any] = {
    "certificate": env.text("C2PA_CERTIFICATE"),
    "key": env.text("C2PA_KEY"),
    "signer": env.text("C2PA_SIGNER"),
    "timestamp_url": env.text("C2PA_TIMESTAMP_URL"),
    "unsigned": env.flag("C2PA_UNSIGNED"),
}
"""Files with the operator's chain and key, or a function that signs instead of the key;
empty: a certificate of this copy's own, made on first use."""

MAX_VERIFY_BYTES = env.number("MAX_VERIFY_BYTES", 50 * 1024 * 1024)
"""Largest file that the public verifier looks at."""

# Screening

SCREENING: dict[str, Any] = {
    "EMBEDDER": "minilm",
    # Off: when the heads cannot look, nothing is published. On: the rules look alone.
    "WITHOUT_HEADS": env.flag("SCREENING_WITHOUT_HEADS", default=False),
    # Doubt of these categories makes a text wait until a person looked; of the others
    # it goes on and is looked at afterwards, since most such alarms are false: see
    # docs/trust/screening.md. "all": whatever is in doubt waits.
    "DOUBT_WAITS": env.words(
        "SCREENING_DOUBT_WAITS",
        "sexual_minors,sexual,self_harm,self_harm_urging,impersonation",
    ),
    # By surface and category: the share of harmless texts (of those in the model card)
    # that each action may take. An action that is not named, or is 0, is never taken.
    # "*" holds for every surface; "young" for what people under 18 write, over all
    # others; "young scene" for theirs on that surface.
    "THRESHOLDS": {
        "*": {
            "sexual_minors": {"review": 0.05, "block": 0.02},
            "sexual": {"review": 0.05, "block": 0.02},
            "self_harm": {"review": 0.02, "crisis": 0.005},
            "hate": {"review": 0.05},
            "hate_threatening": {"review": 0.02},
            "harassment": {"review": 0.02},
            "violence": {"review": 0.02},
            "violence_graphic": {"review": 0.02},
        },
        # Nobody acts in a chat as on a stage: a low score is reason enough for help.
        "chat": {"self_harm": {"crisis": 0.03}},
        # A scene is judged in some forty pieces, each of which may raise an alarm; and
        # who dies in a story is not who needs help.
        "scene": {
            "sexual_minors": {"review": 0.02, "block": 0.005},
            "sexual": {"review": 0.01, "block": 0.005},
            "self_harm": {"review": 0.005, "crisis": 0.0},
            "hate": {"review": 0.01},
            "hate_threatening": {"review": 0.005},
            "harassment": {"review": 0.005},
            "violence": {"review": 0.005},
            "violence_graphic": {"review": 0.005},
        },
        "young": {"sexual": {"review": 0.1, "block": 0.05}},
        "young scene": {"sexual": {"review": 0.02, "block": 0.01}},
    },
}
SCREENING_TEXTS_DAYS = env.number("SCREENING_TEXTS_DAYS", 30)
"""How long the words of refused and doubtful texts are kept."""

ABUSE: dict[str, Any] = {
    "NEW_DAYS": 3,
    # By surface: what a person, a new account and a network may put out in a window.
    "RATES": {
        "*": {"person": "60/1h", "new": "30/24h", "address": "240/1h"},
        "caption": {"person": "30/1h", "new": "12/24h", "address": "120/1h"},
        "comment": {"person": "60/1h", "new": "30/24h", "address": "240/1h"},
        # The audience of a stream talks; its slow mode is counted as well.
        "audience": {"person": "300/1h", "new": "120/24h", "address": "1200/1h"},
        "chat": {"person": "240/1h", "new": "200/24h", "address": "900/1h"},
        # Versions of scenes.
        "scene": {
            "person": f"{SCENE_PUBLISHES_PER_DAY}/24h",
            "new": f"{max(1, SCENE_PUBLISHES_PER_DAY // 2)}/24h",
            "address": f"{4 * SCENE_PUBLISHES_PER_DAY}/24h",
        },
    },
    # The same words in 24 hours.
    "REPEATS": {"person": 2, "everyone": 20},
    "LINKS": {"most": 2, "new": 0},
    "KEPT_DAYS": 7,
}
"""Limits against spam: see docs/trust/screening.md."""

MODERATION_ENDPOINT: dict[str, Any] = {
    "URL": env.text("MODERATION_URL"),
    "KEY": env.text("MODERATION_KEY"),
    "MODEL": env.text("MODERATION_MODEL", "omni-moderation-latest"),
    "TIMEOUT": 4.0,
}
"""A second judge in the shape of OpenAI's /v1/moderations; no URL: none."""

CRISIS_LINES: list[dict[str, str]] = [
    {
        "region": "United States",
        "name": "988 Suicide & Crisis Lifeline",
        "phone": "988",
        "url": "https://988lifeline.org/",
    },
    {
        "region": "United Kingdom, Ireland",
        "name": "Samaritans",
        "phone": "116 123",
        "url": "https://www.samaritans.org/",
    },
    {
        "region": "Everywhere else",
        "name": "Find a Helpline",
        "phone": "",
        "url": "https://findahelpline.com/",
    },
]
"""Shown on the crisis card. An operator puts the lines of their own region here, and
calls each number before it is shown."""

PUBLIC_FIGURES = env.words("PUBLIC_FIGURES")
"""Names that nobody may speak as, beside those of data/public_figures.txt."""


# API

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "socialapp.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["socialapp.lib.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "socialapp.lib.api.pages.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["socialapp.lib.api.throttles.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "socialapp.lib.api.problems.exception_handler",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATES = {
    "anon": "300/5m",
    "user": "1500/5m",
    "sign-in": "25/5m",
    "sign-up": "20/30m",
    "upload": "60/30m",
    "render": "60/10m",
    "preview": "120/5m",
    "verify": "20/10m",
    "report": "60/30m",
    "chat": "120/5m",
    "scene": "240/5m",
    "takes": "600/5m",
    "new-takes": "900/1h",
    "new-takes-anon": "300/1h",
}
"""Requests a window, for each person (or network of strangers); the rest count too."""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Troupe",
    "DESCRIPTION": "A stage for AI characters. Examples are in docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "Apache-2.0"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "socialapp.lib.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Visibility": "socialapp.characters.models.Character.Visibility",
        "ClipState": "avatarfx.models.Clip.State",
        "StreamState": "streams.models.Stream.State",
        "Rating": "scenes.models.story.RATING_CHOICES",
        "VersionState": "scenes.api.shapes.STATES",
        "ApprovalEnum": ["approved", "pending", "refused"],
        "SceneAssetKind": "scenes.models.SceneAsset.Kind",
        "SceneAssetState": "scenes.models.SceneAsset.State",
        "Shape": "avatarfx.api.clips.SHAPE_CHOICES",
        "ConsentLevel": "socialapp.accounts.consent.Level",
        "RemixKind": "avatarfx.remixes.RemixKind",
        "RemixRequestState": "feed.models.RemixRequest.State",
        "RemixOutcome": "feed.models.Remix.Outcome",
        "BranchState": "feed.api.remix_shapes.BRANCHES",
        "PostKind": "feed.models.Post.Kind",
        "LayerName": "socialapp.provenance.api.LAYER_NAMES",
        "LayerState": "socialapp.provenance.api.LAYER_STATES",
    },
}

UNFOLD = LOOK
"""Of the admin; it reads the settings only when a page is drawn."""
