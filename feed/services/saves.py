"""The only writers of what people keep: saves and collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max, Min
from django.utils import timezone

from feed.models import Collection, CollectionItem, PostStat, Save
from feed.models.saves import MAX_NOTE, MAX_TITLE
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.approvals.facets import Facet
from moderation.models import ApprovalState
from moderation.screening.refusals import TextRefusedError
from socialapp.lib.ids import new_key
from socialapp.lib.text import TextError, clean_line, clean_text

if TYPE_CHECKING:
    from feed.models import Post
    from moderation.models import Approval
    from socialapp.accounts.models import User

KIND = "collection"
"""Of things that are reported, withheld and approved."""

FACET = "words"

MOST_SAVES = 20_000
MOST_COLLECTIONS = 200
MOST_ITEMS = 5_000
"""Of one person; of one collection."""


class SaveError(Exception):
    """A refusal; its text is for the person who asked."""


@transaction.atomic
def save_post(*, post: Post, person: User) -> int:
    """Keep it once, however often asked; the number of saves now.

    The row and the counter change in one transaction, and only the call that made the
    row counts: under any concurrency the counter is count(*). SaveError above MOST_SAVES.
    """
    _keep(post, person)
    return PostStat.objects.values_list("saves", flat=True).get(post=post)


@transaction.atomic
def unsave_post(*, post: Post, person: User) -> int:
    """Let it go if it was kept; the number of saves now. Collections keep what is in
    them."""
    gone, _ = Save.objects.filter(post=post, person=person).delete()
    if gone:
        PostStat.objects.filter(post=post).update(saves=F("saves") - 1)
    return PostStat.objects.values_list("saves", flat=True).get(post=post)


def _keep(post: Post, person: User) -> None:
    known = Save.objects.filter(post=post, person=person)
    if not known.exists() and person.saves.count() >= MOST_SAVES:
        raise SaveError(
            f"You have saved {MOST_SAVES:,} posts. Let some of them go first."
        )
    _, created = Save.objects.get_or_create(post=post, person=person)
    if created:
        PostStat.objects.filter(post=post).update(saves=F("saves") + 1)


def create_collection(
    *,
    person: User,
    title: str,
    note: str = "",
    visibility: str = Collection.Visibility.PRIVATE,
) -> Collection:
    """SaveError for words that may not be shown, and above MOST_COLLECTIONS. Words in
    doubt wait for a look: until then its owner alone sees it."""
    title, note = _cleaned(title, note)
    _check_visibility(visibility)
    key = new_key()
    ruling = _judged(key, title, note, person)
    with transaction.atomic():
        if person.collections.count() >= MOST_COLLECTIONS:
            raise SaveError(
                f"You have {MOST_COLLECTIONS} collections, which is the most. Delete one"
                " you no longer need."
            )
        made = Collection.objects.create(
            key=key,
            owner=person,
            title=title,
            note=note,
            visibility=visibility,
            approval=ruling.state,
        )
        asking.keep(ruling)
    return made


def change_collection(
    *,
    collection: Collection,
    title: str | None = None,
    note: str | None = None,
    visibility: str | None = None,
) -> Collection:
    """Change what is given. SaveError as in `create_collection`."""
    new_title, new_note = _cleaned(
        collection.title if title is None else title,
        collection.note if note is None else note,
    )
    visibility = collection.visibility if visibility is None else visibility
    _check_visibility(visibility)
    ruling = None
    if (new_title, new_note) != (collection.title, collection.note):
        ruling = _judged(collection.key, new_title, new_note, collection.owner)
    with transaction.atomic():
        if ruling is not None:
            asking.keep(ruling)
            collection.approval = ruling.state
        collection.title, collection.note = new_title, new_note
        collection.visibility, collection.changed = visibility, timezone.now()
        collection.save(
            update_fields=["title", "note", "visibility", "approval", "changed"]
        )
    return collection


def remove_collection(*, collection: Collection) -> None:
    """For good; what was in it stays where it is, and saved."""
    Collection.objects.filter(pk=collection.pk).delete()


@transaction.atomic
def put_in(
    *, collection: Collection, post: Post, place: int | None = None
) -> CollectionItem:
    """Put a post into a collection, and save it; `place` from 0, else in front. Asked
    again it only moves when a place is given. SaveError above MOST_ITEMS."""
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    item = row.items.filter(post=post).first()
    if item is None:
        if row.items.count() >= MOST_ITEMS:
            raise SaveError(
                f"“{row.title}” holds {MOST_ITEMS:,} posts, which is the most. Begin"
                " another collection."
            )
        first = row.items.aggregate(first=Min("position"))["first"] or 0
        item = CollectionItem.objects.create(
            collection=row, post=post, position=first - 1
        )
        _keep(post, row.owner)
        _touch(row)
    if place is not None:
        _move(item, place)
    return item


def _move(item: CollectionItem, place: int) -> None:
    """To this place among the others, which keep their order."""
    others = item.collection.items.exclude(pk=item.pk)
    rows = list(others.values_list("position", flat=True)[: place + 1])
    if place < len(rows):
        position = rows[place]
        # Everything from there on makes room by one.
        others.filter(position__gte=position).update(position=F("position") + 1)
    else:
        position = (others.aggregate(last=Max("position"))["last"] or 0) + 1
    item.position = position
    item.save(update_fields=["position"])
    _touch(item.collection)


@transaction.atomic
def take_out(*, collection: Collection, post: Post) -> bool:
    """Whether it was there. It stays saved."""
    gone, _ = CollectionItem.objects.filter(collection=collection, post=post).delete()
    if gone:
        _touch(collection)
    return bool(gone)


@transaction.atomic
def settle_collection(*, approval: Approval) -> None:
    """Its words were decided about, or wait again. Safe to call twice."""
    if approval.kind != KIND:
        return
    found = Collection.objects.select_for_update().filter(key=approval.subject_key)
    newest = approvals.newest(kind=KIND, key=approval.subject_key, facet=FACET)
    if newest is None or newest.pk != approval.pk:
        return
    if found.update(approval=approval.state) and approval.approved:
        asking.forget_content(approval=approval)


def set_collection_withheld(*, collection: Collection, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back on show."""
    Collection.objects.filter(pk=collection.pk).update(withheld=level)
    collection.withheld = level


