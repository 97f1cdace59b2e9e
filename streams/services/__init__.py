"""The only writers of streams."""

from streams.services.audience import (
    count_reactions,
    note_presence,
    remove_message,
    restore_message,
    say,
    sweep,
    vote,
)
from streams.services.leases import Lease, beat, claim, release
from streams.services.lines import (
    Recording,
    cut_line,
    perform_line,
    pose,
    remove_line,
    restore_line,
)
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

__all__ = [
    "Lease",
    "Recording",
    "beat",
    "change_stream",
    "choose_topic",
    "claim",
    "count_reactions",
    "create_stream",
    "cut_line",
    "delete_stream",
    "end_stream",
    "issue_ticket",
    "note_presence",
    "pause_stream",
    "perform_line",
    "pose",
    "redeem_ticket",
    "release",
    "remove_line",
    "remove_message",
    "remove_stream",
    "restore_line",
    "restore_message",
    "resume_stream",
    "say",
    "set_delay",
    "set_topics",
    "set_withheld",
    "start_stream",
    "sweep",
    "vote",
]
