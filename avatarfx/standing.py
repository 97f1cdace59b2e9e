"""What a clip may be asked for to stand before, and why something else not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from avatarfx.errors import NotNowError
from avatarfx.models import Backdrop
from moderation.pictures import gate
from moderation.pictures import services as screening
from socialapp.content import backgrounds

if TYPE_CHECKING:
    from socialapp.accounts.models import User

_UNKNOWN = "That background does not exist. Choose one of the list."


def require_background(*, name: str, owner: User) -> None:
    """NotNowError unless `owner` may ask for a clip before it: a built-in one, or an
    approved one of their own."""
    if name in backgrounds.names():
        return
    found = Backdrop.objects.of(owner).filter(ref=name).first()
    if found is None:
        raise NotNowError(_UNKNOWN)
    if found.withheld or found.state == Backdrop.State.REFUSED:
        raise NotNowError("This background may not be shown. Choose another one.")
    if found.state == Backdrop.State.PENDING:
        raise NotNowError(f"This background waits. {why_it_waits(found)}")


def why_it_waits(backdrop: Backdrop) -> str:
    """In words for its owner; empty when it does not. Looks at nothing anew."""
    if backdrop.state != Backdrop.State.PENDING:
        return ""
    check = screening.check_of(owner=backdrop.owner, ref=backdrop.ref)
    return gate.WAITS if check and check.unchecked else gate.REVIEW
