"""Lines of a chat in the feed: exactly what was seen, and nothing of anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from feed import exports, selectors, snippets
from feed.models import Post, Snippet, SnippetLine
from feed.services import PostError
from feed.tests.rows import post_by
from moderation import subjects
from moderation.approvals import services as approving
from moderation.models import Approval
from moderation.screening.judge import ScreeningUnavailableError
from moderation.services import decide_case, report_subject
from socialapp.characters.models import Character, Portrait
from socialapp.chat import services as chat
from socialapp.chat.models import Conversation, Message
from socialapp.lib import blobs
from socialapp.performance import Rig

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

THREAT = "I will find you and I will kill you tonight, I know where you live."


@pytest.fixture
def hob(alice: User) -> Character:
    ref = blobs.put(b"hob", "png")
    rig = Rig(portrait=ref, width=400, height=300, style="photo")
    portrait = Portrait.objects.create(owner=alice, ref=ref, rig=rig.to_json())
    return Character.objects.create(
        owner=alice,
        name="Hob",
        portrait=portrait,
        visibility="public",
        greeting="The sea is flat.",
    )


@pytest.fixture
def talk(bob: User, hob: Character) -> Conversation:
    """Bob's: Hob greets, Bob says two things."""
    made = chat.start(person=bob, character=hob)
    for text in ("Is it ever rough?", "I hate mint tea."):
        chat.send_message(conversation=made, person=bob, text=text)
    return made


def first_of(talk: Conversation, text: str = "The sea is flat.") -> Message:
    return Message.objects.full().get(conversation=talk, text=text)


def publish(talk: Conversation, person: User, **how: object) -> Post:
    first = first_of(talk)
    chosen = {"lines": 2, "with_me": True} | {
        k: v for k, v in how.items() if k in {"lines", "with_me"}
    }
    seen = snippets.draft_of(first=first, person=person, **chosen).sha256  # type: ignore[arg-type]
    return snippets.publish_snippet(first=first, author=person, seen=seen, **how)  # type: ignore[arg-type]


def said(post: Post) -> list[tuple[str, str]]:
    assert post.snippet is not None
    return [(one.name, one.text) for one in post.snippet.lines.all()]


def test_what_was_seen_is_what_is_published(talk: Conversation, bob: User) -> None:
    post = publish(talk, bob, caption="A calm day #sea")
    assert said(post) == [("Hob", "The sea is flat."), ("@bob", "Is it ever rough?")]
    (shown,) = selectors.feed_page(viewer=bob).posts
    assert (shown, shown.kind, shown.title) == (post, "snippet", "A chat with Hob")
    assert [tag.name for tag in shown.tags.all()] == ["sea"]
    assert publish(talk, bob) == post


def test_ones_own_lines_can_be_left_out(talk: Conversation, bob: User) -> None:
    assert said(publish(talk, bob, lines=3, with_me=False)) == [
        ("Hob", "The sea is flat.")
    ]


def test_a_change_after_the_look_is_looked_at_again(
    talk: Conversation, bob: User, hob: Character
) -> None:
    first = first_of(talk)
    seen = snippets.draft_of(first=first, person=bob).sha256
    with pytest.raises(PostError, match="has changed since"):
        snippets.publish_snippet(first=first, author=bob, seen=seen, lines=3)
    ref = blobs.put(b"another face", "png")
    Portrait.objects.filter(characters=hob).update(ref=ref)
    with pytest.raises(PostError, match="has changed since"):
        snippets.publish_snippet(first=first, author=bob, seen=seen)
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"visibility": "private"}, "not on show"),
        ({"visibility": "unlisted"}, "not on show"),
        ({"withheld": "hidden"}, "not on show"),
        ({"waits": True}, "not on show"),
    ],
)
def test_a_character_that_not_everybody_may_see_stays_in_the_chat(
    talk: Conversation, bob: User, hob: Character, state: dict[str, object], why: str
) -> None:
    Character.objects.filter(pk=hob.pk).update(**state)
    with pytest.raises(PostError, match=why):
        snippets.draft_of(first=first_of(talk), person=bob)


