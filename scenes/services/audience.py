"""What people do around a scene: likes, stars and comments, and who is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from moderation.abuse import services as abuse
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.approvals.facets import Facet
from moderation.models import ApprovalState, Standing
from scenes.models import SceneComment, SceneLike, SceneRating, SceneStat
from scenes.models.audience import MAX_COMMENT, STARS
from scenes.services import audience_news as news
from socialapp.accounts.models import User
from socialapp.lib.ids import new_key
from socialapp.lib.text import TextError, clean_text

if TYPE_CHECKING:
    from moderation.models import Approval
    from scenes.models import Scene

KIND = "scene-comment"
"""Of things that are reported, withheld and approved."""

FACET = "comment"
"""Its one side; also the surface that it is screened as."""


class AudienceError(Exception):
    """A refusal; `message` is for the person who asked, `code` for programs."""

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


def stat_of(*, scene: Scene) -> SceneStat:
    """Its counters; made when it has none yet."""
    made, _ = SceneStat.objects.get_or_create(scene=scene)
    return made


@transaction.atomic
def like_scene(*, scene: Scene, person: User) -> int:
    """Like once, however often asked; the number of likes now.

    Only the call that made the row counts, in the same transaction: under any
    concurrency the counter is count(*).
    """
    _may_act(person)
    stat_of(scene=scene)
    _, created = SceneLike.objects.get_or_create(scene=scene, person=person)
    if created:
        _count(scene, likes=1)
    likes = SceneStat.objects.values_list("likes", flat=True).get(scene=scene)
    if created and person.pk != scene.owner_id:
        news.liked(scene, likes)
    return likes


@transaction.atomic
def unlike_scene(*, scene: Scene, person: User) -> int:
    """Take the like back if there is one; the number of likes now."""
    stat_of(scene=scene)
    gone, _ = SceneLike.objects.filter(scene=scene, person=person).delete()
    if gone:
        _count(scene, likes=-1)
    return SceneStat.objects.values_list("likes", flat=True).get(scene=scene)


@transaction.atomic
def rate_scene(*, scene: Scene, person: User, stars: int) -> SceneStat:
    """One to five stars; a second call changes them. AudienceError for other numbers,
    and for one's own scene."""
    _may_act(person)
    if stars not in STARS:
        raise AudienceError(
            f"Give {STARS[0]} to {STARS[-1]} stars.",
            code="no-such-stars",
            field="stars",
        )
    if scene.owner_id == person.pk:
        raise AudienceError(
            "You wrote this scene, so its stars come from others.", code="own-scene"
        )
    _lock(scene)
    row, created = SceneRating.objects.get_or_create(
        scene=scene, person=person, defaults={"stars": stars}
    )
    if created:
        _count(scene, ratings=1, stars=stars)
    else:
        _count(scene, stars=stars - row.stars)
        row.stars, row.changed = stars, timezone.now()
        row.save(update_fields=["stars", "changed"])
    return SceneStat.objects.get(scene=scene)


@transaction.atomic
def unrate_scene(*, scene: Scene, person: User) -> SceneStat:
    """Take the stars back if there are any."""
    _lock(scene)
    row = SceneRating.objects.filter(scene=scene, person=person).first()
    if row is not None:
        row.delete()
        _count(scene, ratings=-1, stars=-row.stars)
    return SceneStat.objects.get(scene=scene)


def write_comment(
    *, scene: Scene, person: User, text: str, address: str = ""
) -> SceneComment:
    """Screen a comment and show it under the scene; one in doubt waits for a look, and
    until then its writer alone sees it.

    AudienceError for who may not write and for what is no text, AbuseError for too much,
    TextRefusedError as screening says. `address`: of the visitor, against spam.
    """
    try:
        text = clean_text(text, max_length=MAX_COMMENT, empty=False)
    except TextError as error:
        raise AudienceError(str(error), code="text-odd", field="text") from None
    _may_write(person)
    key = new_key()
    # Outside of the transaction, so that the log keeps what is refused.
    ruling = asking.judge(kind=KIND, key=key, facet=facet_of(text), owner=person)
    if ruling.state == ApprovalState.REFUSED:
        raise AudienceError(ruling.why, code="refused", field="text")
    with transaction.atomic():
        abuse.allow(
            person=person,
            text=text,
            surface=FACET,
            place=f"scene:{scene.key}",
            address=address,
        )
        comment = SceneComment.objects.create(
            key=key, scene=scene, person=person, text=text, approval=ruling.state
        )
        asking.keep(ruling)
        stat_of(scene=scene)
        if comment.counts:
            _count(scene, comments=1)
            news.commented(comment)
    return comment


