"""The writes of avatarfx."""

from avatarfx.errors import DiskFullError, IdempotencyConflictError, NotNowError
from avatarfx.services.approving import (
    recheck_words,
    settle_words,
    why_not_shown,
    why_words_wait,
)
from avatarfx.services.audio import make_audio, voice_sample
from avatarfx.services.holding import (
    check_again,
    hold_clip,
    hold_clips_with,
    recheck,
    release_clip,
)
from avatarfx.services.leases import reconcile
from avatarfx.services.live import sweep_segments
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
    "DiskFullError",
    "IdempotencyConflictError",
    "NoTicketsError",
    "NotNowError",
    "RemixError",
    "ScreeningUnavailableError",
    "ScriptError",
    "TextRefusedError",
    "ask_to_renew",
    "cancel_clip",
    "check_again",
    "check_script",
    "hold_clip",
    "hold_clips_with",
    "make_audio",
    "preload",
    "preview_performance",
    "recheck",
    "recheck_words",
    "reconcile",
    "release_clip",
    "remake",
    "remove_clip",
    "render_clip",
    "renew_clip",
    "request_clip",
    "retry_clip",
    "settle_words",
    "speakers_of",
    "sweep_segments",
    "voice_sample",
    "why_not_shown",
    "why_words_wait",
]
