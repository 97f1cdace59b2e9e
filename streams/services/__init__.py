"""The only writers of streams."""

from socialapp.acting.sound import Recording
from streams.errors import StreamError
from streams.services.audience import (
    count_reactions,
    note_presence,
    remove_message,
    restore_message,
    say,
    sweep,
    vote,
)
from streams.services.cuts import cut_clip, may_cut
from streams.services.directing import (
    Step,
    ask_for,
    note_direction,
    note_watched,
    open_vote,
    pass_over,
)
from streams.services.leases import Lease, beat, claim, release
from streams.services.lines import (
    cut_line,
    perform_line,
    pose,
    remove_line,
    restore_line,
)
from streams.services.reminders import forget_reminder, remind
from streams.services.replays import replay
from streams.services.staging import (
    change_stream,
    choose_topic,
    create_stream,
    delete_stream,
    end_stream,
    pause_stream,
    remove_stream,
    resume_stream,
    set_delay,
    set_topics,
    set_withheld,
    start_stream,
)
from streams.services.tickets import issue_ticket, redeem_ticket
from streams.services.words import Screened, UnscreenedError, screen_words

__all__ = [
    "Lease",
    "Recording",
    "Screened",
    "Step",
    "StreamError",
    "UnscreenedError",
    "ask_for",
    "beat",
    "change_stream",
    "choose_topic",
    "claim",
    "count_reactions",
    "create_stream",
    "cut_clip",
    "cut_line",
    "delete_stream",
    "end_stream",
    "forget_reminder",
    "issue_ticket",
    "may_cut",
    "note_direction",
    "note_presence",
    "note_watched",
    "open_vote",
    "pass_over",
    "pause_stream",
    "perform_line",
    "pose",
    "redeem_ticket",
    "release",
    "remind",
    "remove_line",
    "remove_message",
    "remove_stream",
    "replay",
    "restore_line",
    "restore_message",
    "resume_stream",
    "say",
    "screen_words",
    "set_delay",
    "set_topics",
    "set_withheld",
    "start_stream",
    "sweep",
    "vote",
]