def test_lines_without_a_character_too_many_and_too_long_are_refused(
    talk: Conversation, bob: User, hob: Character
) -> None:
    with pytest.raises(PostError, match="no line of a character"):
        snippets.draft_of(first=first_of(talk, "Is it ever rough?"), person=bob)
    for number in (0, 7):
        with pytest.raises(PostError, match="one to 6"):
            snippets.draft_of(first=first_of(talk), person=bob, lines=number)
    Message.objects.filter(text="Is it ever rough?").update(text="la " * 500)
    with pytest.raises(PostError, match="1500 fit"):
        snippets.draft_of(first=first_of(talk), person=bob)


def test_other_peoples_lines_come_along_only_when_they_allow_it(
    talk: Conversation, bob: User, mallory: User
) -> None:
    link = chat.invite_by_link(conversation=talk, person=bob)
    chat.accept_invitation(invitation=link, person=mallory)
    talk.refresh_from_db()
    chat.send_message(conversation=talk, person=mallory, text="I think it is salty.")
    first = first_of(talk)
    draft = snippets.draft_of(first=first, person=bob, lines=4)
    assert draft.left_out == 1
    assert "salty" not in str(draft.lines)
    chat.set_sharing(conversation=talk, person=mallory, shares=True)
    draft = snippets.draft_of(first=first, person=bob, lines=4)
    assert draft.left_out == 0
    assert draft.lines[-1].name == "@mallory"
    post = snippets.publish_snippet(first=first, author=bob, seen=draft.sha256, lines=4)
    chat.set_sharing(conversation=talk, person=mallory, shares=False)
    assert "salty" not in str(said(Post.objects.full().get(pk=post.pk)))
    # What she did not hear is not hers to publish.
    with pytest.raises(PostError, match="not on the path"):
        snippets.draft_of(first=first, person=mallory)


def test_lines_are_screened_as_what_everybody_reads(
    talk: Conversation, bob: User
) -> None:
    Message.objects.filter(text="Is it ever rough?").update(text=THREAT)
    with pytest.raises(PostError, match=r"rule 4\.2"):
        publish(talk, bob)
    assert not Post.objects.exists()


