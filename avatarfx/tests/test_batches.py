"""One text for many: every row is looked at before any clip is asked for."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from avatarfx import rows
from avatarfx import services as clips
from avatarfx.batches import tables
from avatarfx.errors import IdempotencyConflictError
from avatarfx.models import Batch, BatchRow, Clip
from avatarfx.services import batches as services
from avatarfx.services.batches import BatchError
from moderation.screening.judge import ScreeningUnavailableError
from socialapp.accounts import quotas
from socialapp.accounts.services import close_account
from socialapp.lib import blobs

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

URL = "/api/v1/batches/"
TEXT = "Good evening, {name}. Your seat is {seat}."
SMALL = b"name,seat\nAda,1\nBo,2\nCy,3\n"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _many_tickets(settings: Settings) -> None:
    settings.CLIPS_PER_DAY = 100


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rules that know one word, and are asked in no time; what they were shown."""
    shown: list[str] = []

    def stopped(batch: Batch, text: str) -> str:
        shown.append(text)
        return "This is a slur, see rule 4.1." if "Quillfish" in text else ""

    monkeypatch.setattr(services, "_stopped", stopped)
    return shown


def made(owner: User, character: Character, data: bytes = SMALL, **more: Any) -> Batch:
    table = services.table_from(io.BytesIO(data), size=len(data))
    return services.create_batch(
        owner=owner, character=character, text=TEXT, table=table, **more
    )


def checked(owner: User, character: Character, data: bytes = SMALL) -> Batch:
    batch = made(owner, character, data)
    services.check_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_ten_thousand_rows_with_one_bad_one_name_it_and_offer_the_rest(
    alice: User, hob: Character, quick: list[str]
) -> None:
    lines = [f"Guest {n},{n}" for n in range(1, tables.MOST_ROWS + 1)]
    lines[6999] = ",7000"
    batch = checked(alice, hob, "\n".join(["name,seat", *lines]).encode())
    assert batch.state == Batch.State.CHECKED
    assert rows.counts_of(batch).bad == 1
    assert len(quick) == 10_000 / services.TOGETHER
    with pytest.raises(BatchError) as caught:
        services.start_batch(batch=batch)
    said = str(caught.value)
    assert "Row 7001" in said
    assert "column “name”" in said
    assert "It is empty" in said
    assert "all but the bad ones (9999)" in said
    assert not Clip.objects.exists()
    assert services.start_batch(batch=batch, without_bad=True).state == "running"


def test_the_rules_look_at_every_row_and_name_the_cell(
    alice: User, hob: Character, quick: list[str]
) -> None:
    batch = checked(alice, hob, b"name,seat\nAda,1\nQuillfish,2\nCy,3\n")
    bad = batch.rows.get(state=BatchRow.State.BAD)
    assert (bad.number, bad.column) == (3, "name")
    assert "4.1" in bad.reason
    assert any("Ada" in text and "Cy" in text for text in quick)


def test_a_row_that_is_too_long_names_what_to_shorten(
    alice: User, hob: Character
) -> None:
    batch = made(alice, hob, b"name,seat\nAda," + b"very " * 390 + b"\nBo,2\n")
    bad = batch.rows.get(state=BatchRow.State.BAD)
    assert (bad.number, bad.column) == (2, "seat")
    assert bad.reason


