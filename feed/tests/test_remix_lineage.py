"""Which post came of which, what of it is counted, and what stays when posts go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from avatarfx import consent
from avatarfx.signals import clip_ready
from feed import services
from feed.models import Post, PostStat, Remix, RemixRequest
from feed.remixes import forgetting, lineage, news
from feed.remixes.chips import chip_of
from feed.remixes.tree import Branch, chain_of, children_of, tree_of
from feed.selectors import feed_page, post_for
from feed.tests.remixing import (
    agreed,
    character_of,
    open_up,
    original,
    remade,
    remix_by,
)
from feed.tests.rows import clip_of, post_by, ready_clip
from moderation.models import Utterance
from socialapp.accounts.models import Block, User
from socialapp.accounts.services import close_account
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOBODY = AnonymousUser()


@pytest.fixture
def post(alice: User) -> Post:
    open_up(alice)
    return original(alice, title="Storm warning")


def counted(post: Post) -> int:
    return PostStat.objects.get(post=post).remixes


def states(branches: tuple[Branch, ...]) -> list[str]:
    return [one.state for one in branches]


def test_a_published_remix_knows_its_parent_its_root_and_whose_it_was(
    post: Post, bob: User, mallory: User
) -> None:
    open_up(bob)
    middle = remix_by(bob, post, "revoice", title="3 a.m. edition")
    last = remix_by(mallory, middle)
    row = Remix.objects.get(child=last)
    assert (row.parent, row.root, row.kind) == (middle, post, "reply")
    assert row.before == Remix.objects.get(child=middle)
    assert row.credit["handle"] == "bob"
    assert row.credit["title"] == "3 a.m. edition"
    assert [one["name"] for one in row.credit["characters"]] == ["Hob"]
    assert (counted(post), counted(middle), counted(last)) == (1, 1, 0)


def test_the_author_of_the_original_is_told_once(
    post: Post, alice: User, bob: User
) -> None:
    child = remix_by(bob, post)
    lineage.record(post=child)
    services.publish_post(clip=clip_of(child), author=bob, caption="")
    notice = Notice.objects.get(person=alice, kind="remixed")
    assert notice.lead == "@bob remixed “Storm warning”."
    assert Remix.objects.count() == 1


def test_my_own_remixes_are_no_news_to_me(post: Post, alice: User) -> None:
    remix_by(alice, post)
    assert counted(post) == 1
    assert not Notice.objects.exists()


def test_a_clip_that_is_no_remix_leaves_no_row(alice: User) -> None:
    clip = ready_clip(alice)
    clip.recipe["source"] = "stream:abc123abc123a"
    clip.save(update_fields=["recipe"])
    services.publish_post(clip=clip, author=alice, caption="")
    assert not Remix.objects.exists()


def hide(post: Post) -> None:
    services.set_withheld(post=post, level="hidden")


def show(post: Post) -> None:
    services.set_withheld(post=post, level="")


@pytest.mark.parametrize(
    ("off", "back"),
    [
        (
            lambda p: services.remove_post(post=p),
            lambda p: services.restore_post(post=p),
        ),
        (hide, show),
        (
            lambda p: services.edit_post(post=p, visibility="unlisted"),
            lambda p: services.edit_post(post=p, visibility="public"),
        ),
    ],
)
def test_the_counter_is_right_when_a_remix_goes_and_comes_back(
    post: Post, bob: User, off: Callable[[Post], Any], back: Callable[[Post], Any]
) -> None:
    child = remix_by(bob, post)
    off(child)
    assert counted(post) == 0
    off(child)
    assert counted(post) == 0
    back(child)
    assert counted(post) == 1


def test_a_remix_that_is_published_again_counts_again(post: Post, bob: User) -> None:
    child = remix_by(bob, post)
    services.remove_post(post=child)
    services.publish_post(clip=clip_of(child), author=bob, caption="Again")
    assert counted(post) == 1


def test_an_erased_remix_is_not_counted(post: Post, bob: User) -> None:
    clip_of(remix_by(bob, post)).delete()
    forgetting.forget_person(person=bob)
    assert counted(post) == 0
    assert not Notice.objects.filter(kind="remixed").exists()


def test_nothing_comes_of_itself(post: Post, alice: User, bob: User) -> None:
    child = remix_by(bob, post)
    clip = clip_of(post)
    clip.recipe["source"] = f"remix:{clip_of(child).key}"
    clip.save(update_fields=["recipe"])
    post.refresh_from_db()
    assert lineage.record(post=post) is None
    clip.recipe["source"] = f"remix:{clip.key}"
    clip.save(update_fields=["recipe"])
    post.refresh_from_db()
    assert lineage.record(post=post) is None


def test_a_remix_of_what_only_adults_may_see_is_for_adults_too(
    post: Post, bob: User
) -> None:
    services.set_marks(post=post, adults_only=True)
    child = remix_by(bob, post)
    child.refresh_from_db()
    assert child.adults_only


# Seen -------------------------------------------------------------------------


def test_the_chain_goes_from_the_first_original_to_the_parent(
    post: Post, bob: User, mallory: User
) -> None:
    open_up(bob)
    middle = remix_by(bob, post, "revoice")
    last = remix_by(mallory, middle)
    tree = tree_of(NOBODY, last)
    assert [one.post for one in tree.above] == [post, middle]
    assert [one.kind for one in tree.above] == ["revoice", "reply"]
    assert tree_of(NOBODY, post).children[0].post == middle
    assert tree_of(NOBODY, post).above == ()


def test_a_removed_original_keeps_its_credit_as_a_tombstone(
    post: Post, bob: User
) -> None:
    child = remix_by(bob, post)
    services.remove_post(post=post)
    (above,) = chain_of(NOBODY, child)
    assert (above.state, above.post) == ("removed", None)
    assert above.credit is not None
    assert (above.credit["title"], above.credit["handle"]) == ("Storm warning", "alice")
    assert above.names == "Hob"
    services.restore_post(post=post)
    assert states(chain_of(NOBODY, child)) == ["shown"]


OFF_SHOW: tuple[dict[str, Any], ...] = (
    {"withheld": "hidden"},
    {"visibility": "private"},
    {"visibility": "unlisted"},
    {"visibility": "unlisted", "removed": timezone.now()},
    {"kept_back": True},
)


@pytest.mark.parametrize("fields", [*OFF_SHOW, {"adults_only": True}])
def test_what_a_viewer_may_not_see_has_no_name(
    post: Post, bob: User, fields: dict[str, Any]
) -> None:
    child = remix_by(bob, post)
    Post.objects.filter(pk=post.pk).update(**fields)
    (above,) = chain_of(NOBODY, child)
    assert (above.state, above.post, above.credit) == ("away", None, None)


@pytest.mark.parametrize("fields", OFF_SHOW)
def test_nothing_names_an_original_that_went_off_show(
    post: Post,
    bob: User,
    mallory: User,
    client_of: ClientOf,
    fields: dict[str, Any],
) -> None:
    """Not to strangers, to who made the remix, or to who asked in vain."""
    child = remix_by(bob, post)
    refused = agreed(remade(bob, post), post)
    RemixRequest.objects.filter(pk=refused.pk).update(state="refused")
    Post.objects.filter(pk=post.pk).update(**fields)
    news.decided(RemixRequest.objects.get(pk=refused.pk))
    for viewer in (bob, mallory):
        client = client_of(viewer)
        for path in (
            "/?order=newest",
            f"/p/{child.key}/",
            f"/p/{child.key}/tree/",
            f"/api/v1/posts/{child.key}/",
            f"/api/v1/posts/{child.key}/tree/",
            "/api/v1/posts/",
            "/remixes/?tab=mine",
            "/api/v1/remix-requests/?of=mine",
            "/notices/",
            "/api/v1/notices/",
        ):
            answer = client.get(path)
            assert answer.status_code == 200, path
            told = answer.content.decode()
            for secret in (post.key, "Storm warning"):
                assert secret not in told, f"{path} tells @{viewer.username} {secret}"
    if not fields.get("removed"):
        (above,) = chain_of(post.author, child)
        assert (above.state, above.post) == ("shown", post)
        chip = chip_of(post_for(viewer=post.author, key=child.key))
        assert chip is not None
        assert (chip.handle, chip.parent) == ("alice", post.key)


def test_the_owner_of_a_character_reads_no_name_of_what_went_off_show(
    post: Post, bob: User, mallory: User, client_of: ClientOf
) -> None:
    """What was made with words for their character is theirs to take off, although it
    was made of somebody else's clip."""
    kiko = character_of(mallory, "Kiko")
    child = remix_by(bob, post, title="Again")
    Remix.objects.filter(child=child).update(kind="rewrite")
    Remix.objects.get(child=child).cast.add(kiko)
    browser = client_of(mallory)
    for path in ("/remixes/?tab=made", "/api/v1/me/remixed/"):
        assert post.key in browser.get(path).content.decode()
    Post.objects.filter(pk=post.pk).update(visibility="unlisted")
    for path in ("/remixes/?tab=made", "/api/v1/me/remixed/"):
        told = browser.get(path).content.decode()
        assert child.key in told
        assert post.key not in told
        assert "Storm warning" not in told


