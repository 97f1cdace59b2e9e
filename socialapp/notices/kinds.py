"""Every kind of news: where it is listed, and which ways it goes by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Notice.Kind

WAYS = ("house", "mail", "push")


class Ways(NamedTuple):
    """Which ways a kind of news goes to somebody."""

    house: bool
    mail: bool
    push: bool


@dataclass(frozen=True, slots=True)
class Sort:
    """What is to be known of a kind. `group`: the chip it is listed under."""

    group: str
    label: str
    mail: bool = True
    push: bool = False
    needs_me: bool = False
    """It waits for an answer: mailed at once, to minors too."""

    always: bool = False
    """The house has to tell it: it can be turned off for the phone alone, and whoever
    sends it also sends a mail of its own."""

    keeps: timedelta = timedelta(days=1)
    """How long it is worth ringing for."""


GROUPS = {
    "shows": "Shows",
    "clips": "Clips",
    "scenes": "Scenes",
    "likes": "Likes and followers",
    "comments": "Comments",
    "remixes": "Remixes",
    "decisions": "Reports and appeals",
    "programs": "Programs of mine",
}
"""Name in the address to label, in the order of the page."""

_HOUR = timedelta(hours=1)

SORTS: dict[str, Sort] = {
    Kind.STREAM_STARTED: Sort(
        "shows", "A show I wait for begins", mail=False, push=True, keeps=_HOUR
    ),
    Kind.STREAM_CANCELLED: Sort("shows", "A show is cancelled", mail=False),
    Kind.STREAM_ENDED: Sort("shows", "My show is over"),
    Kind.CLIP_READY: Sort("clips", "A clip of mine is ready", push=True),
    Kind.CLIP_FAILED: Sort("clips", "A clip of mine failed", push=True),
    Kind.SCENE_ON_STAGE: Sort("scenes", "A scene of mine is on stage"),
    Kind.SCENE_REFUSED: Sort("scenes", "A scene of mine is refused"),
    Kind.SCENE_COMMENT: Sort("scenes", "Comments on my scenes", push=True),
    Kind.SCENE_LIKED: Sort("scenes", "Likes of my scenes"),
    Kind.POST_LIKED: Sort("likes", "Likes of my clips"),
    Kind.COMMENT_LIKED: Sort("likes", "Likes of my comments", mail=False),
    Kind.FOLLOWED: Sort("likes", "New followers"),
    Kind.POST_COMMENTED: Sort("comments", "Comments on my clips", push=True),
    Kind.COMMENT_REPLIED: Sort("comments", "Replies to my comments", push=True),
    Kind.REMIX_ASKED: Sort(
        "remixes", "Somebody asks to remix", push=True, needs_me=True
    ),
    Kind.REMIX_DECIDED: Sort("remixes", "My request is answered", push=True),
    Kind.REMIXED: Sort("remixes", "My work is remixed"),
    Kind.REMIX_ENDED: Sort("remixes", "A consent to remix ends"),
    Kind.CASE_DECIDED: Sort(
        "decisions", "A decision about me or my work", push=True, always=True
    ),
    Kind.REPORT_DECIDED: Sort("decisions", "A report of mine is decided", always=True),
    Kind.APPEAL_ANSWERED: Sort(
        "decisions", "An appeal of mine has a reply", push=True, always=True
    ),
    Kind.WEBHOOK_FAILED: Sort("programs", "A webhook of mine fails"),
}


def sort_of(kind: str) -> Sort:
    """A kind that stands in no list is told in the house alone."""
    return SORTS.get(kind) or Sort("", kind, mail=False)


def event_of(kind: str) -> str:
    """What a webhook calls it: ``clip.ready``."""
    return kind.replace("-", ".", 1)


EVENTS = {
    event_of(kind): sort.label
    for kind, sort in SORTS.items()
    if kind != Kind.WEBHOOK_FAILED
}
"""What a webhook may be told of. That one fails is no news for it."""


def of_group(group: str) -> list[str]:
    return [kind for kind, sort in SORTS.items() if sort.group == group]


def ways(kind: str, switches: Mapping[str, Mapping[str, bool]]) -> Ways:
    """What holds for somebody with these switches. What is not told in the house is told
    nowhere; what the house has to tell is mailed by whoever sends it."""
    sort = sort_of(kind)
    own = switches.get(kind, {})
    house = sort.always or own.get("house", True)
    return Ways(
        house=house,
        mail=house and not sort.always and own.get("mail", sort.mail),
        push=house and own.get("push", sort.push),
    )


def may_switch(kind: str, way: str) -> bool:
    return way == "push" or not sort_of(kind).always


def listed() -> Iterator[tuple[str, list[tuple[str, Sort]]]]:
    """Label of each group with its kinds."""
    for name, label in GROUPS.items():
        yield label, [(kind, SORTS[kind]) for kind in of_group(name)]
