"""What a person takes along is complete, and what stays of them is a pseudonym.

Both are checked against the database itself, so a new table is part of it the day it
is made.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from avatarfx.models import Backdrop, Batch, Recording
from avatarfx.tests.conftest import make_character
from conftest import PASSWORD
from feed import services as feed
from feed.models import (
    Post,
    PostStat,
    RemixAnswer,
    RemixOutcome,
    RemixPass,
    RemixRequest,
    Snippet,
)
from feed.remixes import news as remix_news
from feed.services import talk
from feed.tests.remixing import agreed, open_up, remade
from feed.tests.rows import ready_clip
from moderation.models import (
    Appeal,
    AppealMessage,
    Case,
    Decision,
    Report,
    Standing,
    Statement,
)
from scenes import services as scenes
from scenes.models import ImprovTurn, Play, PlayRole, SceneAsset
from scenes.services import audience as scene_audience
from scenes.services import company
from scenes.services.plays import begin_play
from scenes.tests.playing import make, publish
from scenes.tests.staging import on_stage, played
from scenes.tests.stories import published
from socialapp.accounts import exports, keeping_apart, leaving, services
from socialapp.accounts.models import Block, User
from socialapp.accounts.programs import devices
from socialapp.characters.services import change_character
from socialapp.chat import services as chats
from socialapp.comments import services as comments
from socialapp.lib import blobs, withheld
from socialapp.notices import services as news
from socialapp.notices.models import Letter, PushSubscription
from socialapp.uploads import services as uploads
from socialapp.uploads.tests.sending import metadata
from socialapp.webhooks import services as webhooks
from streams import services as streams
from streams.tests.conftest import say_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MARK = "Quokkasaurus"
"""In everything that she writes."""

EXPORTED = {
    "accounts.Block": "circle.json",
    "accounts.Guardian": "profile.json",
    "accounts.Mute": "circle.json",
    "accounts.Ticket": "profile.json",
    "accounts.Token": "profile.json",
    "accounts.DeviceGrant": "profile.json",
    "account.EmailAddress": "profile.json",
    "mfa.Authenticator": "signing_in.json",
    "usersessions.UserSession": "signing_in.json",
    "characters.Character": "characters.json",
    "characters.Portrait": "portraits.json",
    "avatarfx.Clip": "clips.json",
    "avatarfx.Backdrop": "backgrounds.json",
    "avatarfx.Batch": "batches.json",
    "avatarfx.Recording": "recordings.json",
    "streams.Stream": "streams.json",
    "streams.ChatMessage": "audience.json",
    "streams.TopicVote": "audience.json",
    "streams.StreamTicket": "audience.json",
    "streams.StreamReminder": "audience.json",
    "scenes.Scene": "scenes.json",
    "scenes.Play": "plays.json",
    "scenes.SceneLike": "scene_audience.json",
    "scenes.SceneRating": "scene_audience.json",
    "scenes.SceneComment": "scene_audience.json",
    "scenes.ScenePlayer": "scene_audience.json",
    "scenes.EndingFound": "scene_audience.json",
    "scenes.Company": "playing.json",
    "scenes.CompanySeat": "playing.json",
    "scenes.SceneAsset": "scene_assets.json",
    "notices.Notice": "notices.json",
    "notices.NoticeSettings": "notice_settings.json",
    "notices.NoticeBy": "notice_settings.json",
    "notices.Letter": "notice_settings.json",
    "notices.PushSubscription": "notice_settings.json",
    "webhooks.Webhook": "webhooks.json",
    "chat.Conversation": "conversations.json",
    "chat.Participant": "conversations.json",
    "chat.Persona": "personas.json",
    "chat.Invitation": "invitations.json",
    "comments.Thread": "comments.json",
    "comments.Comment": "comments.json",
    "comments.CommentLike": "comments.json",
    "comments.FilterWord": "comments.json",
    "feed.Post": "posts.json",
    "feed.Snippet": "posts.json",
    "feed.SnippetLine": "published_lines.json",
    "feed.Like": "likes.json",
    "feed.Follow": "tastes.json",
    "feed.Hidden": "tastes.json",
    "feed.Save": "saved.json",
    "feed.Collection": "saved.json",
    "feed.Unwanted": "tastes.json",
    "feed.CustomFeed": "feeds.json",
    "feed.Subscription": "feeds.json",
    "feed.MutedWord": "feeds.json",
    "feed.Remix": "remixes.json",
    "feed.RemixRequest": "remixes.json",
    "feed.RemixAnswer": "remixes.json",
    "feed.RemixOutcome": "remixes.json",
    "feed.RemixPass": "remixes.json",
    "moderation.Report": "reports.json",
    "moderation.Statement": "decisions.json",
    "moderation.Appeal": "appeals.json",
    "moderation.Standing": "standing.json",
    "moderation.LikenessConsent": "screening.json",
    "moderation.PictureCheck": "screening.json",
    "moderation.Screening": "screening.json",
    "moderation.Approval": "screening.json",
    "moderation.Utterance": "screening.json",
    "uploads.Upload": "uploads.json",
}
"""Tables that name a person, to the file of the archive that has their rows."""

OURS = {
    "admin.LogEntry",
    "moderation.Decision",
    "moderation.Note",
    "moderation.Exposure",
}
"""Tables that name staff at work, not a person's own things."""