def test_who_keeps_apart_from_the_author_reads_no_name_of_them(
    post: Post, alice: User, bob: User, mallory: User
) -> None:
    child = remix_by(bob, post)
    Block.objects.create(person=alice, whom=mallory)
    assert states(chain_of(mallory, child)) == ["away"]
    services.remove_post(post=post)
    assert states(chain_of(mallory, child)) == ["away"]
    assert states(chain_of(bob, child)) == ["removed"]


def test_the_erased_leave_a_pseudonym_and_the_chain_holds(
    post: Post,
    alice: User,
    bob: User,
    mallory: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    open_up(bob)
    middle = remix_by(bob, post, title="3 a.m. edition")
    last = remix_by(mallory, middle)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    bob.refresh_from_db()
    first, gone = chain_of(NOBODY, last)
    assert first.post == post
    assert gone.state == "gone"
    assert gone.credit == {"handle": bob.username, "gone": True}
    assert counted(post) == 0
    assert "3 a.m." not in str(list(Remix.objects.values()))
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=mallory)
    # Nothing hangs on these rows any more.
    assert not Remix.objects.exists()


def test_a_character_that_is_erased_leaves_no_name_in_a_credit(
    post: Post, bob: User
) -> None:
    child = remix_by(bob, post)
    forgetting.forget_person(person=clip_of(post).character.owner)
    assert Remix.objects.get(child=child).credit.get("characters", []) == []


