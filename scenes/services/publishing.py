"""A draft becomes a version, and the version that was approved goes on stage.

Nothing else ever does: a version is never changed, its approval is bound to its hash,
and whatever is found on stage without one is taken off.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from moderation.abuse import links
from moderation.abuse import services as abuse
from moderation.approvals import scanning
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.approvals.messages import UNCHECKED, doubt_about
from moderation.approvals.services.again import JOB
from moderation.models import ApprovalState
from scenes.approving import FACET, KIND, Story, digest_of, facet_of
from scenes.errors import ConflictError, NotPublishableError, StoryError
from scenes.machine import Finding, SceneError, read_scene, texts
from scenes.machine.findings import ERROR
from scenes.models import Scene, SceneVersion
from scenes.services import checking, screening, telling
from scenes.services.drafts import columns_of
from scenes.services.outlines import keep_outline
from socialapp.jobs.queue import enqueue
from socialapp.lib.signals import tell_listing
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from moderation.approvals.services import Ruling
    from moderation.models import Approval
    from scenes.machine import model
    from scenes.services.checking import Checked
    from scenes.services.screening import Looked
    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

SCREEN_SECONDS = 8.0
"""That an author waits for screening at most; a longer story goes on stage later, by
itself."""

WHO = "Choose who may play: everyone, a link, or only you."
NOTE = 300
LINKED = 10_000
"""Characters of texts with links that are looked at for spam."""


def publish(
    *,
    scene: Scene,
    rev: int,
    note: str = "",
    visibility: str = "",
    vouched: str = "",
    address: str = "",
) -> SceneVersion:
    """The draft with this `rev` as the next version. What is approved is on stage when
    this returns; what waits for a look goes there when it is approved, and until then
    the version before it stays.

    `visibility`: empty leaves it as it is, and shows a first version to everyone.
    `vouched`: who read it already, such as the house its own scenes. Publishing what is
    published already changes nothing. ConflictError when the draft is another one by
    now; NotPublishableError with all that is wrong; StoryError; AbuseError.
    """
    scene.refresh_from_db()
    _may_publish(scene, rev)
    note = _note(note)
    if visibility and visibility not in Scene.Visibility.values:
        raise StoryError(WHO, field="visibility")
    owner = scene.owner
    checked = checking.validated(document=scene.draft, owner=owner, note=note)
    story = checked.story
    if story is None or not checked.publishable:
        raise NotPublishableError(checked.findings)
    # Outside of the transaction, so that the log keeps what is refused.
    ruling = _judge(scene, checked, story, owner, vouched)
    linked = "" if vouched else _linked(scene, story)
    with transaction.atomic():
        row = Scene.objects.select_for_update().get(pk=scene.pk)
        _may_publish(row, rev)
        newest = row.versions.order_by("-number").first()
        again = newest is not None and _same(newest, story)
        if newest is None or not again:
            if not vouched:
                # AbuseError for too many versions, and for links as in any text.
                abuse.allow(
                    person=owner,
                    text=linked,
                    surface="scene",
                    place=f"scene:{scene.key}",
                    address=address,
                    private=not linked,
                )
            newest = _next(row, story, checked, ruling)
        _show(row, visibility)
        if newest.approval == ApprovalState.APPROVED:
            put_on_stage(row, newest, story.scene)
    scene.refresh_from_db()
    return newest


def put_on_stage(
    scene: Scene, version: SceneVersion, read: model.Scene | None = None
) -> None:
    """Inside the caller's transaction, with the row locked; `read`: its document, when
    it was read already. StoryError for what is not approved as it is."""
    facet = facet_of(version)
    record = approvals.record_of(kind=KIND, key=scene.key, facet=facet)
    if record is None or not record.approved:
        raise StoryError("This version was not approved as it is.", code="unapproved")
    if scene.version_id == version.pk:
        return
    for name, value in columns_of(read or read_scene(version.document)).items():
        setattr(scene, name, value)
    scene.version = version
    scene.published = timezone.now()
    scene.save(
        update_fields=[
            "title", "logline", "genre", "rating", "languages", "version", "published",
        ]
    )  # fmt: skip
    keep_outline(version=version, scene=read)
    tell_listing("scene", scene.pk)


# Words that waited ------------------------------------------------------------


@transaction.atomic
def settle_words(*, approval: Approval) -> None:
    """A version was decided about, or waits again. Safe to call twice."""
    if approval.kind != KIND or approval.facet != FACET:
        return
    scene = Scene.objects.select_for_update().filter(key=approval.subject_key).first()
    if scene is None:
        return
    version = _meant(scene, approval)
    if version is None:
        return
    before = version.approval
    if before != ApprovalState.REPLACED or approval.state == ApprovalState.REFUSED:
        version.approval = approval.state
        version.save(update_fields=["approval"])
    if approval.approved:
        asking.forget_content(approval=approval)
    if version.approval == ApprovalState.APPROVED:
        newer = scene.version is None or scene.version.number < version.number
        if newer and before != ApprovalState.REPLACED and scene.removed is None:
            put_on_stage(scene, version)
            telling.on_stage(scene, version)
        return
    if scene.version_id == version.pk:
        fall_back(scene)
    if version.approval == ApprovalState.REFUSED != before:
        telling.refused(scene, version, approval.why)


def fall_back(scene: Scene) -> None:
    """What is on stage may not be there: the approved version before it is shown, if
    there is one. Inside the caller's transaction."""
    number = scene.version.number if scene.version else 0
    older = scene.versions.filter(approval=ApprovalState.APPROVED, number__lt=number)
    scene.version = None
    for version in older.order_by("-number")[:5]:
        try:
            put_on_stage(scene, version)
        except (StoryError, SceneError):
            continue
        return
    scene.save(update_fields=["version"])


