"""Pictures of one's own to stand before: taken in, screened, used, forgotten."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from avatarfx import services
from avatarfx.errors import NotNowError
from avatarfx.models import Backdrop, Clip
from avatarfx.services import backdrops
from avatarfx.services.backdrops import BackdropError
from avatarfx.services.ingredients import background_of
from avatarfx.standing import why_it_waits
from moderation import lookalikes, subjects
from moderation.models import PictureCheck, Screening
from moderation.pictures import services as screening
from moderation.services import holds
from socialapp.accounts.services import close_account
from socialapp.lib import blobs
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

URL = "/api/v1/backgrounds/mine/"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def room(size: tuple[int, int] = (640, 400), **more: Any) -> bytes:
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    pixels = np.broadcast_to(across[None, :, None], (size[1], size[0], 3)).copy()
    pixels[:, :, 1] = 90
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **more)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A small PNG that says it is `side` x `side` pixels, and is."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b""))
    )


def test_a_picture_comes_in_without_what_its_file_tells(alice: User) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Alice"
    kept = backdrops.add_backdrop(
        owner=alice, data=room((2400, 1350), exif=exif), name="  My   hall "
    )
    assert (kept.name, kept.state) == ("My hall", "approved")
    assert (kept.width, kept.height) == (1920, 1080)
    data = blobs.get(kept.ref)
    assert kept.size == len(data)
    assert b"Camera" not in data
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (1920, 1080))
        assert not opened.getexif()
    assert Screening.objects.get(person=alice).surface == "background"


def test_a_hundred_megapixels_are_refused_in_words(alice: User) -> None:
    small = bomb(10_000)
    assert len(small) < 100_000
    with pytest.raises(PictureError, match="10000 × 10000 pixels"):
        backdrops.add_backdrop(owner=alice, data=small)
    assert not Backdrop.objects.exists()


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>", b"GIF89a", b"%PDF-1"])
def test_what_is_no_picture_is_refused(alice: User, data: bytes) -> None:
    with pytest.raises(PictureError):
        backdrops.add_backdrop(owner=alice, data=data)


def test_a_real_face_is_refused_and_leaves_nothing(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    with pytest.raises(PictureError, match=r"rule 2\.1"):
        backdrops.add_backdrop(owner=alice, data=room())
    assert not Backdrop.objects.exists()
    assert not PictureCheck.objects.exists()


def test_one_that_nobody_could_check_waits_and_so_do_clips(
    alice: User,
    hob: Character,
    eyes: Eyes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    eyes.broken = "It crashed."
    kept = backdrops.add_backdrop(owner=alice, data=room())
    assert kept.state == "pending"
    assert "look again" in why_it_waits(kept)
    with pytest.raises(NotNowError, match="waits"):
        ask(alice, hob, kept.ref)
    eyes.broken = ""
    check = screening.check_of(owner=alice, ref=kept.ref)
    assert check is not None
    with django_capture_on_commit_callbacks(execute=True):
        screening.check_again(check.pk)
    assert ask(alice, hob, kept.ref).recipe["background"] == kept.ref


def ask(owner: User, character: Character, background: str) -> Clip:
    return services.request_clip(
        owner=owner,
        character=character,
        script="Good evening to the lamp.",
        background=background,
    )


def test_nobody_else_makes_clips_before_it(
    alice: User, bob: User, hob: Character
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    hob.visibility = "public"
    hob.save()
    for name in (kept.ref, "sha256:" + "0" * 64 + ".webp", "nowhere"):
        with pytest.raises(NotNowError, match="does not exist"):
            ask(bob, hob, name)
    assert ask(alice, hob, kept.ref).owner == alice


def test_a_clip_stands_before_it_and_its_record_says_so(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    clip = ask(alice, hob, kept.ref)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY
    signed = next(
        entry for entry in clip.renders.get().trace if entry["name"] == "sign"
    )
    assert signed["background"] == kept.ref
    assert signed["source"] == "compositeWithTrainedAlgorithmicMedia"
    assert background_of(kept.ref, 128, 224) == blobs.get(kept.ref)


def test_a_remix_by_somebody_else_leaves_it_at_home(
    alice: User, bob: User, hob: Character, troupe: Troupe
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    clip = ask(alice, hob, kept.ref)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    made: dict[str, Clip] = {
        person.username: services.remake(
            owner=person,
            of=clip,
            kind="rewrite",
            character=hob,
            script="Good morning to the lamp.",
        )
        for person in (alice, bob)
    }
    assert made["alice"].as_recipe().background == kept.ref
    assert made["bob"].as_recipe().background == ""


def test_one_that_is_taken_down_is_held_with_its_films_and_stays_away(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    clip = ask(alice, hob, kept.ref)
    services.render_clip(clip.pk)
    holds.withhold(kind="backdrop", thing=kept, level=holds.REMOVED, cause="t:1")
    clip.refresh_from_db()
    assert clip.state == Clip.State.BLOCKED
    assert background_of(kept.ref, 128, 224) == b""
    with pytest.raises(BackdropError, match="taken down"):
        backdrops.add_backdrop(owner=alice, data=room())
    with pytest.raises(NotNowError):
        ask(alice, hob, kept.ref)
    subject = subjects.get("backdrop")
    assert subject.find(kept.key) == kept
    assert lookalikes.owner_of(blobs.name_of(kept.ref)) == ("backdrop", kept.key)


def test_a_refused_one_is_not_kept_and_holds_its_films(
    alice: User,
    bob: User,
    hob: Character,
    troupe: Troupe,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    clip = ask(alice, hob, kept.ref)
    check = screening.check_of(owner=alice, ref=kept.ref)
    assert check is not None
    with django_capture_on_commit_callbacks(execute=True):
        screening.decide(check=check, moderator=bob, approve=False)
    clip.refresh_from_db()
    assert clip.state == Clip.State.BLOCKED
    assert not Backdrop.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(kept.ref)


def test_there_is_room_for_so_many(alice: User, settings: Settings) -> None:
    settings.BACKDROPS_PER_PERSON = 1
    kept = backdrops.add_backdrop(owner=alice, data=room())
    with pytest.raises(BackdropError, match="no more fit"):
        backdrops.add_backdrop(owner=alice, data=room((800, 400)))
    backdrops.remove_backdrop(backdrop=kept)
    backdrops.add_backdrop(owner=alice, data=room((800, 400)))


def test_it_is_deleted_when_no_clip_in_line_needs_it(
    alice: User,
    bob: User,
    hob: Character,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    his = backdrops.add_backdrop(owner=bob, data=room())
    clip = ask(alice, hob, kept.ref)
    with pytest.raises(NotNowError, match="A clip in line"):
        backdrops.remove_backdrop(backdrop=kept)
    services.cancel_clip(clip=clip)
    with django_capture_on_commit_callbacks(execute=True):
        backdrops.remove_backdrop(backdrop=kept)
    assert blobs.get(his.ref), "somebody else has the same picture"
    with django_capture_on_commit_callbacks(execute=True):
        backdrops.remove_backdrop(backdrop=his)
    with pytest.raises(FileNotFoundError):
        blobs.get(his.ref)


def test_who_leaves_takes_it_along(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    kept = backdrops.add_backdrop(owner=alice, data=room())
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not Backdrop.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(kept.ref)


# Over HTTP --------------------------------------------------------------------------


def send(client: Any, data: bytes, name: str = "hall.jpg", url: str = URL) -> Any:
    return client.post(url, {"picture": SimpleUploadedFile(name, data)})


def test_a_person_uploads_lists_and_deletes(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    sent = send(client, room(), "My hall.jpg")
    assert sent.status_code == 201, sent.content
    made = sent.json()
    assert (made["title"], made["state"], made["note"]) == ("My hall", "approved", "")
    told = client.get(URL).json()
    assert [one["key"] for one in told["mine"]] == [made["key"]]
    assert told["room"] == 59
    assert client_of(bob).get(URL).json()["mine"] == []
    address = f"{URL}{made['key']}/"
    assert client_of(bob).get(address).status_code == 404
    assert client_of(bob).delete(address).status_code == 404
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404


def test_a_bad_upload_is_refused_by_name(
    alice: User, client_of: ClientOf, eyes: Eyes
) -> None:
    client = client_of(alice)
    assert "picture" in send(client, b"text").content.decode()
    assert client.post(URL, {"title": "x"}, "application/json").status_code == 400
    eyes.photograph()
    answer = send(client, room())
    assert answer.json()["type"] == "urn:troupe:picture-refused"


def test_the_page_keeps_lists_and_deletes_without_a_script(
    alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    page = "/studio/backgrounds/"
    assert "None yet" in client.get(page).content.decode()
    assert send(client, b"", url=page).status_code == 400
    assert client.post(page).status_code == 400
    assert send(client, room(), "My hall.jpg", url=page).status_code == 302
    assert "My hall" in client.get(page).content.decode()
    kept = Backdrop.objects.get()
    client.post(f"{page}{kept.key}/remove/")
    assert not Backdrop.objects.exists()