def test_children_come_most_liked_first_and_page_without_repeating(
    post: Post, alice: User, bob: User
) -> None:
    made = [remix_by(bob, post) for _ in range(5)]
    for likes, one in zip((0, 3, 1, 3, 0), made, strict=True):
        PostStat.objects.filter(post=one).update(likes=likes)
    read: list[int] = []
    after: str | None = ""
    while after is not None:
        page, after = children_of(NOBODY, post, after=after, limit=2)
        read += [one.post.pk for one in page if one.post]
    wanted = [made[3], made[1], made[2], made[4], made[0]]
    assert read == [one.pk for one in wanted]


@pytest.mark.parametrize("after", ["x", "1", "1.x", "-1.2", "9" * 30 + ".1", "1.²"])
def test_a_cursor_that_nobody_gave_out_begins_at_the_top(
    post: Post, bob: User, after: str
) -> None:
    child = remix_by(bob, post)
    assert children_of(NOBODY, post, after=after)[0][0].post == child


def test_hidden_children_are_a_number(post: Post, bob: User) -> None:
    child = remix_by(bob, post)
    services.set_marks(post=child, adults_only=True)
    tree = tree_of(NOBODY, post)
    assert (tree.children, tree.hidden) == ((), 1)
    assert not tree.is_empty


def chained(author: User, length: int) -> list[Post]:
    """Rows alone: what publishing writes, without its screening."""
    posts, before = [post_by(author)], None
    for _ in range(length):
        child = Post.objects.create(author=author, clip=ready_clip(author))
        PostStat.objects.create(post=child)
        before = Remix.objects.create(
            child=child, parent=posts[-1], root=posts[0], before=before, kind="reply",
            credit=lineage.credit_for(posts[-1]), credited=author,
        )  # fmt: skip
        posts.append(child)
    Utterance.objects.all().delete()
    return posts


