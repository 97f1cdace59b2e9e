"""The only writers of conversations."""

from socialapp.chat.services.conversations import (
    add_character,
    branch,
    change_conversation,
    choose,
    dismiss,
    remove_conversation,
    rewind,
    start,
    start_group,
)
from socialapp.chat.services.memory import edit_fact, forget_fact, recall_fact, remember
from socialapp.chat.services.people import (
    accept_invitation,
    decline_invitation,
    invite_by_link,
    invite_person,
    leave,
    part,
    revoke_invitation,
    send_away,
    set_sharing,
)
from socialapp.chat.services.personas import (
    change_persona,
    create_persona,
    remove_persona,
)
from socialapp.chat.services.turns import (
    another,
    answer,
    begin,
    reconcile,
    run,
    speak_up,
)
from socialapp.chat.services.voicing import perform_message, perform_words
from socialapp.chat.services.writing import (
    edit_message,
    forget_person,
    pin_message,
    send_message,
    set_withheld,
)

__all__ = [
    "accept_invitation",
    "add_character",
    "another",
    "answer",
    "begin",
    "branch",
    "change_conversation",
    "change_persona",
    "choose",
    "create_persona",
    "decline_invitation",
    "dismiss",
    "edit_fact",
    "edit_message",
    "forget_fact",
    "forget_person",
    "invite_by_link",
    "invite_person",
    "leave",
    "part",
    "perform_message",
    "perform_words",
    "pin_message",
    "recall_fact",
    "reconcile",
    "remember",
    "remove_conversation",
    "remove_persona",
    "revoke_invitation",
    "rewind",
    "run",
    "send_away",
    "send_message",
    "set_sharing",
    "set_withheld",
    "speak_up",
    "start",
    "start_group",
]