def recheck_words(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Take the next scenes off the stage whose version is not the one that was approved,
    and ask about it."""
    noticed = 0
    shown = Scene.objects.filter(version__isnull=False, removed__isnull=True)
    for scene, now in scanning.next_rows(
        kind=KIND,
        rows=shown.select_related("version", "owner"),
        facets_of=lambda scene: [facet_of(scene.version)],
    ):
        if now.strays or FACET not in now.asked:
            _notice(scene)
            noticed += 1
    return {"scenes asked about": noticed}


@transaction.atomic
def _notice(scene: Scene) -> None:
    row = Scene.objects.select_for_update().get(pk=scene.pk)
    version = row.version
    if version is None:
        return
    row.version = None
    row.save(update_fields=["version"])
    try:
        story = Story.of(version)
    except SceneError:
        log.warning("Version %d of scene %s is no scene", version.number, row.key)
        version.approval = ApprovalState.REFUSED
        version.save(update_fields=["approval"])
        return
    # Its digest names its text again, for players who have the other one.
    version.digest = digest_of(version.document)
    version.approval = ApprovalState.PENDING
    version.save(update_fields=["digest", "approval"])
    asking.doubt(kind=KIND, key=row.key, facet=story.facet, owner=row.owner)


# How --------------------------------------------------------------------------


def _may_publish(scene: Scene, rev: int) -> None:
    if scene.removed is not None:
        raise StoryError("This scene was removed.", code="removed")
    if scene.withheld:
        raise StoryError(
            "This scene waits for a moderator. You will hear from us.", code="withheld"
        )
    if scene.draft_rev != rev:
        raise ConflictError(rev=scene.draft_rev, document=scene.draft)


def _note(note: str) -> str:
    try:
        return clean_line(note, max_length=NOTE, empty=True)
    except TextError as error:
        raise StoryError(f"The note cannot be so. {error}", field="note") from None


def _judge(
    scene: Scene, checked: Checked, story: Story, owner: User, vouched: str
) -> Ruling:
    """NotPublishableError for words that may not be shown."""
    facet = story.facet
    if vouched:
        return asking.judge(
            kind=KIND, key=scene.key, facet=facet, owner=owner, vouched=vouched
        )
    known = _known(scene, story, owner)
    if known is not None:
        if known.state == ApprovalState.REFUSED:
            found = Finding(ERROR, "refused-text", known.why, "")
            raise NotPublishableError((found, *checked.findings))
        return asking.Ruling(
            KIND, scene.key, facet, owner, known.state, known.why, version=known.version
        )
    looked = screening.look(story, person=owner, seconds=SCREEN_SECONDS)
    if looked.refused:
        screening.log_refused(looked, person=owner, key=scene.key)
        raise NotPublishableError((*looked.refused, *checked.findings))
    return _ruling(scene, story, owner, looked)


def _ruling(scene: Scene, story: Story, owner: User, looked: Looked) -> Ruling:
    if looked.unavailable or looked.left:
        return asking.Ruling(
            KIND,
            scene.key,
            story.facet,
            owner,
            ApprovalState.PENDING,
            UNCHECKED,
            unchecked=True,
        )
    held = asking.waiting(looked.doubts)
    if held and not set(looked.doubtful) <= _read_before(scene):
        return asking.Ruling(
            KIND,
            scene.key,
            story.facet,
            owner,
            ApprovalState.PENDING,
            doubt_about(held[0].category),
            findings=looked.doubts,
            version=looked.version,
        )
    return asking.Ruling(
        KIND,
        scene.key,
        story.facet,
        owner,
        ApprovalState.APPROVED,
        findings=() if held else looked.doubts,
        version=looked.version,
    )


def _known(scene: Scene, story: Story, owner: User) -> Approval | None:
    """A standing answer to exactly this document, here or in another scene of theirs."""
    facet = story.facet
    row = approvals.record_of(kind=KIND, key=scene.key, facet=facet)
    if row is not None and (
        row.approved or row.decided_by_id or (row.pending and not row.unchecked)
    ):
        return row
    decided = owner.approvals.filter(
        kind=KIND, facet=FACET, sha256=facet.sha256, decided_by__isnull=False
    )
    return decided.order_by("-decided").first()


def _read_before(scene: Scene) -> set[str]:
    """Pieces of the approved versions, and of the one that it was begun with: whoever
    looked at them looked at these words."""
    found: set[str] = set()
    approved = scene.versions.filter(approval=ApprovalState.APPROVED)
    looked_at = list(approved.order_by("-number")[:3])
    if scene.origin is not None and scene.origin.approval == ApprovalState.APPROVED:
        looked_at.append(scene.origin)
    for version in looked_at:
        story = Story.of(version)
        found |= {words for _, words, _ in story.facet.texts()}
    return found


def _linked(scene: Scene, story: Story) -> str:
    """Texts with links that no version had before; of a first one, the title too."""
    old: set[str] = set()
    for version in scene.versions.order_by("-number")[:3]:
        old |= {one.text for one in texts(read_scene(version.document))}
    new = [one.text for one in texts(story.scene) if one.text not in old]
    linked = [text for text in new if "." in text and _has_links(text)]
    if not old:
        linked = [story.scene.title.main, *linked]
    return "\n".join(linked)[:LINKED]


def _has_links(text: str) -> bool:
    found = links.find(text[:LINKED])
    return bool(found.hosts or found.lies)


def _same(version: SceneVersion, story: Story) -> bool:
    """A version that was refused, or replaced before anybody looked, may be tried again."""
    kept = {ApprovalState.APPROVED, ApprovalState.PENDING}
    return version.digest == story.digest and version.approval in kept


def _next(scene: Scene, story: Story, checked: Checked, ruling: Ruling) -> SceneVersion:
    estimate = checked.estimate
    assert estimate is not None  # noqa: S101  a story was estimated
    last = scene.versions.aggregate(last=Max("number"))["last"] or 0
    # What waited gives way, here as among the approvals.
    scene.versions.filter(approval=ApprovalState.PENDING).update(
        approval=ApprovalState.REPLACED
    )
    row = asking.keep(ruling)
    if row.unchecked:
        enqueue(JOB, row.pk)
    return SceneVersion.objects.create(
        scene=scene,
        number=last + 1,
        digest=story.digest,
        document=story.document,
        note=story.note,
        title=checking.shown(story.scene.title.main, checking.TITLE),
        rating=story.scene.rating,
        states=checking.states_of(story.scene),
        endings=checking.endings_of(story.scene),
        words=estimate.words,
        minutes=round((estimate.played_seconds or estimate.seconds) / 60, 1),
        approval=row.state,
    )


def _show(scene: Scene, visibility: str) -> None:
    """Who publishes for the first time wants it to be seen."""
    first = scene.published is None and scene.visibility == Scene.Visibility.PRIVATE
    wanted = visibility or (Scene.Visibility.PUBLIC if first else scene.visibility)
    if wanted != scene.visibility:
        scene.visibility = wanted
        scene.save(update_fields=["visibility"])
        tell_listing("scene", scene.pk)


def _meant(scene: Scene, approval: Approval) -> SceneVersion | None:
    """The version that these words are."""
    for version in scene.versions.order_by("-number").iterator(chunk_size=5):
        if facet_of(version).sha256 == approval.sha256:
            return version
    return None
