"""Why a recording is not taken."""

from __future__ import annotations

DOUBTFUL = 0.35
"""Fit under which a person is asked to listen to a word again."""


class RecordingError(Exception):
    """The message is for whoever sent it; `code` names the rule, `words` the places in
    the script that it is about."""

    def __init__(self, code: str, message: str, words: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.words = words


SILENT = (
    "There is only silence in this recording. Check that the right microphone is on,"
    " and read the script again."
)
QUIET = (
    "This is so quiet that only noise would be left when we make it louder. Move closer"
    " to the microphone, or turn it up, and read again."
)
CLIPPED = (
    "This is too loud: the microphone cut the tops off, and that cannot be mended. Move"
    " back a little, or turn it down, and read again."
)
SHORT = "This is too short to hold the script. Read all of it, from the first word."
OTHER = (
    "We do not hear this script in it. Music, noise, another language or another text"
    " cannot drive the mouth: read the script as it is written, in a quiet room."
)
UNCLEAR = (
    "We hear somebody, but not clearly enough to find the words of the script. Read in a"
    " quieter room, closer to the microphone, and leave nothing out."
)
FAST = (
    "This is read faster than anybody can follow, or it was sped up. Read it at the pace"
    " of talking."
)
SLOW = (
    "This is read much slower than talking, or it was slowed down. Read it at the pace of"
    " talking; pauses are fine."
)


def added(before: str, after: str) -> str:
    return (
        f"Something is said between “{before}” and “{after}” that is not in the script."
        " Read only what stands there, or write the rest into the script."
    )


def missing(words: str, count: int) -> str:
    """`words`: those that were not heard, as a person reads them."""
    these = "this word" if count == 1 else "these words"
    return (
        f"We did not hear {these}: {words}. Read the whole script, or take them out of it"
        " and send the recording again."
    )