@pytest.mark.parametrize("length", [2, 60])
def test_a_tree_costs_the_same_however_long_the_chain(
    alice: User, bob: User, length: int, django_assert_max_num_queries: Any
) -> None:
    posts = chained(alice, length)
    with django_assert_max_num_queries(9):
        tree = tree_of(bob, posts[-1])
        assert [one.post for one in tree.above] == posts[:-1]


def test_a_long_chain_is_cut_in_the_middle_on_the_post_s_own_page(alice: User) -> None:
    posts = chained(alice, 9)
    tree = tree_of(NOBODY, posts[-1])
    assert [one.post for one in tree.top] == posts[:1]
    assert [one.post for one in tree.near] == posts[4:9]
    assert tree.left_out == 3


def test_a_removed_parent_of_fifty_costs_no_more_than_one_of_two(
    post: Post, bob: User, django_assert_max_num_queries: Any
) -> None:
    children = [remix_by(bob, post) for _ in range(3)]
    for _ in range(47):
        child = Post.objects.create(author=bob, clip=ready_clip(bob))
        PostStat.objects.create(post=child)
        Remix.objects.create(
            child=child, parent=post, root=post, kind="reply", credit={}
        )
    lineage.recount(posts=[post.pk])
    services.remove_post(post=post)
    assert counted(post) == 50
    with django_assert_max_num_queries(9):
        assert states(tree_of(NOBODY, children[0]).above) == ["removed"]
    with django_assert_max_num_queries(9):
        assert len(tree_of(NOBODY, post).children) == 20


# The chip ---------------------------------------------------------------------


def test_a_card_says_of_whom_it_is_a_remix_without_a_query(
    post: Post, bob: User, django_assert_num_queries: Any
) -> None:
    child = remix_by(bob, post)
    plain, shown = sorted(feed_page(viewer=NOBODY).posts, key=lambda one: one.pk)
    assert (plain.pk, shown.pk) == (post.pk, child.pk)
    with django_assert_num_queries(0):
        assert chip_of(plain) is None
        chip = chip_of(shown)
    assert chip is not None
    assert (chip.handle, chip.kind, chip.parent) == ("alice", "reply", post.key)


def test_a_card_names_nobody_whom_its_viewer_may_not_meet(
    post: Post, alice: User, bob: User, mallory: User
) -> None:
    child = remix_by(bob, post)
    Block.objects.create(person=mallory, whom=alice)
    chip = chip_of(post_for(viewer=mallory, key=child.key))
    assert chip is not None
    assert (chip.handle, chip.parent) == ("", "")


def test_the_credit_on_a_card_outlives_the_original(post: Post, bob: User) -> None:
    child = remix_by(bob, post)
    services.remove_post(post=post)
    chip = chip_of(post_for(viewer=NOBODY, key=child.key))
    assert chip is not None
    assert (chip.handle, chip.parent) == ("alice", "")


# Published with consent, or not at all ----------------------------------------


def test_a_remix_is_not_published_when_consent_is_gone(post: Post, bob: User) -> None:
    clip = remade(bob, post)
    agreed(clip, post)
    services.edit_post(post=post, remixing="off")
    with pytest.raises(
        services.NoConsentError, match="does not want this clip remixed"
    ):
        services.publish_post(clip=clip, author=bob, caption="")
    assert counted(post) == 0


def test_a_remix_under_way_ends_unpublished_and_its_ticket_is_back(
    post: Post, bob: User
) -> None:
    from socialapp.accounts.models import Ticket  # noqa: PLC0415

    clip = remade(bob, post, publish=True)
    agreed(clip, post)
    ticket = Ticket.objects.create(user=bob, key=f"clip:{clip.key}", state="spent")
    services.edit_post(post=post, remixing="off")
    clip_ready.send(sender=type(clip), clip=clip)
    ticket.refresh_from_db()
    assert ticket.state == "returned"
    assert not Post.objects.filter(clip=clip).exists()
    notice = Notice.objects.get(person=bob, kind="remix-ended")
    assert "does not want this clip remixed" in notice.words
    assert notice.words.endswith("Your ticket is back.")


