"""Times for a voice that does not know when it says what."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from socialapp.engines.protocols import Aligner, Speech

log = logging.getLogger(__name__)


def retimed(speech: Speech, text: str, aligner: Aligner) -> Speech:
    """`speech` of `text` with its phones and words where they are heard; as it came when
    nobody can listen, or not every word is heard."""
    if aligner.available() is not None:
        return speech
    try:
        found = aligner.align(speech.samples, speech.rate, text)
    except EngineError as error:
        log.info("The words of a voice are where it guessed them: %s", error)
        return speech
    if not found.phones or min(found.fits, default=0.0) <= 0.0:
        return speech
    engine = f"{speech.engine}, timed by {found.engine}"
    return replace(speech, phones=found.phones, captions=found.captions, engine=engine)