def forget_keeper(*, person: User) -> None:
    """Let go of everything that a leaving person kept; the counters follow."""
    for save in Save.objects.filter(person=person).select_related("post"):
        unsave_post(post=save.post, person=person)
    Collection.objects.filter(owner=person).delete()


def facet_of(title: str, note: str) -> Facet:
    """What is approved of a collection: its title and its note."""
    surfaces = ("title", "caption") if note else ("title",)
    return Facet(FACET, {"title": title, "caption": note}, surfaces)


def _judged(key: str, title: str, note: str, owner: User) -> asking.Ruling:
    """Outside of the transaction, so that the log keeps what is refused."""
    try:
        ruling = asking.judge(
            kind=KIND, key=key, facet=facet_of(title, note), owner=owner
        )
    except TextRefusedError as error:
        raise SaveError(error.message) from error
    if ruling.state == ApprovalState.REFUSED:
        raise SaveError(ruling.why)
    return ruling


def _cleaned(title: str, note: str) -> tuple[str, str]:
    try:
        return (
            clean_line(title, max_length=MAX_TITLE),
            clean_text(note, max_length=MAX_NOTE),
        )
    except TextError as error:
        raise SaveError(str(error)) from error


def _check_visibility(visibility: str) -> None:
    if visibility not in Collection.Visibility.values:
        raise SaveError("Choose who may see this: everyone, a link, or only you.")


def _touch(collection: Collection) -> None:
    Collection.objects.filter(pk=collection.pk).update(changed=timezone.now())
