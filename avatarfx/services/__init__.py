"""The writes of avatarfx."""

from avatarfx.errors import (
    DiskFullError,
    IdempotencyConflictError,
    LineFullError,
    NotNowError,
)
from avatarfx.services.again import cancel, render_again, settle_takes, why_not_again
from avatarfx.services.approving import (
    recheck_words,
    settle_words,
    why_not_shown,
    why_words_wait,
)
from avatarfx.services.audio import make_audio, voice_sample
from avatarfx.services.captioned import (
    ask_for_captioned,
    burn_captions,
    recheck_captioned,
)
from avatarfx.services.holding import (
    check_again,
    hold_clip,
    hold_clips_with,
    recheck,
    release_clip,
)
from avatarfx.services.leases import reconcile
from avatarfx.services.live import sweep_segments
from avatarfx.services.ordering import STEPS, move_clip
from avatarfx.services.previews import preview_performance
from avatarfx.services.remakes import RemixError, remake, speakers_of
from avatarfx.services.rendering import preload, render_clip
from avatarfx.services.renewing import ask_to_renew, renew_clip
from avatarfx.services.requests import (
    cancel_clip,
    check_script,
    remove_clip,
    request_clip,
    retry_clip,
)
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.quotas import NoTicketsError
from socialapp.acting.script import ScriptError

__all__ = [
    "STEPS",
    "DiskFullError",
    "IdempotencyConflictError",
    "LineFullError",
    "NoTicketsError",
    "NotNowError",
    "RemixError",
    "ScreeningUnavailableError",
    "ScriptError",
    "TextRefusedError",
    "ask_for_captioned",
    "ask_to_renew",
    "burn_captions",
    "cancel",
    "cancel_clip",
    "check_again",
    "check_script",
    "hold_clip",
    "hold_clips_with",
    "make_audio",
    "move_clip",
    "preload",
    "preview_performance",
    "recheck",
    "recheck_captioned",
    "recheck_words",
    "reconcile",
    "release_clip",
    "remake",
    "remove_clip",
    "render_again",
    "render_clip",
    "renew_clip",
    "request_clip",
    "retry_clip",
    "settle_takes",
    "settle_words",
    "speakers_of",
    "sweep_segments",
    "voice_sample",
    "why_not_again",
    "why_not_shown",
    "why_words_wait",
]