def test_a_worker_asks_once_more_before_it_makes_anything(
    post: Post, alice: User, bob: User
) -> None:
    clip = remade(bob, post)
    assert consent.why_not(clip) == ""
    services.edit_post(post=post, remixing="ask")
    assert "consent of @alice" in consent.why_not(clip)
    agreed(clip, post)
    assert consent.why_not(clip) == ""
    services.edit_post(post=post, remixing="off")
    assert "does not want this clip remixed" in consent.why_not(clip)


def test_a_quick_worker_knows_a_request_by_its_key(post: Post, bob: User) -> None:
    services.edit_post(post=post, remixing="ask")
    clip = remade(bob, post)
    request = agreed(clip, post)
    RemixRequest.objects.update(clip=None)
    clip.idempotency_key = f"remix:{request.key}"
    assert consent.why_not(clip) == ""
    clip.idempotency_key = request.key
    assert "consent of @alice" in consent.why_not(clip)


@pytest.mark.parametrize("source", ["scene:abc123abc123a", "stream:abc123abc123a"])
def test_what_was_cut_out_of_a_scene_or_a_show_is_an_original_too(
    post: Post, bob: User, source: str
) -> None:
    clip = clip_of(post)
    clip.recipe["source"] = source
    clip.save(update_fields=["recipe"])
    child = remix_by(bob, post)
    assert Remix.objects.get(child=child).root == post


def test_a_clip_that_nobody_consented_to_is_not_published(
    post: Post, alice: User, bob: User
) -> None:
    open_up(alice, clips="ask")
    clip = remade(bob, post)
    with pytest.raises(services.NoConsentError, match="consent of @alice"):
        services.publish_post(clip=clip, author=bob, caption="")
    agreed(clip, post)
    shown = services.publish_post(clip=clip, author=bob, caption="")
    assert shown.remix.parent == post


def test_a_remix_of_what_is_gone_altogether_is_not_published(
    post: Post, bob: User
) -> None:
    clip = remade(bob, post)
    clip_of(post).delete()
    with pytest.raises(services.NoConsentError, match="The original is gone"):
        services.publish_post(clip=clip, author=bob, caption="")


def test_a_withheld_original_ends_what_is_being_made_of_it(
    post: Post, bob: User
) -> None:
    clip = remade(bob, post)
    agreed(clip, post)
    services.set_withheld(post=post, level="hidden")
    with pytest.raises(services.NoConsentError, match="off the stage"):
        services.publish_post(clip=clip, author=bob, caption="")
    assert timezone.now() > post.published


# In the feed ------------------------------------------------------------------


def test_remixes_of_what_one_liked_are_candidates_and_say_why(
    post: Post, bob: User, mallory: User
) -> None:
    from feed.ranking import features  # noqa: PLC0415
    from feed.ranking.traits import NAMES  # noqa: PLC0415
    from feed.selectors.candidates import candidates, house  # noqa: PLC0415
    from feed.selectors.tastes import taste_of  # noqa: PLC0415

    child = remix_by(bob, post)
    services.like_post(post=post, user=mallory)
    taste = taste_of(mallory)
    pool = candidates(taste=taste, seed=0)
    rows = {int(pk): row for row, pk in enumerate(pool.posts)}
    assert int(pool.parents[rows[child.pk]]) == post.pk
    assert (int(pool.remixes[rows[post.pk]]), int(pool.parents[rows[post.pk]])) == (
        1,
        0,
    )
    kin = features(pool, taste, house())[:, NAMES.index("kin")]
    assert (kin[rows[child.pk]], kin[rows[post.pk]]) == (1.0, 0.0)


def test_a_house_where_nobody_remixes_holds_it_against_no_post(
    post: Post, bob: User
) -> None:
    from feed.selectors import candidates  # noqa: PLC0415

    candidates.forget()
    PostStat.objects.update(views=50)
    assert candidates.house().remixes == 0.0
    PostStat.objects.filter(post=post).update(remixes=5, comments=2)
    candidates.forget()
    assert candidates.house().remixes > 0.004
    assert candidates.house().comments > 0.01
    candidates.forget()
