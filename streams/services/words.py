"""Words that may be said: whoever holds a `Screened` has asked, sentence by sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.screening import screen_text

if TYPE_CHECKING:
    from moderation.screening.verdicts import Verdict
    from socialapp.performance import Performance
    from streams.models import Stream

SURFACE = "stream"


class UnscreenedError(Exception):
    """Somebody tried to have something said that screening did not let pass."""


@dataclass(frozen=True, slots=True)
class Screened:
    """A line with its verdicts. It cannot be made of what screening stopped."""

    sentences: tuple[tuple[str, Verdict], ...]

    def __post_init__(self) -> None:
        if not self.sentences:
            raise UnscreenedError("A line needs words that were screened.")
        for sentence, verdict in self.sentences:
            if verdict.stops:
                raise UnscreenedError(f"Nobody may say {sentence[:40]!r}.")

    @property
    def text(self) -> str:
        return " ".join(sentence for sentence, _ in self.sentences)

    def require_covers(self, performance: Performance) -> None:
        """UnscreenedError when a caption of `performance` is not among the words."""
        rest = _letters(self.text)
        for part in performance.parts:
            for caption in part.captions:
                word = _letters(caption.text)
                before, found, after = rest.partition(word)
                if not found and word:
                    raise UnscreenedError(
                        f"{caption.text[:40]!r} would be said, and was not screened"
                        f" (after {before[-20:]!r})."
                    )
                rest = after


def screen_words(text: str, *, stream: Stream, beside: str = "") -> Verdict:
    """The verdict on one sentence of a show. Only what somebody may have to look at is
    kept in the log. Raises what `screen_text` raises."""
    verdict = screen_text(text, surface=SURFACE, beside=beside, log=False)
    if verdict.action == "allow":
        return verdict
    subject = f"stream:{stream.key}"
    return screen_text(text, surface=SURFACE, beside=beside, subject=subject)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
