"""A house goes into one file and comes back as it was; a damaged file changes nothing."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import stat
import tarfile
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from conftest import PASSWORD
from feed import services as feed
from feed.models import Like, Post
from feed.search.finding import search
from feed.tests.rows import ready_clip
from moderation import log, sealing
from moderation.models import LogEntry
from socialapp.accounts.models import User
from socialapp.backup import BackupError, back_up, examine, house, manifest, restore
from socialapp.backup.restoring import REPLACE
from socialapp.chat import services as chats
from socialapp.chat.models import Conversation
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

FILM = b"a film " * 1000


@pytest.fixture
def place(tmp_path: Path, settings: Settings) -> Path:
    """A DATA_DIR with keys, and with what no backup wants."""
    data = tmp_path / "data"
    for name, text in {
        "secret-key": "secret",
        "watermark-keys": "sixteen letters or more",
        "credentials/signer.key": "a key",
        "logs/web.log": "GET /",
        "redis/dump.rdb": "jobs",
        "troupe.sqlite3": "the database goes another way",
        ".secret-key-7": "a draft",
    }.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text)
    (data / "credentials" / "signer.key").chmod(0o600)
    settings.DATA_DIR = data
    return data


@pytest.fixture
def lived_in(place: Path, alice: User, bob: User) -> User:
    """Alice, who has a clip in the feed and talks with a character; Bob likes it."""
    clip = ready_clip(alice, title="Hob", video=blobs.put(FILM, "mp4"))
    post = feed.publish_post(clip=clip, author=alice, caption="Not one. \\N\t“None”.")
    feed.like_post(post=post, user=bob)
    chats.start(person=alice, character=clip.character)
    return alice


@pytest.fixture
def wipe(lived_in: User, place: Path) -> Callable[[], None]:
    """A new, empty house in the same place."""

    def gone() -> None:
        call_command("flush", verbosity=0, interactive=False)
        for name in list(house.stored()):
            default_storage.delete(name)
        for _, file in list(house.files()):
            file.unlink()
        assert not User.objects.exists()

    return gone


def hashes() -> dict[str, str]:
    """Of every file of the house."""
    found = {name: file.read_bytes() for name, file in house.files()}
    for name in house.stored():
        with default_storage.open(name) as file:
            found[name] = file.read()
    return {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}


def counted() -> dict[str, int]:
    """Rows of every table that Django knows."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f'select count(*) from "{table}"')  # noqa: S608  names of our own
            found[table] = cursor.fetchone()[0]
    return found


def test_a_house_comes_back_as_it_was(
    lived_in: User, wipe: Callable[[], None], place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    census, kept = counted(), hashes()
    told = back_up(file)
    assert census.items() <= told.database.census.items()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".backup-*")) == []
    wipe()
    assert counted() != census
    _, found = restore(file)
    assert (counted(), hashes()) == (census, kept)
    assert found == told.database.census
    assert stat.S_IMODE((place / "credentials/signer.key").stat().st_mode) == 0o600
    post = Post.objects.get()
    assert post.caption == "Not one. \\N\t“None”."
    assert post.clip is not None
    assert blobs.get(post.clip.video) == FILM
    assert Like.objects.get().user.username == "bob"
    assert Conversation.objects.get().owner.username == "alice"
    # What the database does by itself is there too.
    assert sealing.missing_triggers(connection) == []
    (clip,) = search(AnonymousUser(), "none", kind="clip").shelves[0].found
    assert clip.url.startswith(post.get_absolute_url())
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert client.get("/settings/data/").status_code == 200
    # Numbers go on where they ended.
    newest = User.objects.latest("pk").pk
    assert User.objects.create_user("carol", "carol@example.com").pk > newest