@transaction.atomic
def remove_comment(*, comment: SceneComment, person: User) -> None:
    """By who wrote it, or by the author of the scene; AudienceError for all others.
    Nothing happens to one that is gone."""
    if person.pk not in {comment.person_id, comment.scene.owner_id}:
        raise AudienceError(
            "Only its writer and the author of the scene may remove a comment. You can"
            " report it.",
            code="not-yours",
        )
    row = SceneComment.objects.select_for_update().filter(pk=comment.pk).first()
    if row is not None and SceneComment.objects.filter(pk=row.pk).delete()[0]:
        if row.counts:
            _count(comment.scene, comments=-1)
        news.forget_comment(comment)


@transaction.atomic
def set_comment_withheld(*, comment: SceneComment, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back under the scene."""
    row = SceneComment.objects.select_for_update().filter(pk=comment.pk).first()
    if row is not None:
        _change(row, withheld=level)
    comment.withheld = level


@transaction.atomic
def settle_comment(*, approval: Approval) -> None:
    """Its words were decided about, or wait again. Safe to call twice."""
    if approval.kind != KIND:
        return
    found = SceneComment.objects.select_for_update().filter(key=approval.subject_key)
    row = found.select_related("scene").first()
    newest = approvals.newest(kind=KIND, key=approval.subject_key, facet=FACET)
    if row is None or newest is None or newest.pk != approval.pk:
        return
    before = row.counts
    _change(row, approval=approval.state)
    if approval.approved:
        asking.forget_content(approval=approval)
    if row.counts and not before:
        news.commented(row)


def forget_person(*, person: User) -> None:
    """Take back what a leaving person gave and wrote; the counters follow."""
    for like in SceneLike.objects.filter(person=person).select_related("scene"):
        unlike_scene(scene=like.scene, person=person)
    for rating in SceneRating.objects.filter(person=person).select_related("scene"):
        unrate_scene(scene=rating.scene, person=person)
    for comment in SceneComment.objects.filter(person=person).select_related("scene"):
        remove_comment(comment=comment, person=person)


def facet_of(text: str) -> Facet:
    """What is approved of a comment: its words."""
    return Facet(FACET, {FACET: text}, (FACET,))


def _change(row: SceneComment, **fields: str) -> None:
    """Of a locked row; the counter follows what others can read."""
    before = row.counts
    SceneComment.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    if row.counts != before:
        stat_of(scene=row.scene)
        _count(row.scene, comments=1 if row.counts else -1)
    if before and not row.counts:
        news.forget_comment(row)


def _lock(scene: Scene) -> None:
    """Those who rate one scene take turns."""
    stat_of(scene=scene)
    SceneStat.objects.select_for_update().get(scene=scene)


def _count(scene: Scene, **more: int) -> None:
    changes = {name: F(name) + number for name, number in more.items()}
    SceneStat.objects.filter(scene=scene).update(**changes)


def _may_write(person: User) -> None:
    if person.is_minor:
        raise AudienceError(
            "Comments are for adults. Likes and stars are open to you.", code="adults"
        )
    _may_act(person)


def _may_act(person: User) -> None:
    """Sessions and tokens outlive what happens to an account; this looks."""
    standing = Standing.objects.filter(user=person).first()
    resting = standing is not None and standing.resting_at(timezone.now())
    active = User.objects.filter(pk=person.pk, is_active=True, leaves__isnull=True)
    if resting or not active.exists():
        raise AudienceError("Your account rests and may change nothing.", code="rests")
