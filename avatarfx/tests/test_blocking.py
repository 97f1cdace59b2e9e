"""What was taken down does not come back, and what was not to blame does."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from PIL import Image

from avatarfx import encode
from avatarfx.copies import blocking
from avatarfx.pipeline import Screened
from avatarfx.services import judging
from avatarfx.tests.looks import character_with, film_of, upload
from feed.services import publish_post
from feed.tests.rows import clip_of
from moderation import services as moderation
from moderation.models import Appeal, Blocked, Case, Measure, PictureCheck, Screening
from moderation.pictures.errors import PictureRefusedError
from moderation.services import keeping
from moderation.services.decisions import decide_case, undo_decision
from moderation.services.takedown import request_takedown
from moderation.tests.rows import moderator
from socialapp.accounts.services import AccountError, set_picture
from socialapp.characters.services import add_portrait
from socialapp.characters.tests.rigging import telling_rigger
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.lib.images import PictureError
from socialapp.provenance import watermarks
from socialapp.provenance.models import Fingerprint, Mark
from socialapp.provenance.selectors import prints_of
from socialapp.provenance.services import issue_mark
from socialapp.provenance.tests import drawings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from avatarfx.models import Clip
    from feed.models import Post
    from moderation.pictures.blocked import Traces
    from socialapp.accounts.models import User
    from socialapp.characters.models import Portrait
    from socialapp.provenance.fingerprints import Prints

pytestmark = [pytest.mark.django_db, pytest.mark.database]

FACTS = "It shows her, and she did not agree."


@pytest.fixture(autouse=True)
def rigger(settings: Settings) -> Iterator[None]:
    with telling_rigger(settings):
        yield


@pytest.fixture
def hers(mallory: User) -> Portrait:
    """Mallory sent in a picture of somebody else."""
    return upload(mallory, drawings.cast("hob"))


@pytest.fixture
def post(hers: Portrait, mallory: User) -> Post:
    """And made a clip with it."""
    clip = film_of(mallory, character_with(mallory, hers), seed=1, voice=1)
    return publish_post(clip=clip, author=mallory, caption="")


@pytest.fixture
def commits(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def send(where: str) -> None:
    """The form, filled in by somebody without an account."""
    form = {
        "where": where,
        "about": "It is me.",
        "good_faith": "1",
        "name": "Ada Example",
        "email": "ada@example.com",
    }
    assert Client().post("/takedown/", form).status_code == 302


def case_of(kind: str, key: str) -> Case:
    return Case.objects.get(kind=kind, subject_key=key)


def sent(picture: drawings.Array) -> bytes:
    return drawings.png(picture)


def test_from_the_form_to_the_refusal_and_back(
    post: Post, hers: Portrait, alice: User, bob: User, commits: Any
) -> None:
    near = upload(alice, drawings.all_of_it(drawings.cast("hob")))
    unlike = upload(alice, drawings.cast("perpetua"))
    with commits():
        send(post.get_absolute_url())

    # Hidden, with its files; what is like it waits for a person, on the same clock.
    assert Client().get(post.get_absolute_url()).status_code == 404
    assert Client().get(blobs.url(clip_of(post).video)).status_code == 404
    proposed = {(one.kind, one.subject_key): one for one in Case.objects.all()}
    assert not proposed["portrait", near.key].held
    assert not proposed["portrait", hers.key].held
    assert proposed["portrait", near.key].due == proposed["post", post.key].due
    assert ("portrait", unlike.key) not in proposed
    assert ("clip", clip_of(post).key) not in proposed

    # It does not come back, whatever is done to it, and nothing else is refused.
    for change in ("mirrored", "a tenth cut off", "half the size", "all of it"):
        copy = sent(drawings.CHANGES[change](drawings.cast("hob")))
        with pytest.raises(PictureRefusedError, match=r"taken down \(rule 5\.5"):
            add_portrait(owner=bob, data=copy)
    assert not bob.portraits.exists()
    add_portrait(owner=bob, data=sent(drawings.cast("kiko")))
    row = Screening.objects.filter(person=bob, action="block").first()
    assert row is not None
    assert row.findings[0]["layer"] == "pdq takedown"

    # It was not what the form said: everything is as it was.
    judge = moderator("quillon")
    with commits():
        decide_case(case=case_of("post", post.key), moderator=judge, measure="none")
    assert not Blocked.objects.exists()
    assert Client().get(post.get_absolute_url()).status_code == 200
    add_portrait(owner=bob, data=sent(drawings.all_of_it(drawings.cast("hob"))))


def test_nothing_but_hashes_is_kept_of_it(post: Post, commits: Any) -> None:
    with commits():
        send(post.get_absolute_url())
    row = Blocked.objects.get()
    assert (row.kind, row.subject_key) == ("post", post.key)
    assert len(row.pictures) == 32
    assert len(row.colours) == len(row.pictures) + len(row.crops)
    assert len(row.frames) == 3 * 32
    assert len(row.sound) % 4 == 0
    assert row.sound


def test_a_list_that_could_not_be_written_is_written_by_the_reconciler(
    post: Post, bob: User, commits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_kind: str, _key: str) -> Traces:
        raise OSError("The store is away.")

    with monkeypatch.context() as patched:
        patched.setattr(blocking, "traces_of", away)
        with commits():
            send(post.get_absolute_url())
        assert Blocked.objects.get().due
        assert keeping.bring_due() == {"blocked": 1}
        assert Blocked.objects.get().due
    assert keeping.bring_due() == {"blocked": 1}
    assert not Blocked.objects.get().due
    assert keeping.bring_due() == {"blocked": 0}
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=sent(drawings.mirrored(drawings.cast("hob"))))


def test_a_process_that_dies_after_the_decision_forgets_no_block(
    hers: Portrait, bob: User, commits: Any
) -> None:
    case = moderation.open_case(kind="portrait", key=hers.key, category="minors")
    judge = moderator("quillon")
    # Nothing that waits for the commit is ever run.
    decide_case(
        case=case, moderator=judge, measure=Measure.REMOVE, rule="1.1", reason=FACTS
    )
    keeping.bring_due()
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=sent(drawings.mirrored(drawings.cast("hob"))))


def test_what_nobody_knows_by_its_looks_leaves_no_row(
    mallory: User, commits: Any
) -> None:
    case = moderation.open_case(kind="profile", key=str(mallory.pk), category="minors")
    with commits():
        decide_case(
            case=case,
            moderator=moderator("quillon"),
            measure=Measure.REMOVE,
            rule="1.1",
            reason=FACTS,
        )
    assert not Blocked.objects.exists()


def test_a_finished_film_that_looks_like_it_is_held(
    post: Post, bob: User, commits: Any
) -> None:
    with commits():
        send(post.get_absolute_url())
    for flip in (False, True):
        assert _screened(film_of(bob, seed=1, voice=3, flip=flip)).held
    # Another film, with a picture like the one that was taken down.
    other = character_with(bob, upload(bob, drawings.mirrored(drawings.cast("hob"))))
    held = _screened(film_of(bob, other, seed=7, voice=3))
    assert "a file that was taken down" in held.held
    assert not held.refused
    own = character_with(bob, upload(bob, drawings.cast("imani")))
    assert not _screened(film_of(bob, own, seed=7, voice=3)).held


def test_a_finished_film_that_sounds_like_it_is_held(
    post: Post, bob: User, commits: Any
) -> None:
    with commits():
        send(post.get_absolute_url())
    heard, other = (_prints_of(film_of(bob, seed=7, voice=voice)) for voice in (1, 2))
    assert "a person listens first" in judging.compared(Screened(), heard).held
    assert not judging.compared(Screened(), other).held
    assert judging.compared(Screened("Wait."), heard).held == "Wait."
    seen = _prints_of(film_of(bob, seed=1, voice=2))
    assert "a person looks at it first" in judging.compared(Screened(), seen).held


def _screened(clip: Clip) -> Screened:
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "clip.mp4"
        film.write_bytes(blobs.get(clip.video))
        return judging.screen(clip, encode.samples(film))


def _prints_of(clip: Clip) -> Prints:
    return prints_of(Fingerprint.objects.get(subject=f"clip:{clip.key}"))


def test_frames_of_a_drawn_character_block_nobody(
    mallory: User, bob: User, commits: Any
) -> None:
    clip = film_of(mallory, seed=1, voice=1)
    post = publish_post(clip=clip, author=mallory, caption="")
    with commits():
        send(post.get_absolute_url())
    row = Blocked.objects.get()
    assert not row.frames
    assert not row.pictures
    assert row.sound
    assert not _screened(film_of(bob, seed=1, voice=2)).held


def test_a_picture_with_its_watermark_is_refused(
    post: Post, bob: User, commits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = issue_mark(
        subject=f"clip:{clip_of(post).key}", key_id="k", owner=post.author
    )
    with commits():
        send(post.get_absolute_url())
    assert Blocked.objects.get().payloads == [mark.payload]
    carried = {"payload": mark.payload}
    monkeypatch.setattr(watermarks, "payload_in", lambda _picture: carried["payload"])
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=sent(drawings.cast("kiko")))
    carried["payload"] = 1
    add_portrait(owner=bob, data=sent(drawings.cast("kiko")))
    assert Mark.objects.count() == 1


def test_when_the_list_cannot_be_asked_the_picture_waits(
    post: Post, bob: User, commits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue_mark(subject=f"clip:{clip_of(post).key}", key_id="k", owner=post.author)
    with commits():
        send(post.get_absolute_url())

    def broken(_picture: object) -> int:
        raise EngineError("The watermark detector broke.")

    monkeypatch.setattr(watermarks, "payload_in", broken)
    portrait = add_portrait(owner=bob, data=sent(drawings.cast("kiko")))
    check = PictureCheck.objects.get(owner=bob, ref=portrait.ref)
    assert (check.state, check.unchecked) == (PictureCheck.State.PENDING, True)


def test_a_profile_picture_is_kept_away_and_refused_as_well(
    mallory: User, bob: User, commits: Any
) -> None:
    face = drawings.cast("hob")[:600]
    set_picture(user=mallory, data=sent(face))
    with commits():
        send(mallory.get_absolute_url())
    with pytest.raises(AccountError):
        set_picture(user=bob, data=sent(drawings.mirrored(face)))
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=sent(face))
    with commits():
        decide_case(case=Case.objects.get(), moderator=moderator("q"), measure="none")
    set_picture(user=bob, data=sent(drawings.mirrored(face)))
    assert bob.picture


def remove(case: Case, judge: User) -> Any:
    return decide_case(
        case=case, moderator=judge, measure=Measure.REMOVE, rule="1.2", reason=FACTS
    )


def test_an_appeal_that_wins_takes_it_off_the_list(
    post: Post, bob: User, commits: Any
) -> None:
    with commits():
        send(post.get_absolute_url())
    with commits():
        made = remove(case_of("post", post.key), moderator("first"))
    assert Blocked.objects.exists()
    appeal = moderation.appeal_decision(
        statement=made.statement, appellant=post.author, text="It is a drawing."
    )
    with commits():
        moderation.decide_appeal(
            appeal=appeal,
            moderator=moderator("second"),
            outcome=Appeal.State.UPHELD,
            reason="It is a drawing of a fox.",
        )
    assert not Blocked.objects.exists()
    add_portrait(owner=bob, data=sent(drawings.mirrored(drawings.cast("hob"))))


def test_what_was_left_by_mistake_is_blocked_again_when_that_is_undone(
    post: Post, commits: Any
) -> None:
    judge = moderator("quillon")
    with commits():
        send(post.get_absolute_url())
    with commits():
        made = decide_case(
            case=case_of("post", post.key), moderator=judge, measure="none"
        )
    assert not Blocked.objects.exists()
    with commits():
        undo_decision(decision=made, moderator=judge)
    assert Blocked.objects.get().subject_key == post.key


def test_a_removal_for_what_children_may_never_be_shown_as_is_blocked_in_any_lane(
    hers: Portrait, mallory: User, alice: User, commits: Any
) -> None:
    report = moderation.open_case(kind="portrait", key=hers.key, category="minors")
    judge = moderator("quillon")
    with commits():
        decide_case(
            case=report,
            moderator=judge,
            measure=Measure.REMOVE,
            rule="1.1",
            reason=FACTS,
        )
    assert Blocked.objects.get().subject_key == hers.key
    with pytest.raises(PictureError):
        add_portrait(owner=alice, data=sent(drawings.saved(drawings.cast("hob"))))


def test_what_breaks_a_rule_by_its_use_blocks_no_picture(
    hers: Portrait, bob: User, commits: Any
) -> None:
    case = moderation.open_case(kind="portrait", key=hers.key, category="spam")
    with commits():
        decide_case(
            case=case,
            moderator=moderator("quillon"),
            measure=Measure.REMOVE,
            rule="6.1",
            reason="The same picture forty times.",
        )
    assert not Blocked.objects.exists()
    add_portrait(owner=bob, data=sent(drawings.mirrored(drawings.cast("hob"))))


def test_a_blocked_portrait_without_its_file_still_blocks_by_its_fingerprint(
    hers: Portrait, bob: User, commits: Any
) -> None:
    blobs.remove(hers.ref)
    with commits():
        case = request_takedown(
            where=f"https://troupe.example{blobs.url(hers.ref)}",
            name="A",
            email="a@example.com",
            good_faith=True,
        )[0]
    assert (case.kind, case.subject_key) == ("portrait", hers.key)
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=sent(drawings.all_of_it(drawings.cast("hob"))))


def test_the_file_that_is_sent_may_be_a_jpeg(
    post: Post, bob: User, commits: Any
) -> None:
    with commits():
        send(post.get_absolute_url())
    file = io.BytesIO()
    Image.fromarray(drawings.cast("hob")).save(file, "JPEG", quality=50)
    with pytest.raises(PictureRefusedError):
        add_portrait(owner=bob, data=file.getvalue())


def test_an_appeal_that_wins_in_part_takes_it_off_the_list_too(
    hers: Portrait, commits: Any
) -> None:
    case = moderation.open_case(kind="portrait", key=hers.key, category="minors")
    with commits():
        made = decide_case(
            case=case,
            moderator=moderator("first"),
            measure=Measure.REMOVE,
            rule="1.1",
            reason=FACTS,
        )
    assert Blocked.objects.exists()
    appeal = moderation.appeal_decision(
        statement=made.statement, appellant=hers.owner, text="It is a fox."
    )
    with commits():
        moderation.decide_appeal(
            appeal=appeal,
            moderator=moderator("second"),
            outcome=Appeal.State.PARTLY,
            measure=Measure.WARN,
            rule="4.4",
            reason="It is a fox, and it swears.",
        )
    assert not Blocked.objects.exists()