def test_lines_in_doubt_wait_for_a_person_and_are_published_afterwards(
    talk: Conversation, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ScreeningUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(approving.asking, "check_text", broken)
        with pytest.raises(PostError, match="not in the feed yet"):
            publish(talk, bob)
    row = Approval.objects.get(facet="lines")
    assert row.pending
    approving.decide(approval=row, moderator=None, approve=True)
    assert said(publish(talk, bob))


def test_a_post_is_of_one_kind(talk: Conversation, bob: User) -> None:
    post = publish(talk, bob)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(kind="clip")


def test_a_chat_stands_among_the_clips(
    talk: Conversation, bob: User, alice: User, hob: Character
) -> None:
    clip = post_by(alice, "A clip.", character=hob)
    post = publish(talk, bob)
    page = Client().get("/").content.decode()
    assert page.index("The sea is flat.") < page.index(f"d-{clip.key}")
    assert 'aria-posinset="2"' in page
    assert "Talk to Hob" in page
    assert "<video" not in page[: page.index(f"d-{clip.key}") - 3000]
    found = selectors.posts_of(viewer=bob, character=hob).posts
    assert found == [post, clip]


def test_its_page_likes_and_views(
    talk: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    post = publish(talk, bob)
    reader = client_of(mallory)
    page = reader.get(f"/p/{post.key}/").content.decode()
    assert "Is it ever rough?" in page
    assert "AI chat" in page
    reader.post(f"/p/{post.key}/like/", {"liked": "1"})
    reader.post(f"/p/{post.key}/view/", {"seconds": "900"})
    post = Post.objects.full().get()
    assert (post.stat.likes, post.stat.views) == (1, 1)
    assert post.views.get().seconds == 120
    assert reader.get(f"/p/{post.key}/audio/").status_code == 404
    assert "Your post" in client_of(bob).get(f"/p/{post.key}/").content.decode()
    assert "A chat with Hob" in reader.get("/@bob/").content.decode()


def test_the_page_shows_exactly_what_becomes_public(
    talk: Conversation, bob: User, mallory: User, client_of: ClientOf
) -> None:
    mine, first = client_of(bob), first_of(talk)
    page = mine.get(f"/said/{first.key}/show/?lines=2&me=0").content.decode()
    figure = page[page.index("data-draft") : page.index("</figure>")]
    assert "The sea is flat." in figure
    assert "rough" not in figure
    seen = page.split('name="seen" value="')[1].split('"')[0]
    form = {"seen": seen, "lines": "2", "me": "0", "visibility": "public"}
    assert (
        client_of(mallory).post(f"/said/{first.key}/publish/", form).status_code == 404
    )
    answer = mine.post(f"/said/{first.key}/publish/", form)
    post = Post.objects.get()
    assert answer["Location"] == post.get_absolute_url()
    assert mine.get(f"/said/{first.key}/show/?lines=99&me=x").status_code == 200


def test_over_the_api_what_was_previewed_is_published(
    talk: Conversation, bob: User, client_of: ClientOf
) -> None:
    mine, first = client_of(bob), first_of(talk)
    body = {"first": first.key, "lines": 2}
    draft = mine.post(
        "/api/v1/snippets/preview/", body, content_type="application/json"
    )
    assert [one["name"] for one in draft.json()["lines"]] == ["Hob", "@bob"]
    body |= {"sha256": draft.json()["sha256"], "caption": "Calm"}
    made = mine.post("/api/v1/snippets/", body, content_type="application/json")
    assert made.status_code == 201
    (post,) = mine.get("/api/v1/posts/").json()["results"]
    assert (post["kind"], post["clip"], post["character"]["name"]) == (
        "snippet",
        None,
        "Hob",
    )
    assert [one["ai_generated"] for one in post["snippet"]["lines"]] == [True, False]
    body["sha256"] = "0" * 64
    again = mine.post("/api/v1/snippets/", body, content_type="application/json")
    assert (again.status_code, again.json()["detail"][:12]) == (
        400,
        "What you saw",
    )


def test_a_report_copies_the_lines_and_a_decision_takes_them_down(
    talk: Conversation, bob: User, mallory: User
) -> None:
    post = publish(talk, bob)
    made = report_subject(kind="post", key=post.key, reporter=mallory, category="hate")
    assert "@bob: Is it ever rough?" in made.case.snapshot["Lines of a chat"]
    decide_case(
        case=made.case,
        moderator=None,
        measure="hide",
        rule="4.1",
        reason="It insults somebody.",
    )
    assert selectors.feed_page(viewer=mallory).posts == []


def test_a_character_that_is_taken_down_takes_its_lines_along(
    talk: Conversation, bob: User, mallory: User, hob: Character
) -> None:
    post = publish(talk, bob)
    family = [thing for _, thing in subjects.family("character", hob)]
    assert post in family
    Character.objects.filter(pk=hob.pk).update(waits=True)
    assert selectors.feed_page(viewer=mallory).posts == []


def test_lines_outlive_the_chat_and_go_with_their_people(
    talk: Conversation, bob: User
) -> None:
    post = publish(talk, bob)
    assert "Is it ever rough?" in str(list(exports.posts(bob)))
    chat.remove_conversation(conversation=talk, person=bob)
    assert len(said(Post.objects.full().get(pk=post.pk))) == 2
    snippets.forget_person(person=bob)
    assert not Snippet.objects.exists()
    assert not SnippetLine.objects.exists()
    assert not Post.objects.exists()
