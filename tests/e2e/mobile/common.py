"""What every leg of the journey needs: answers that are what they should be, accounts,
pages, and the world around the app."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx
from troupe_client import AuthenticatedClient
from troupe_client.api.accounts import auth_sign_up_create, auth_token_create
from troupe_client.api.feed import feed_list
from troupe_client.models import (
    FeedListOrder,
    NewTokenRead,
    PostPageRead,
    PostRead,
    Problem,
    SignInWriteRequest,
    SignUpWriteRequest,
)
from troupe_client.types import UNSET, Unset

T = TypeVar("T")
HOUSE = "troupe"
"""Who owns the starter cast, which everybody may borrow."""

PASSWORD = "four plain words work"


def good(kind: type[T], answer: object) -> T:
    assert isinstance(answer, kind), answer
    return answer


def refused(answer: object, status: int, code: str) -> Problem:
    assert isinstance(answer, Problem), answer
    assert (answer.status, answer.type_) == (status, f"urn:troupe:{code}"), answer
    return answer


def join(url: str, name: str) -> AuthenticatedClient:
    """A new account, and a token for this device."""
    stranger = AuthenticatedClient(base_url=url, token="none")
    email = f"{name}@example.org"
    body = SignUpWriteRequest(
        email=email, username=name, password=PASSWORD, birth_date=dt.date(1990, 4, 9)
    )
    good(NewTokenRead, auth_sign_up_create.sync(client=stranger, body=body))
    wrong = SignInWriteRequest(email=email, password="guess")
    refused(
        auth_token_create.sync(client=stranger, body=wrong), 400, "wrong-credentials"
    )
    right = SignInWriteRequest(email=email, password=PASSWORD, name="Phone")
    token = good(NewTokenRead, auth_token_create.sync(client=stranger, body=right))
    return AuthenticatedClient(base_url=url, token=token.key, prefix="Bearer")


def after_of(page: PostPageRead) -> str | Unset:
    """The cursor, out of the address of the next page."""
    if not page.next_:
        return UNSET
    return parse_qs(urlsplit(page.next_).query)["after"][0]


def page_of(
    app: AuthenticatedClient, order: FeedListOrder, after: str | Unset, limit: int = 3
) -> PostPageRead:
    answer = feed_list.sync(client=app, order=order, limit=limit, after=after)
    return good(PostPageRead, answer)


def all_of_the_feed(app: AuthenticatedClient, order: FeedListOrder) -> list[PostRead]:
    found: list[PostRead] = []
    after: str | Unset = UNSET
    while True:
        page = page_of(app, order, after)
        found += page.results
        after = after_of(page)
        if isinstance(after, Unset):
            return found


@dataclass(frozen=True, slots=True)
class World:
    """What happens around an app: other people post, a moderator decides, a push service
    hands on what it got. `tests/e2e/mobile_world.py` plays it."""

    url: str

    def somebody_posts(self) -> str:
        """The key of what they posted."""
        return self._told(httpx.post(f"{self.url}/post", timeout=60))

    def moderator_hides(self, post: str) -> None:
        self._told(httpx.post(f"{self.url}/hide/{post}", timeout=60))

    def push_endpoint(self) -> str:
        return self._told(httpx.get(f"{self.url}/endpoint"))

    def pushed(self) -> list[bytes]:
        """Everything that the push service got, as it came."""
        answer = httpx.get(f"{self.url}/pushed")
        assert answer.status_code == 200, answer.text
        return [bytes.fromhex(one) for one in answer.json()]

    def _told(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, answer.text
        return answer.text