def test_a_house_of_another_version_is_built_anew(
    lived_in: User, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    told = back_up(file)
    with connection.cursor() as cursor:
        # As one that was never told of this migration.
        cursor.execute("delete from django_migrations where app = 'feed'")
        cursor.execute("drop table feed_customfeed" + cascade())
    restore(file, replace=True)
    assert counted().items() <= told.database.census.items()
    assert sealing.missing_triggers(connection) == []
    (clip,) = search(AnonymousUser(), "none", kind="clip").shelves[0].found
    assert clip.url.startswith(Post.objects.get().get_absolute_url())


def cascade() -> str:
    return " cascade" if connection.vendor == "postgresql" else ""


def test_the_file_has_nothing_of_the_machine(lived_in: User, tmp_path: Path) -> None:
    file = tmp_path / "house.tar"
    names = {one.name for one in back_up(file).members}
    assert {one for one in names if one.startswith("files/")} == {
        "files/secret-key", "files/watermark-keys", "files/credentials/signer.key"
    }  # fmt: skip
    assert f"media/{blobs.name_of(blobs.ref_of(FILM, 'mp4'))}" in names
    assert all(one.startswith(("files/", "media/", "database/")) for one in names)


def test_it_is_of_one_moment(
    lived_in: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever signs up while files are copied is not half in it."""
    real = house.files

    def files() -> object:
        User.objects.create_user("late", "late@example.com")
        return real()

    monkeypatch.setattr(house, "files", files)
    told = back_up(tmp_path / "house.tar")
    assert told.database.census[User._meta.db_table] == User.objects.count() - 1


def test_without_media_it_says_so(
    lived_in: User, wipe: Callable[[], None], tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    call_command("backup", str(file), "--without-media", stdout=io.StringIO())
    told = examine(file)
    assert not told.media
    assert not any(one.name.startswith("media/") for one in told.members)
    out = io.StringIO()
    # Media that lie there are not of another house: they stay.
    call_command("restore", str(file), REPLACE, stdout=out)
    assert "Media were left out" in out.getvalue()
    assert blobs.get(blobs.ref_of(FILM, "mp4")) == FILM


def test_the_commands_print_the_census(
    lived_in: User, wipe: Callable[[], None], tmp_path: Path
) -> None:
    file, out = tmp_path / "house.tar", io.StringIO()
    call_command("backup", str(file), stdout=out)
    assert "holds the keys" in " ".join(out.getvalue().split())
    people = User.objects.count()
    wipe()
    call_command("restore", str(file), stdout=out)
    table = User._meta.db_table
    assert f"{people:>14} {people:>10}  {table}\n" in out.getvalue()


def test_people_are_not_replaced_unless_it_is_meant(
    lived_in: User, place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    back_up(file)
    User.objects.create_user("carol", "carol@example.com")
    stray = blobs.put(b"Carol's picture", "png")
    before = counted()
    with pytest.raises(CommandError, match=REPLACE):
        call_command("restore", str(file), stdout=io.StringIO())
    assert (counted(), blobs.get(stray)) == (before, b"Carol's picture")
    restore(file, replace=True)
    assert not User.objects.filter(username="carol").exists()
    assert blobs.name_of(stray) not in set(house.stored())
    assert not (place / "redis").exists()


@pytest.mark.parametrize("where", ["database/", "media/", "manifest.json", "header"])
def test_a_damaged_file_is_refused_and_nothing_changes(
    where: str, lived_in: User, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    back_up(file)
    flip(file, where)
    before = counted(), hashes()
    with pytest.raises(BackupError, match="damaged"):
        restore(file, replace=True)
    assert (counted(), hashes()) == before


def flip(file: Path, where: str) -> None:
    """One bit of the first member whose name begins so, or of the last one's header."""
    with tarfile.open(file) as tar:
        entries = tar.getmembers()
    data = bytearray(file.read_bytes())
    if where == "header":
        data[entries[len(entries) // 2].offset] ^= 1
    else:
        entry = next(one for one in entries if one.name.startswith(where) and one.size)
        data[entry.offset_data + entry.size // 2] ^= 1
    file.write_bytes(data)


def test_half_a_file_is_refused(lived_in: User, tmp_path: Path) -> None:
    file = tmp_path / "house.tar"
    back_up(file)
    data = file.read_bytes()
    for length in (0, 100, len(data) // 2, len(data) * 9 // 10):
        file.write_bytes(data[:length])
        with pytest.raises(BackupError, match="damaged"):
            restore(file, replace=True)
    file.write_text("no tar at all")
    with pytest.raises(CommandError, match="damaged, or is no backup"):
        call_command("restore", str(file), stdout=io.StringIO())


def rewritten(file: Path, change: Callable[[dict[str, object]], None]) -> None:
    """The manifest changed by somebody who also knows how it is sealed."""
    with tarfile.open(file) as tar:
        kept = [(one, tar.extractfile(one).read()) for one in tar.getmembers()]  # type: ignore[union-attr]
    told = json.loads({one.name: data for one, data in kept}[manifest.NAME])
    change(told)
    text = json.dumps(told).encode()
    new = {
        manifest.NAME: text,
        manifest.SEAL: hashlib.sha256(text).hexdigest().encode(),
    }
    with tarfile.open(file, "w") as tar:
        for entry, data in kept:
            entry.size = len(new.get(entry.name, data))
            tar.addfile(entry, io.BytesIO(new.get(entry.name, data)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 99}, "version that wrote it"),
        ({"migrations": [["feed", "9999_later"]]}, "feed.9999_later"),
        ({"vendor": "oracle"}, "DATABASE_URL"),
        ({"census": {"accounts_user": 77}}, "census|lacks"),
    ],
)
def test_what_this_version_cannot_read_is_refused(
    change: dict[str, object], words: str, lived_in: User, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    back_up(file)

    def changed(told: dict[str, object]) -> None:
        where = told if "format" in change else told["database"]
        assert isinstance(where, dict)
        where.update(change)

    rewritten(file, changed)
    before = counted()
    with pytest.raises(BackupError, match=words):
        restore(file, replace=True)
    assert counted() == before


def test_a_file_lands_nowhere_else(lived_in: User, tmp_path: Path) -> None:
    file = tmp_path / "house.tar"
    back_up(file)

    def changed(told: dict[str, object]) -> None:
        told["members"][0]["name"] = "files/../../taken"  # type: ignore[index]

    rewritten(file, changed)
    with pytest.raises(BackupError, match="not the name of a file of a house"):
        restore(file, replace=True)
    assert not (tmp_path / "taken").exists()


def test_a_house_that_runs_is_not_restored(
    lived_in: User, place: Path, tmp_path: Path
) -> None:
    file = tmp_path / "house.tar"
    back_up(file)
    with (place / "up.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="is running"):
            restore(file, replace=True)


def test_a_writer_who_stays_is_named(
    lived_in: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else holds the database: nothing is waited for without an end."""
    file = tmp_path / "house.tar"
    back_up(file)
    monkeypatch.setattr("socialapp.backup.sqlite.WAIT_SECONDS", 0.1)
    monkeypatch.setattr("socialapp.backup.postgres.LOCK_SECONDS", 0.1)
    other = connections["default"].copy("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("begin")
            cursor.execute("delete from feed_like")
            with pytest.raises(BackupError, match="Stop"):
                restore(file, replace=True)
            cursor.execute("rollback")
    finally:
        other.close()
    assert Like.objects.count() == 1


def test_where_a_backup_may_lie(lived_in: User, place: Path, tmp_path: Path) -> None:
    there = tmp_path / "house.tar"
    there.write_text("an older one")
    for file, words in (
        (there, "another name"),
        (tmp_path / "none" / "house.tar", "Make it first"),
        (place / "house.tar", "in DATA_DIR"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("backup", str(file), stdout=io.StringIO())
    assert there.read_text() == "an older one"


def test_the_audit_log_comes_back_sealed(
    lived_in: User, wipe: Callable[[], None], tmp_path: Path
) -> None:
    log.record(actor=lived_in, action="house.inspect", subject="house:1")
    file = tmp_path / "house.tar"
    before = list(LogEntry.objects.values_list("pk", "digest"))
    back_up(file)
    wipe()
    restore(file)
    assert list(LogEntry.objects.values_list("pk", "digest")) == before
    call_command("verify_audit", stdout=io.StringIO())