WITHIN = {
    "moderation.Case": "decisions.json",
    "moderation.AppealMessage": "appeals.json",
    "provenance.Mark": "clips.json",
}
"""Tables whose rows are told inside those of another."""

KEPT = {"moderation.Statement", "moderation.Appeal", "moderation.Standing"}
"""Tables that keep the pseudonym, so that decisions stay countable."""


@pytest.fixture
def life(alice: User, bob: User) -> User:
    """Alice with something in every table, marked wherever there are words."""
    services.change_profile(
        user=alice, username=MARK.lower(), display_name=MARK, bio=f"I am {MARK}"
    )
    alice.email = f"{MARK.lower()}@example.com"
    alice.save()
    services.create_token(user=alice, name=MARK)
    Authenticator.objects.create(
        user=alice, type="webauthn", data={"name": MARK, "credential": {"id": "x1y2z3"}}
    )
    UserSession.objects.create(
        user=alice, ip="203.0.113.7", session_key="a1b2c3d4", user_agent=MARK
    )
    webhooks.create_webhook(
        person=alice, url=f"https://{MARK}.example.org/", events=["clip.ready"]
    )
    _, _, code = devices.begin(app=MARK)
    devices.answer(user=alice, code=code, approve=True)
    begun = uploads.begin_upload(
        owner=alice, length=99, metadata=metadata(kind="picture", filename=MARK)
    )
    uploads.append(upload=begun, at=0, data=MARK.encode())
    open_up(alice, bob)
    files: dict[str, Any] = {
        name: blobs.put(f"{MARK}: {name}".encode(), extension)
        for name, extension in (
            ("video", "mp4"),
            ("poster", "webp"),
            ("captions", "vtt"),
        )
    }
    clip = ready_clip(alice, title=MARK, caption=MARK, **files)
    assert clip.character.portrait is not None
    clip.character.portrait.ref = blobs.put(f"{MARK}: face".encode(), "png")
    clip.character.portrait.save()
    change_character(character=clip.character, name=MARK, persona=MARK, tagline=MARK)
    post = feed.publish_post(clip=clip, author=alice, caption=MARK)
    theirs = feed.publish_post(clip=ready_clip(bob), author=bob, caption="Bob's")
    feed.like_post(post=theirs, user=alice)
    kept = feed.create_collection(person=alice, title=MARK, note=f"{MARK} likes it")
    feed.put_in(collection=kept, post=theirs)
    feed.count_view(post=theirs, viewer=f"user:{alice.pk}", seconds=2.0)
    feed.like_post(post=post, user=bob)
    built = feed.build_feed(owner=alice, name=MARK, rules={"words": [MARK]})
    feed.subscribe(person=alice, feed=built)
    feed.mute_words(person=alice, words=MARK)
    remixed(alice, bob, post, theirs)
    commented(post, theirs, alice, bob)
    judged(alice, post.key, bob)
    performed(alice)
    played_together(alice, bob)
    SceneAsset.objects.create(
        owner=alice,
        kind="background",
        name=MARK,
        ref=blobs.put(f"{MARK}: hall".encode(), "webp"),
        size=20,
    )
    Backdrop.objects.create(
        owner=alice,
        name=MARK,
        ref=blobs.put(f"{MARK}: room".encode(), "webp"),
        size=20,
        width=640,
        height=400,
    )
    Recording.objects.create(
        owner=alice,
        script=MARK,
        ref=blobs.put(f"{MARK}: voice".encode(), "flac"),
        sent="0" * 64,
        words=[[0.0, 1.0, MARK, 0.9]],
        wording=1,
    )
    batch = Batch.objects.create(
        owner=alice, character=clip.character, title=MARK, template=f"{MARK}: {{name}}"
    )
    batch.rows.create(number=2, values={"name": MARK}, script=MARK, clip=clip)
    wren = chats.create_persona(person=alice, name=MARK, about=f"{MARK} climbs")
    talk = chats.start(person=alice, character=clip.character, persona=wren)
    chats.send_message(conversation=talk, person=alice, text=f"My name is {MARK}.")
    among_others(alice, bob, clip.character)
    told(alice, bob)
    keeping_apart.mute(person=alice, whom=bob)
    Block.objects.create(person=alice, whom=bob)
    wrote_and_played(alice, bob, clip.character)
    in_scenes(alice, bob)
    return alice


