"""Words that one person shows another, looked at before anybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.remixes.errors import RemixError
from moderation.abuse import services as abuse
from moderation.approvals import services as asking
from moderation.approvals.facets import Facet

if TYPE_CHECKING:
    from feed.remixes.wishes import Wish
    from socialapp.accounts.models import User

KIND = "remix-request"
"""Of things that are reported, withheld and approved."""


def judge_wish(*, key: str, wish: Wish, person: User) -> None:
    """TextRefusedError for words that nobody may say here; RemixError for those that a
    person has to look at first: until then nobody else reads them."""
    fields = {"script": wish.script, "title": wish.title, "caption": wish.caption}
    said = {name: text for name, text in fields.items() if text}
    facet = Facet("words", said, tuple(said))
    _judge(key, facet, person, field="script")


def judge_word(*, key: str, word: str, person: User) -> None:
    """The same for what an owner says to the one who asked."""
    if word:
        facet = Facet("word", {"comment": word}, ("comment",))
        _judge(key, facet, person, field="word")


def _judge(key: str, facet: Facet, person: User, *, field: str) -> None:
    ruling = asking.judge(kind=KIND, key=key, facet=facet, owner=person, wait=False)
    if ruling.approved and not ruling.findings:
        return
    row = asking.keep(ruling)
    if not row.approved:
        raise RemixError(
            f"{ruling.why} Nothing was sent: send it again when you heard from us.",
            code="words-wait",
            field=field,
        )


def count(*, person: User, text: str, address: str) -> None:
    """AbuseError for what is too much or too alike."""
    abuse.allow(person=person, text=text, surface="remix", address=address)
