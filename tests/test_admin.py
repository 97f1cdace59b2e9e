"""The admin: every model has pages that open, cheaply, and actions that call services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from avatarfx import services as clips
from avatarfx.models import (
    Backdrop,
    Batch,
    Clip,
    Recording,
    Render,
    RenderHour,
    RenderSample,
    RenderWorker,
    WorkerKey,
)
from avatarfx.tests import worker_rows
from feed import services as posts
from feed.models import (
    CommentAnswer,
    Hidden,
    Post,
    Ranker,
    Remix,
    RemixPass,
    RemixRequest,
    Word,
)
from feed.services import talk
from feed.tests.rows import clip_of
from moderation import services as moderation
from moderation.models import (
    Blocked,
    Figure,
    FigureFace,
    KnownBad,
    LikenessConsent,
    PictureCheck,
)
from scenes.models import (
    Company,
    LineTake,
    Play,
    PlayRole,
    Scene,
    SceneAsset,
    SceneComment,
    SceneCut,
    SceneLike,
    SceneRating,
    SceneStat,
)
from scenes.tests.stories import published
from socialapp.accounts import quotas
from socialapp.accounts.models import Block, Guardian, Mute, Ticket, Token, User
from socialapp.accounts.programs.devices import begin as begin_device
from socialapp.accounts.services import create_token
from socialapp.characters import services as characters
from socialapp.characters.models import CardPicture, Character, CharacterCard, Portrait
from socialapp.chat import services as chats
from socialapp.comments import services as comments
from socialapp.notices import services as news
from socialapp.notices.models import Letter, PushSubscription
from socialapp.performance import Rig
from socialapp.provenance.fingerprints import Prints
from socialapp.provenance.models import Signer
from socialapp.provenance.services import (
    issue_mark,
    record_fingerprint,
    signing_identity,
)
from socialapp.webhooks import services as webhooks
from streams import services as streams
from streams.models import ChatMessage, Stream, StreamCut, StreamEvent, StreamReminder
from streams.tests.conftest import made_stream, say_line

if TYPE_CHECKING:
    from django.db.models import Model

pytestmark = pytest.mark.django_db

OURS = (
    "accounts", "characters", "provenance", "avatarfx", "feed", "moderation", "chat",
    "streams", "scenes", "notices", "comments", "webhooks",
)  # fmt: skip
REF = "sha256:" + "0" * 64 + ".png"
INLINE = {
    "ClipActor", "PostStat", "Note", "AppealMessage", "Hold", "LogHead", "FigureFace",
    "Utterance", "CardPicture", "StreamSeat", "Topic", "TopicVote", "Presence",
    "Participant", "Message", "Fact", "Invitation", "Snippet", "SnippetLine",
    "Direction", "Wish", "PlayRole", "CompanySeat", "CompanyVote", "ImprovTurn",
    "ScenePlayer", "EndingFound", "ChoiceCount", "EndingCount", "SceneOutline",
    "TakeUse", "RemixAnswer", "RemixOutcome", "Spelling", "CollectionItem", "NoticeBy",
    "Push",
    "FilterWord", "BatchRow",
}  # fmt: skip
"""Seen on the page of what they belong to, or, said in private, on none."""


@pytest.fixture
def staff(db: None) -> Client:
    boss = User.objects.create_superuser(
        email="boss@example.com", username="boss", password=None
    )
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def house(alice: User) -> Post:
    """One of everything."""
    rig = Rig(portrait=REF, width=400, height=300, style="photo")
    portrait = Portrait.objects.create(
        owner=alice, source="maker", ref=REF, thumb=REF, rig=rig.to_json()
    )
    hob = characters.create_character(owner=alice, name="Hob", portrait=portrait)
    card = CharacterCard.objects.create(
        character=hob, text='{"name": "<b>"}', report={"taken": ["<b>"]}
    )
    CardPicture.objects.create(card=card, portrait=portrait, name="joy")
    clip = clips.request_clip(owner=alice, character=hob, script="Hello there.")
    trace = [{"name": "voice", "engine": "kokoro", "seconds": 1.25, "note": "<b>"}]
    Render.objects.create(clip=clip, fence=1, worker="w", trace=trace)
    worker_rows.listed("elsewhere:1", jobs=[clip.key])
    RenderHour.objects.create(hour=timezone.now())
    RenderSample.objects.create(at=timezone.now())
    Clip.objects.update(state="ready", poster=portrait.thumb, video=portrait.ref)
    clip.refresh_from_db()
    post = posts.publish_post(clip=clip, author=alice, caption="Night #tea")
    posts.like_post(post=post, user=alice)
    posts.count_view(post=post, viewer="user:1", seconds=2.0)
    said = talk.write_comment(post=post, author=alice, text="A fine storm")
    comments.like_comment(comment=said, person=alice)
    comments.edit_comment(comment=said, person=alice, text="A fine <b>storm</b>")
    CommentAnswer.objects.create(comment=said, post=post)
    create_token(user=alice)
    begin_device(app="Television")
    hook, _ = webhooks.create_webhook(
        person=alice, url="https://example.org/", events=["clip.ready"]
    )
    webhooks.try_webhook(webhook=hook)
    Backdrop.objects.create(
        owner=alice, name="Hall", ref=REF, size=9, width=640, height=400
    )
    Recording.objects.create(
        owner=alice,
        script="<b>",
        ref=REF,
        sent="0" * 64,
        words=[[0, 1, "<b>", 0.5]],
        wording=1,
    )
    Batch.objects.create(owner=alice, character=hob, template="Hello, {name}.")
    issue_mark(subject=f"clip:{clip.key}", key_id="k", owner=alice)
    record_fingerprint(
        subject=f"clip:{clip.key}", prints=Prints(bytes(64), bytes(32), bytes(250))
    )
    identity = signing_identity()
    assert identity is not None
    Guardian.objects.create(user=alice, email="parent@example.com")
    noisy = User.objects.create_user(
        email="noisy@example.com", username="noisy", password=None
    )
    Block.objects.create(person=alice, whom=noisy)
    Mute.objects.create(person=alice, whom=noisy)
    chats.create_persona(person=alice, name="Wren")
    chats.start(person=alice, character=hob)
    _moderate(post)
    _remixed(post)
    _stream(alice)
    _scene(alice)
    _news(alice)
    return post


def _remixed(post: Post) -> None:
    """Asked for, made, and somebody who need not ask."""
    other = User.objects.create_user(
        email="fan@example.com", username="fan", password=None
    )
    row = Remix.objects.create(parent=post, root=post, kind="reply", credit={})
    row.outcomes.create(person=post.author, choice="keep")
    request = RemixRequest.objects.create(
        asker=other, post=post, kind="reply", character=post.character, script="<b>",
        sha256="0" * 64, expires=timezone.now(),
    )  # fmt: skip
    request.answers.create(person=post.author)
    RemixPass.objects.create(owner=post.author, person=other)


def _news(person: User) -> None:
    """Something told, on its way by mail and to a browser."""
    news.notify(people=[person], kind="followed", about="x", lead="<b> followed you.")
    Letter.objects.create(person=person, name="digest:2026-01-04")
    PushSubscription.objects.create(
        person=person, endpoint="https://push.example.com/x", label="A phone"
    )


def _stream(host: User) -> None:
    """One of everything that a show leaves behind."""
    live = streams.start_stream(stream=made_stream(host))
    say_line(live, sound=b"sound")
    streams.say(stream=live, person=host, text="Welcome")
    streams.count_reactions(stream_id=live.pk, given={"heart": 1})
    streams.issue_ticket(stream=live, person=host)
    StreamReminder.objects.create(stream=live, person=host)
    clip = Clip.objects.all()[0]
    StreamCut.objects.create(clip=clip, stream=live, start=0.0, end=15.0)


def _scene(author: User) -> None:
    """A story on stage, a play of it, and one of everything around both."""
    scene = published(author)
    assert scene.version is not None
    play = Play.objects.create(person=author, scene=scene, version=scene.version)
    PlayRole.objects.create(play=play, role="host", name="Hob")
    Company.objects.create(play=play, host=author)
    SceneStat.objects.get_or_create(scene=scene)
    SceneLike.objects.create(scene=scene, person=author)
    SceneRating.objects.create(scene=scene, person=author, stars=4)
    SceneComment.objects.create(scene=scene, person=author, text="Tea")
    SceneAsset.objects.create(owner=author, kind="sound", name="Rain", ref=REF, size=9)
    LineTake.objects.create(digest="0" * 64, recipe={"words": "Tea?"})
    SceneCut.objects.create(
        clip=Clip.objects.all()[0], play=play, scene=scene, start=0, end=1
    )


def _moderate(post: Post) -> None:
    """One of everything that moderation keeps; the post itself stays on stage."""
    boss = User.objects.create_superuser(
        email="judge@example.com", username="judge", password=None
    )
    watcher = User.objects.create_user(
        email="watcher@example.com", username="watcher", password=None
    )
    report = moderation.report_subject(
        kind="post", key=post.key, reporter=watcher, category="spam"
    )
    made = moderation.decide_case(
        case=report.case,
        moderator=boss,
        measure="suspend",
        rule="6.1",
        reason="The same thing twenty times.",
        until=timezone.now(),
    )
    figure = Figure.objects.create(name="The Mayor")
    FigureFace.objects.create(figure=figure, descriptor=bytes(512), source="0" * 64)
    KnownBad.objects.create(pdq="0" * 64, reason="Taken down")
    Blocked.objects.create(kind="post", subject_key=post.key, frames=bytes(64))
    LikenessConsent.objects.create(owner=post.author, sha256="0" * 64)
    viewer = f"user:{post.author_id}"
    posts.note_looks(viewer=viewer, looks=[posts.Look(post.key, 3.0)])
    posts.read_feed(viewer=post.author, name=viewer, order="ranked")
    posts.count_share(post=post, viewer=viewer)
    posts.follow(person=post.author, character=post.character)
    posts.want_less(person=post.author, post=post)
    kept = posts.create_collection(person=post.author, title="Tea")
    posts.put_in(collection=kept, post=post)
    Hidden.objects.create(person=post.author, character=post.character)
    built = posts.build_feed(owner=post.author, name="Fire", rules={"tags": ["x"]})
    posts.subscribe(person=post.author, feed=built)
    posts.mute_words(person=post.author, words="smoke")
    Ranker.objects.create(weights={})
    Word.objects.create(text="lighthouse", things=3)
    PictureCheck.objects.create(owner=post.author, ref=REF, sha256="0" * 64)
    moderation.note_exposure(case=report.case, moderator=boss, revealed=True)
    moderation.appeal_decision(
        statement=made.statement, appellant=post.author, text="Only nineteen."
    )


def pages() -> list[Any]:
    return [
        pytest.param(model, id=model._meta.label)
        for model in admin.site._registry
        if model._meta.app_label in OURS
    ]


def act(client: Client, model: type[Model], action: str, *things: Model) -> None:
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    chosen = {"action": action, "_selected_action": [thing.pk for thing in things]}
    assert client.post(url, chosen).status_code == 302


def test_every_model_is_registered() -> None:
    registered = {model.__name__ for model in admin.site._registry}
    ours = {m.__name__ for app in OURS for m in apps.get_app_config(app).get_models()}
    through = {"User_groups", "User_user_permissions"}
    assert ours - INLINE - through <= registered


@pytest.mark.parametrize("model", pages())
def test_its_pages_open(model: type[Model], staff: Client, house: Post) -> None:
    meta = model._meta
    base = f"admin:{meta.app_label}_{meta.model_name}"
    thing = model._default_manager.first()
    assert thing is not None
    listed = staff.get(reverse(f"{base}_changelist"), {"q": "a"})
    assert listed.status_code == 200
    assert "'unsafe-eval'" in listed["Content-Security-Policy"]
    one = staff.get(reverse(f"{base}_change", args=[thing.pk]))
    assert one.status_code == 200


@pytest.mark.parametrize("model", pages())
def test_strangers_are_turned_away(
    model: type[Model], house: Post, mallory: User
) -> None:
    client = Client()
    client.force_login(mallory)
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    assert "/admin/login/" in client.get(url)["Location"]
    assert client.get(url, follow=True).status_code == 403


def test_visitors_sign_in_where_wrong_passwords_are_counted(db: None) -> None:
    where = Client().get("/admin/", follow=True).redirect_chain[-1][0]
    assert where == "/accounts/login/?next=%2Fadmin%2F"


def test_a_list_costs_the_same_for_one_and_many(
    staff: Client, house: Post, django_assert_max_num_queries: Any
) -> None:
    for n in range(15):
        Clip.objects.create(
            owner=house.author,
            character=clip_of(house).character,
            script="x",
            title=f"Clip {n}",
            recipe=clip_of(house).recipe,
        )
    with django_assert_max_num_queries(14):
        assert staff.get(reverse("admin:avatarfx_clip_changelist")).status_code == 200


def test_previews_and_traces_are_shown(staff: Client, house: Post) -> None:
    page = staff.get(reverse("admin:avatarfx_clip_change", args=[clip_of(house).pk]))
    body = page.content.decode()
    assert "<video src=" in body
    assert "kokoro" in body
    assert "1.25" in body
    assert '<td class="px-3 py-1 text-left align-top"><b></td>' not in body


def test_records_cannot_be_typed_into(staff: Client, house: Post) -> None:
    for name, thing in (("avatarfx_clip", clip_of(house)), ("feed_post", house)):
        url = reverse(f"admin:{name}_change", args=[thing.pk])
        assert staff.post(url, {"title": "Mine", "state": "failed"}).status_code == 403
        assert staff.get(reverse(f"admin:{name}_add")).status_code == 403
        assert (
            staff.post(reverse(f"admin:{name}_delete", args=[thing.pk])).status_code
            == 403
        )


def test_staff_cancel_a_clip_and_its_ticket_returns(
    staff: Client, house: Post, alice: User
) -> None:
    waiting = clips.request_clip(
        owner=alice, character=clip_of(house).character, script="Again, please."
    )
    act(staff, Clip, "cancel", waiting, clip_of(house))
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert Ticket.objects.get(key=f"clip:{waiting.key}").state == "returned"
    assert Clip.objects.get(pk=clip_of(house).pk).state == "ready"


def test_staff_put_a_failed_clip_in_line_again(staff: Client, house: Post) -> None:
    Clip.objects.update(state="failed")
    act(staff, Clip, "retry", clip_of(house))
    assert Clip.objects.get().state == "queued"


def test_staff_take_a_post_down_and_put_it_back(staff: Client, house: Post) -> None:
    act(staff, Post, "remove", house)
    assert not Post.objects.listed().exists()
    act(staff, Post, "restore", house)
    assert Post.objects.listed().exists()


def test_staff_give_a_ticket_back(staff: Client, house: Post, alice: User) -> None:
    before = quotas.left(alice).left
    act(staff, Ticket, "give_back", Ticket.objects.get())
    assert quotas.left(alice).left == before + 1


def test_staff_revoke_tokens(staff: Client, house: Post) -> None:
    act(staff, Token, "revoke", Token.objects.get())
    assert not Token.objects.exists()


def test_staff_hide_and_remove_a_character(staff: Client, house: Post) -> None:
    hob = clip_of(house).character
    characters.change_character(character=hob, visibility="public")
    act(staff, Character, "hide", hob)
    hob.refresh_from_db()
    assert hob.visibility == "private"
    act(staff, Character, "remove", hob)
    assert not Character.objects.alive().filter(pk=hob.pk).exists()


def test_staff_close_accounts_but_not_administrators(
    staff: Client, house: Post, alice: User
) -> None:
    boss = User.objects.get(username="boss")
    act(staff, User, "close_accounts", alice, boss)
    alice.refresh_from_db()
    boss.refresh_from_db()
    assert not alice.is_active
    assert boss.is_active


def test_one_who_may_only_look_cannot_act(house: Post, bob: User) -> None:

    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_post"))
    client = Client()
    client.force_login(User.objects.get(pk=bob.pk))
    page = client.get(reverse("admin:feed_post_changelist"))
    assert page.status_code == 200
    url = reverse("admin:feed_post_changelist")
    client.post(url, {"action": "remove", "_selected_action": [house.pk]})
    assert Post.objects.listed().exists()


def test_a_stolen_certificate_is_withdrawn_from_its_list(
    staff: Client, house: Post
) -> None:
    signer = Signer.objects.get()
    act(staff, Signer, "withdraw", signer)
    signer.refresh_from_db()
    assert signer.withdrawn is not None


def test_staff_stop_a_stream_at_once(staff: Client, house: Post) -> None:
    act(staff, Stream, "pause", Stream.objects.get())
    assert Stream.objects.get().state == "paused"
    act(staff, Stream, "resume", Stream.objects.get())
    act(staff, Stream, "delay_more", Stream.objects.get())
    act(staff, Stream, "slow_down", Stream.objects.get())
    live = Stream.objects.get()
    assert (live.state, live.delay_seconds, live.slow_seconds) == ("live", 10.0, 60)
    act(staff, Stream, "stop", live)
    live.refresh_from_db()
    assert (live.state, live.end_reason) == ("ended", "stopped")
    page = staff.get(reverse("admin:streams_stream_change", args=[live.pk]))
    assert "Good evening." in page.content.decode()


def test_staff_take_lines_and_messages_away(staff: Client, house: Post) -> None:
    line, message = StreamEvent.objects.get(kind="line"), ChatMessage.objects.get()
    act(staff, StreamEvent, "take_away", line)
    act(staff, ChatMessage, "take_away", message)
    assert StreamEvent.objects.get(pk=line.pk).withheld == "hidden"
    assert StreamEvent.objects.get(kind="audio-chunk").withheld == "hidden"
    assert ChatMessage.objects.get().withheld == "hidden"
    act(staff, StreamEvent, "put_back", line)
    act(staff, ChatMessage, "put_back", message)
    assert not StreamEvent.objects.exclude(withheld="").exists()
    assert not ChatMessage.objects.exclude(withheld="").exists()


def test_staff_take_a_scene_off_the_stage_and_mark_it(
    staff: Client, house: Post
) -> None:
    scene = Scene.objects.get()
    act(staff, Scene, "limit_age", scene)
    act(staff, Scene, "show_less", scene)
    act(staff, Scene, "take_off", scene)
    scene.refresh_from_db()
    assert (scene.version, scene.adults_only, scene.demoted) == (None, True, True)
    act(staff, Scene, "allow_all_ages", scene)
    act(staff, Scene, "show_again", scene)
    scene.refresh_from_db()
    assert (scene.adults_only, scene.demoted) == (False, False)


def test_a_list_of_scenes_costs_the_same_for_one_and_many(
    staff: Client, house: Post, alice: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        published(alice, title=f"Scene {n}")
    with django_assert_max_num_queries(12):
        page = staff.get(reverse("admin:scenes_scene_changelist"))
    assert page.content.decode().count("version 1") >= 6


def test_an_author_s_draft_and_a_player_s_choices_are_not_shown_to_staff(
    staff: Client, house: Post, alice: User
) -> None:
    scene = Scene.objects.get()
    Scene.objects.update(draft="A secret beginning")
    Play.objects.update(snapshot={"events": ["a secret choice"]})
    for name, thing in (("scene", scene), ("play", Play.objects.get())):
        page = staff.get(reverse(f"admin:scenes_{name}_change", args=[thing.pk]))
        assert "secret" not in page.content.decode()


def test_workers_are_drained_and_their_keys_withdrawn(
    staff: Client, house: Post
) -> None:
    worker = RenderWorker.objects.get()
    act(staff, RenderWorker, "drain", worker)
    worker.refresh_from_db()
    assert worker.draining
    act(staff, RenderWorker, "resume", worker)
    worker.refresh_from_db()
    assert not worker.draining
    key = WorkerKey.objects.get(public=worker.key)
    act(staff, WorkerKey, "withdraw", key)
    key.refresh_from_db()
    worker.refresh_from_db()
    assert key.withdrawn is not None
    assert worker.draining