def test_rules_that_cannot_be_asked_leave_it_waiting(
    alice: User, hob: Character, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ScreeningUnavailableError

    monkeypatch.setattr(services, "screen_text", down)
    batch = checked(alice, hob)
    assert batch.state == Batch.State.CHECKING
    assert batch.note
    with pytest.raises(BatchError, match="still being read"):
        services.start_batch(batch=batch)
    Batch.objects.update(fed=batch.created - dt.timedelta(minutes=5))
    assert services.feed_batches() == {"batches": 1}
    assert services.feed_batches() == {"batches": 0}


def test_the_real_rules_let_good_rows_through(alice: User, hob: Character) -> None:
    assert checked(alice, hob).state == Batch.State.CHECKED


@pytest.mark.parametrize(
    ("text", "words"),
    [("Hello, everybody.", "same for every row"), ("Hi {who}.", "no such column")],
)
def test_a_text_that_does_not_fit_the_table_keeps_nothing(
    alice: User, hob: Character, text: str, words: str
) -> None:
    table = tables.from_csv(io.BytesIO(SMALL))
    with pytest.raises(BatchError, match=words):
        services.create_batch(owner=alice, character=hob, text=text, table=table)
    assert not Batch.objects.exists()


def test_a_table_that_breaks_further_down_keeps_nothing(
    alice: User, hob: Character
) -> None:
    broken = b"name,seat\n" + b"Ada,1\n" * 900 + b'Bo,"' + b"x" * 200_000
    with pytest.raises(BatchError, match="cannot be read"):
        made(alice, hob, broken)
    assert not Batch.objects.exists()
    assert not BatchRow.objects.exists()


def test_the_same_key_is_the_same_batch(alice: User, hob: Character) -> None:
    first = made(alice, hob, idempotency_key="k")
    assert made(alice, hob, idempotency_key="k") == first
    assert first.rows.count() == 3
    with pytest.raises(IdempotencyConflictError):
        made(alice, hob, b"name,seat\nDi,4\n", idempotency_key="k")
    assert Batch.objects.count() == 1


def test_clips_are_asked_for_a_few_at_a_time_and_never_twice(
    alice: User, hob: Character, quick: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_OPEN", 2)
    batch = services.start_batch(batch=checked(alice, hob))
    services.feed_batch(batch_id=batch.pk)
    services.feed_batch(batch_id=batch.pk)
    scripts = list(Clip.objects.order_by("pk").values_list("script", flat=True))
    assert scripts == [
        "Good evening, Ada. Your seat is 1.",
        "Good evening, Bo. Your seat is 2.",
    ]
    Clip.objects.filter(script__contains="Ada").update(state="ready")
    services.feed_batch(batch_id=batch.pk)
    assert Clip.objects.count() == 3
    Clip.objects.update(state="ready")
    services.feed_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    assert rows.counts_of(batch).ready == 3


def test_without_tickets_it_waits_and_says_so(
    alice: User, hob: Character, quick: list[str], settings: Settings
) -> None:
    settings.CLIPS_PER_DAY = 2
    batch = checked(alice, hob)
    assert "3 clips, 3 tickets" in rows.cost_of(3, alice)
    assert "2 days" in rows.cost_of(3, alice)
    services.start_batch(batch=batch)
    services.feed_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert Clip.objects.count() == 2
    assert batch.state == Batch.State.RUNNING
    assert "No tickets left" in batch.note
    settings.CLIPS_PER_DAY = 3
    services.feed_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (Clip.objects.count(), batch.note) == (3, "")


def test_it_is_stopped_as_a_whole_and_tickets_come_back(
    alice: User, bob: User, hob: Character, quick: list[str]
) -> None:
    other = clips.request_clip(owner=alice, character=hob, script="Mine, by itself.")
    batch = services.start_batch(batch=checked(alice, hob))
    services.feed_batch(batch_id=batch.pk)
    services.cancel_batch(batch=batch)
    other.refresh_from_db()
    assert other.state == Clip.State.QUEUED
    assert Clip.objects.filter(state="cancelled").count() == 3
    assert quotas.left(alice).left == 99
    services.feed_batch(batch_id=batch.pk)
    assert Clip.objects.count() == 4


def test_what_failed_is_asked_for_again_and_nothing_else(
    alice: User, hob: Character, quick: list[str]
) -> None:
    batch = services.start_batch(batch=checked(alice, hob))
    services.feed_batch(batch_id=batch.pk)
    Clip.objects.update(state="ready")
    Clip.objects.filter(script__contains="Bo").update(state="failed")
    services.feed_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    services.retry_batch(batch=batch)
    services.feed_batch(batch_id=batch.pk)
    assert Clip.objects.filter(script__contains="Bo").count() == 2
    assert Clip.objects.count() == 4
    Clip.objects.filter(state="queued").update(state="ready")
    services.feed_batch(batch_id=batch.pk)
    with pytest.raises(BatchError, match="Nothing of this batch failed"):
        services.retry_batch(batch=batch)


def test_a_row_that_is_refused_when_it_is_asked_for_does_not_stop_the_rest(
    alice: User, hob: Character, quick: list[str]
) -> None:
    batch = services.start_batch(batch=checked(alice, hob))
    BatchRow.objects.filter(number=3).update(script="…")
    services.feed_batch(batch_id=batch.pk)
    refused = batch.rows.get(number=3)
    assert refused.state == BatchRow.State.REFUSED
    assert refused.reason
    assert Clip.objects.count() == 2


def test_a_clip_that_ends_brings_the_next_one(
    alice: User,
    hob: Character,
    quick: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = services.start_batch(batch=checked(alice, hob))
    services.feed_batch(batch_id=batch.pk)
    with django_capture_on_commit_callbacks() as sent:
        services.go_on_after(clip=Clip.objects.all()[0])
    assert len(sent) == 1


def test_the_table_with_links_and_the_zip_have_what_may_be_shown(
    alice: User, hob: Character, quick: list[str]
) -> None:
    data = b"name,seat\n=cmd,1\nBo,2\nCy,3\n"
    batch = services.start_batch(batch=checked(alice, hob, data))
    services.feed_batch(batch_id=batch.pk)
    Clip.objects.update(state="ready", video=blobs.put(b"film", "mp4"))
    Clip.objects.filter(script__contains="Bo").update(withheld="hidden")
    text = b"".join(rows.table_of(batch, site="https://troupe.example")).decode()
    assert "'=cmd" in text
    assert text.count("https://troupe.example/clips/") == 3
    assert text.count(".mp4") == 2
    packed = zipfile.ZipFile(io.BytesIO(b"".join(rows.films_of(batch))))
    assert packed.namelist() == ["00002-cmd.mp4", "00004-cy.mp4"]


def test_who_leaves_takes_it_along(
    alice: User,
    hob: Character,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made(alice, hob)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Batch.objects.exists()
    assert not BatchRow.objects.exists()


# Over HTTP --------------------------------------------------------------------------


def test_all_of_it_over_http_and_nobody_else(
    alice: User, bob: User, hob: Character, quick: list[str]
) -> None:
    mine, other = APIClient(), APIClient()
    mine.force_authenticate(alice)
    other.force_authenticate(bob)
    body = {
        "character": hob.key,
        "template": TEXT,
        "table": SimpleUploadedFile("a.csv", SMALL),
        "shape": "1:1",
        "bed": "matinee",
    }
    sent = mine.post(URL, body, format="multipart", headers={"Idempotency-Key": "k"})
    assert sent.status_code == 202, sent.content
    made_ = sent.json()
    body["table"] = SimpleUploadedFile("a.csv", SMALL)
    again = mine.post(URL, body, format="multipart", headers={"Idempotency-Key": "k"})
    assert again.json()["key"] == made_["key"]
    address = f"{URL}{made_['key']}/"
    assert mine.post(f"{address}start/").status_code == 409
    services.check_batch(batch_id=Batch.objects.get().pk)
    told = mine.get(address).json()
    assert told["state"] == "checked"
    assert "3 clips, 3 tickets" in told["cost"]
    assert mine.post(f"{address}start/").json()["state"] == "running"
    services.feed_batch(batch_id=Batch.objects.get().pk)
    clip = Clip.objects.all()[0]
    assert (clip.shape, clip.as_recipe().bed) == ("1:1", "matinee")
    listed = mine.get(f"{address}rows/?after=2").json()
    assert [row["number"] for row in listed] == [3, 4]
    for way in ("", "rows/", "links/", "films/"):
        assert other.get(address + way).status_code == 404
    for way in ("start/", "cancel/", "retry/"):
        assert other.post(address + way).status_code == 404
    assert other.delete(address).status_code == 404
    assert mine.post(f"{address}cancel/").json()["state"] == "cancelled"
    assert mine.delete(address).status_code == 204
    assert Clip.objects.count() == 3


def test_rows_may_come_as_json_and_bad_ones_are_refused(
    alice: User, hob: Character
) -> None:
    client = APIClient()
    client.force_authenticate(alice)

    def send(**more: Any) -> Any:
        body = {"character": hob.key, "template": TEXT, **more}
        return client.post(URL, body, format="json")

    assert send(rows=[{"name": "Ada", "seat": 1}]).status_code == 202
    refused: list[Any] = [[], [{}], ["x"], [{"name": {"a": 1}}]]
    for bad in (*refused, [{"name": "A"}] * 10_001):
        assert send(rows=bad).status_code in {400, 413}
    assert send().status_code == 400
    assert Batch.objects.count() == 1


def test_the_pages_lead_from_a_table_to_its_films(
    alice: User, bob: User, hob: Character, quick: list[str], client_of: ClientOf
) -> None:
    client = client_of(alice)
    assert "None yet" in client.get("/batches/").content.decode()
    body = {"character": hob.key, "template": "Hi.", "key": "k"}
    body["table"] = SimpleUploadedFile("a.csv", SMALL)  # type: ignore[assignment]
    refused = client.post("/batches/", body)
    assert refused.status_code == 400
    assert "same for every row" in refused.content.decode()
    lines = b"name,seat\nAda,1\n,2\nCy,3\n"
    body |= {"template": TEXT, "table": SimpleUploadedFile("a.csv", lines)}  # type: ignore[dict-item]
    body |= {"motion": "lively", "camera": "push"}
    address = client.post("/batches/", body)["Location"]
    services.check_batch(batch_id=Batch.objects.get().pk)
    page = client.get(address).content.decode()
    assert "all but the bad ones (2)" in page
    assert "2 clips, 2 tickets" in page
    assert "It is empty" in page
    client.post(f"{address}change/", {"do": "start", "without_bad": "1"})
    services.feed_batch(batch_id=Batch.objects.get().pk)
    recipe = Clip.objects.all()[0].as_recipe()
    assert (recipe.cast[0].motion, recipe.camera) == ("lively", "push")
    page = client.get(address).content.decode()
    assert "Stop all of it" in page
    assert client.get(f"{address}links.csv").status_code == 200
    assert client.get(f"{address}films.zip").status_code == 200
    for one in (address, f"{address}links.csv", f"{address}films.zip"):
        assert client_of(bob).get(one).status_code == 404
    client.post(f"{address}change/", {"do": "cancel"})
    client.post(f"{address}change/", {"do": "retry"})
    assert Batch.objects.get().state == "running"
    client.post(f"{address}change/", {"do": "remove"})
    assert not Batch.objects.exists()