def remixed(person: User, other: User, hers: Post, his: Post) -> None:
    """She asks to remix one of his; he made one of hers, and each may always."""
    asked = RemixRequest.objects.create(
        asker=person, post=his, kind="reply", character=hers.character, script=MARK,
        sha256="0" * 64, expires=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip
    clip = remade(other, hers, title="Reply")
    for request, owner in ((asked, other), (agreed(clip, hers), person)):
        RemixAnswer.objects.create(
            request=request, person=owner, agreed=True, word=f"{MARK} says yes"
        )
        RemixPass.objects.create(owner=owner, person=request.asker)
        remix_news.asked(request, [owner])
        remix_news.decided(request, f"{MARK} says yes")
    made = feed.publish_post(clip=clip, author=other, caption="")
    RemixOutcome.objects.create(remix=made.remix, person=person, choice="keep")


def told(person: User, other: User) -> None:
    """Named in somebody else's news, with a device and a mail on its way."""
    named = person.username
    for whose, by in ((other, person), (person, other)):
        news.notify(
            people=[whose],
            kind="post-liked",
            about=f"post:{MARK}" if whose == person else "post:x",
            lead=f"@{by.username} liked it.",
            words=f"“{named} was here”",
            by=by,
        )
    Letter.objects.create(person=person, name="digest:2026-01-04")
    PushSubscription.objects.create(
        person=person, endpoint=f"https://push.example.com/{MARK}", label=MARK
    )


def wrote_and_played(person: User, other: User, character: Character) -> None:
    """A scene of hers that both play, with a character of hers, and one of somebody
    else's that began with it."""
    scene = published(person, f"{MARK}, do you take sugar?", title=MARK)
    scenes.change_scene(scene=scene, tags=[MARK.lower()], remixable=True)
    theirs = published(other, "Milk?")
    scenes.remix_scene(scene=theirs, person=other)
    for player, story in ((person, scene), (other, scene), (other, theirs)):
        assert story.version is not None
        cast = {"host": {"character": character.key, "name": MARK}}
        play = Play.objects.create(
            person=player,
            scene=story,
            version=story.version,
            snapshot={"cast": cast, "position": {"told": [["table", 0, [MARK]]]}},
        )
        PlayRole.objects.create(play=play, role="host", character=character, name=MARK)


def commented(post: Post, theirs: Post, person: User, other: User) -> None:
    """She writes, changes it, is answered, likes, and does not want to read a word."""
    for place in (post, theirs):
        first = talk.write_comment(post=place, author=person, text=f"{MARK} saw it")
        comments.edit_comment(comment=first, person=person, text=f"{MARK} heard it")
        back = talk.write_comment(
            post=place, author=other, text="Indeed, and how", parent=first
        )
        comments.like_comment(comment=back, person=person)
    comments.add_word(owner=person, word=MARK)


def in_scenes(person: User, author: User) -> None:
    """In the audience of somebody else's scene."""
    scene = on_stage(author)
    scene_audience.like_scene(scene=scene, person=person)
    scene_audience.rate_scene(scene=scene, person=person, stars=4)
    scene_audience.write_comment(scene=scene, person=person, text=f"{MARK} was here")
    played(scene, person, "go")


def played_together(person: User, other: User) -> None:
    """She hosts, improvises, and sits in somebody else's company."""
    plays: dict[User, Play] = {}
    for host, guest in ((person, other), (other, person)):
        make(host, "Hob")
        play = plays[host] = begin_play(person=host, scene=publish(host))
        company.join(company=company.open_company(play=play), person=guest)
    ImprovTurn.objects.create(
        play=plays[person],
        at=0,
        state="table",
        beat=1,
        number=0,
        role="host",
        heard=f"I am {MARK}.",
    )


def among_others(person: User, host: User, character: Character) -> None:
    """In a chat of somebody else's, with a line in what each of them published."""
    talk = chats.start(person=host, character=make_character(host, "Hob"))
    asked = chats.invite_person(conversation=talk, person=host, handle=person.username)
    seat = chats.accept_invitation(invitation=asked, person=person)
    chats.send_message(
        conversation=seat.conversation, person=person, text=f"My name is {MARK}."
    )
    for owner in (person, host):
        snippet = Snippet.objects.create(owner=owner, lead=character, sha256="0" * 64)
        snippet.lines.create(
            number=0, person=person, seat=seat, name=f"@{MARK}", text=MARK
        )
        made = Post.objects.create(author=owner, kind="snippet", snippet=snippet)
        PostStat.objects.create(post=made)


def performed(person: User) -> None:
    """A show of hers, with a word to the audience and a vote."""
    show = streams.create_stream(
        host=person,
        title=MARK,
        cast=[make_character(person, MARK)],
        topics=[f"Is {MARK} real?"],
    )
    streams.start_stream(stream=show)
    say_line(show, f"I am {MARK}", sound=f"{MARK}: voice".encode())
    streams.ask_for(stream=show, text=f"Ask {MARK} for more")
    streams.say(stream=show, person=person, text=f"Here is {MARK}")
    streams.vote(stream=show, person=person, topic=1)
    streams.issue_ticket(stream=show, person=person)
    streams.choose_topic(stream=show, topic=1)


def judged(person: User, key: str, other: User) -> None:
    """A closed case about a post of hers, with an appeal, and a report of her own."""
    now = timezone.now()
    said = {"caption": f"{MARK} said so"}
    case = Case.objects.create(
        kind="post",
        subject_key=key,
        author=person,
        title=MARK,
        snapshot=said,
        state=Case.State.DECIDED,
    )
    Report.objects.create(
        case=case, reporter=other, category="other", snapshot=said, note="See there"
    )
    decision = Decision.objects.create(
        case=case, measure="hide", rule="4.2", reason=f"{MARK} threatens"
    )
    statement = Statement.objects.create(
        decision=decision,
        puid=f"TR-{key}",
        schema="1",
        recipient=person,
        decision_ground="DECISION_GROUND_INCOMPATIBLE_CONTENT",
        category="STATEMENT_CATEGORY_CYBER_VIOLENCE",
        application_date=now,
        decision_facts=f"{MARK} threatens",
        source_type="SOURCE_VOLUNTARY",
        automated_decision="AUTOMATED_DECISION_NOT_AUTOMATED",
        appeal_until=now,
    )
    appeal = Appeal.objects.create(
        statement=statement, appellant=person, state=Appeal.State.REJECTED
    )
    AppealMessage.objects.create(
        appeal=appeal, side="person", writer=person, text=f"I am {MARK}"
    )
    Standing.objects.create(user=person, kept={"bio": MARK})
    theirs = Case.objects.create(
        kind="post", subject_key="x", author=other, state=Case.State.DECIDED
    )
    Report.objects.create(case=theirs, reporter=person, category="spam", note=MARK)


def unpacked(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def sent_by(response: Any) -> Iterator[bytes]:
    """The pieces of an answer that an ASGI server would send one by one."""

    async def pieces() -> list[bytes]:
        return [piece async for piece in response.streaming_content]

    return iter(async_to_sync(pieces)())


def tables_that_name_people() -> set[str]:
    return {
        model._meta.label
        for model in apps.get_models(include_auto_created=False)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }


def places_of(mark: str) -> list[str]:
    """Every column and file in which `mark` is found, in any case."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            for column, value in row.items():
                if mark.lower() in str(value).lower():
                    found.append(f"{model._meta.label}.{column}")
    found += [
        str(file)
        for file in _files()
        if mark.lower() in file.read_bytes().decode("latin-1").lower()
    ]
    return found


def _files() -> list[Path]:
    return [file for file in settings.MEDIA_ROOT.rglob("*") if file.is_file()]


def test_every_table_that_names_a_person_is_in_the_archive() -> None:
    assert tables_that_name_people() - OURS == set(EXPORTED) | set(WITHIN)


def test_the_archive_has_every_row_and_file(life: User) -> None:
    packed = unpacked(exports.archive(life))
    assert packed.testzip() is None
    names = set(packed.namelist())
    rows = {
        name: json.loads(packed.read(name))
        for name in names
        if name.endswith(".json") and not name.startswith("scenes/")
    }
    assert len(rows["clips.json"]) == life.clips.count() == 1
    assert len(rows["characters.json"]) == life.characters.count()
    assert len(rows["posts.json"]) == life.posts.count() == 2
    assert [one["text"] for one in rows["published_lines.json"]] == [MARK, MARK]
    assert [one["from"] for one in rows["invitations.json"]] == ["bob"]
    assert len(rows["conversations.json"]) == 2
    assert len(rows["likes.json"]) == len(rows["watched.json"]) == 1
    assert rows["profile.json"]["email"] == life.email
    remixes = rows["remixes.json"]
    assert [one["script"] for one in remixes["asked"]] == [MARK]
    assert [one["word"] for one in remixes["answered"]] == [f"{MARK} says yes"]
    assert [len(remixes[name]) for name in ("made", "of_mine", "wanted")] == [0, 1, 1]
    assert [one["person__username"] for one in remixes["need_not_ask_me"]] == ["bob"]
    assert [one["owner__username"] for one in remixes["whom_i_need_not_ask"]] == ["bob"]
    assert [(one["name"], one["offset"]) for one in rows["uploads.json"]] == [
        (MARK, len(MARK))
    ]
    saved = rows["saved.json"]
    assert len(saved["saves"]) == len(saved["collections"][0]["posts"]) == 1
    circle = rows["circle.json"]
    assert [one["whom__username"] for one in circle["blocks"]] == ["bob"]
    assert [one["whom__username"] for one in circle["mutes"]] == ["bob"]
    assert rows["decisions.json"][0]["decision_facts"] == f"{MARK} threatens"
    assert rows["appeals.json"][0]["messages"][0]["text"] == f"I am {MARK}"
    assert rows["reports.json"][0]["note"] == MARK
    written = {one["title"]: one["key"] for one in rows["scenes.json"]}
    assert MARK in written
    assert {"host": MARK} in [one["cast"] for one in rows["plays.json"]]
    key = written[MARK]
    for name in ("draft", "version-1"):
        assert MARK in packed.read(f"scenes/{key}/{name}.json").decode()
    show = rows["streams.json"][0]
    assert show["lines"][0]["text"] == f"I am {MARK}"
    assert show["topics"] == [f"Is {MARK} real?"]
    played = rows["playing.json"]
    assert [one["heard"] for one in played["improvised"]] == [f"I am {MARK}."]
    assert (len(played["hosted"]), len(played["seats"])) == (1, 2)
    assert rows["audience.json"]["messages"][0]["text"] == f"Here is {MARK}"
    around = rows["scene_audience.json"]
    assert around["comments"][0]["text"] == f"{MARK} was here"
    assert [len(around[name]) for name in around] == [1, 1, 1, 1, 1]
    said = rows["comments.json"]
    assert [one["text"] for one in said["written"]] == [f"{MARK} heard it"] * 2
    assert said["written"][0]["before"][0]["text"] == f"{MARK} saw it"
    assert [len(said[name]) for name in said] == [2, 2, 1, 1]
    screened = rows["screening.json"]
    assert {one["surface"] for one in screened["texts"]} >= {"caption", "name"}
    assert set(screened) == {
        "texts", "pictures", "approvals", "own_likeness", "counted_against_spam"
    }  # fmt: skip
    signing_in = rows["signing_in.json"]
    assert [one["name"] for one in signing_in["factors"]] == [MARK]
    assert [one["user_agent"] for one in signing_in["sessions"]] == [MARK]
    wants = rows["notice_settings.json"]
    assert [one["label"] for one in wants["devices"]] == [MARK]
    assert (len(wants["mails"]), len(wants["named_in"])) == (2, 2)
    clip = rows["clips.json"][0]
    assert packed.read(f"clips/{clip['key']}.mp4") == f"{MARK}: video".encode()
    assert packed.read(rows["portraits.json"][0]["file"]) == f"{MARK}: face".encode()
    listed = {entry["path"]: entry["bytes"] for entry in rows["contents.json"]}
    assert set(listed) | {"contents.json"} == names
    for path, size in listed.items():
        assert packed.getinfo(path).file_size == size


def test_no_secret_and_nobody_else_is_in_the_archive(life: User) -> None:
    packed = unpacked(exports.archive(life))
    text = b"".join(packed.read(name) for name in packed.namelist()).decode("latin-1")
    token = life.tokens.get()
    for secret in (
        life.password, token.digest, "bob@example.com", "Bob's", "x1y2z3", "a1b2c3d4"
    ):  # fmt: skip
        assert secret not in text


def test_what_was_taken_down_is_not_handed_out(life: User) -> None:
    clip = life.clips.get()
    withheld.withhold(
        [blobs.name_of(clip.video)], cause="test", owner=life.pk, removed=True
    )
    names = unpacked(exports.archive(life)).namelist()
    assert f"clips/{clip.key}.mp4" not in names
    assert f"clips/{clip.key}.webp" in names


def test_the_archive_asks_for_the_password(life: User, client_of: ClientOf) -> None:
    client = client_of(life)
    asked = client.get("/settings/data/archive.zip")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    sent = client.get("/settings/data/archive.zip")
    assert sent["Content-Type"] == "application/zip"
    assert "profile.json" in unpacked(sent_by(sent)).namelist()


def test_a_token_alone_does_not_carry_everything_away(
    life: User, client: Client
) -> None:
    _, key = services.create_token(user=life)
    headers = {"Authorization": f"Bearer {key}"}
    url, kind = "/api/v1/me/export/", "application/json"
    wrong = client.post(url, {"password": "x"}, content_type=kind, headers=headers)
    assert wrong.status_code == 403
    right = client.post(url, {"password": PASSWORD}, content_type=kind, headers=headers)
    assert "clips.json" in unpacked(sent_by(right)).namelist()


def test_nobody_is_erased_while_a_case_about_them_is_open(life: User) -> None:
    Case.objects.filter(author=life).update(state=Case.State.OPEN)
    leaving.ask_to_leave(user=life)
    User.objects.filter(pk=life.pk).update(leaves=timezone.now())
    assert leaving.purge_due() == {"erased": 0}
    Case.objects.filter(author=life).update(state=Case.State.CLOSED)
    assert leaving.purge_due() == {"erased": 1}


def test_after_the_purge_a_pseudonym_is_all_that_is_left(
    life: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert len(places_of(MARK)) > 10
    with django_capture_on_commit_callbacks(execute=True):
        leaving.ask_to_leave(user=life)
    User.objects.filter(pk=life.pk).update(leaves=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert leaving.purge_due() == {"erased": 1}
    assert places_of(MARK) == []
    left = Play.objects.get(roles__name="Removed")
    assert left.roles.get().name == left.snapshot["cast"]["host"]["name"] == "Removed"
    ghost = User.objects.get(pk=life.pk)
    assert ghost.username.startswith("closed")
    assert (ghost.birth_date, ghost.bio, ghost.picture.name) == (None, "", "")
    for label in set(EXPORTED) - KEPT:
        model = apps.get_model(label)
        owners = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey) and field.related_model is User
        ]
        for owner in owners:
            assert not model._default_manager.filter(**{owner: life.pk}).exists(), label
