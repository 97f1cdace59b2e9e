"""Provenance, screening, limits against spam, and what people in need are shown."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from socialapp import env
from socialapp.settings.limits import SCENE_PUBLISHES_PER_DAY
from socialapp.settings.place import own_secret

AUDIT_WEBHOOK = env.text("AUDIT_WEBHOOK")
"""Where each new digest of the audit log is posted as well; empty: only to
DATA_DIR/audit-anchor.log."""

TEXT_SCREENER = "moderation.screening.profiles"
"""The module that answers ``complaint(text, surface=..., person=...)``."""

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


def _watermark_keys() -> list[str]:
    keys = env.words("WATERMARK_KEYS")
    keys = keys or own_secret("WATERMARK_KEYS", "watermark-keys").split()
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
