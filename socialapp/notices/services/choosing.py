"""What people want to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from socialapp.notices import clocks, kinds
from socialapp.notices.models import NoticeSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from socialapp.accounts.models import User


class ChoiceError(Exception):
    """The message says what cannot be chosen, and what can."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(" ".join(said for all_ in errors.values() for said in all_))
        self.errors = errors


def settings_for(people: Iterable[User]) -> dict[int, NoticeSettings]:
    """By primary key; whoever has none yet gets the defaults: one query, or three."""
    them = {one.pk: one for one in people}
    found = {
        one.person_id: one for one in NoticeSettings.objects.filter(person__in=them)
    }
    if missing := them.keys() - found.keys():
        now = timezone.now()
        NoticeSettings.objects.bulk_create(
            [_defaults(them[pk], now) for pk in sorted(missing)], ignore_conflicts=True
        )
        for one in NoticeSettings.objects.filter(person__in=missing):
            found[one.person_id] = one
    return found


def _defaults(person: User, now: Any) -> NoticeSettings:
    chosen = NoticeSettings(person=person, digested=now)
    if person.is_minor:
        # Nobody under 18 is called back by a mail they did not ask for.
        chosen.digest = NoticeSettings.Every.NEVER
    chosen.next_digest = clocks.next_digest(person, chosen, now)
    return chosen


@transaction.atomic
def change_settings(
    *, person: User, switches: Mapping[str, Mapping[str, bool]] | None = None, **to: Any
) -> NoticeSettings:
    """`switches`: the ways of the kinds that change; `to`: fields of NoticeSettings.
    ChoiceError when something cannot be chosen: then nothing is changed."""
    settings_for([person])
    chosen = NoticeSettings.objects.select_for_update().get(person=person)
    for kind, ways in (switches or {}).items():
        _switch(chosen, kind, ways)
    for name, value in to.items():
        setattr(chosen, name, value)
    if person.is_minor and chosen.digest == NoticeSettings.Every.DAY:
        raise ChoiceError(
            {"digest": ["Under 18 there is no daily mail. Choose weekly, or never."]}
        )
    chosen.next_digest = clocks.next_digest(person, chosen, timezone.now())
    chosen.save()
    return chosen


def switch(*, person: User, kind: str, way: str, on: bool) -> NoticeSettings:
    return change_settings(person=person, switches={kind: {way: on}})


def _switch(chosen: NoticeSettings, kind: str, ways: Mapping[str, bool]) -> None:
    if kind not in kinds.SORTS:
        known = ", ".join(kinds.SORTS)
        raise ChoiceError(
            {"switches": [f"“{kind[:40]}” is no kind of news. There are: {known}."]}
        )
    own = dict(chosen.switches.get(kind, {}))
    for way, on in ways.items():
        if way not in kinds.WAYS:
            raise ChoiceError(
                {"switches": [f"“{way[:40]}” is no way. Use {', '.join(kinds.WAYS)}."]}
            )
        if not kinds.may_switch(kind, way) and not on:
            label = kinds.SORTS[kind].label
            raise ChoiceError(
                {
                    "switches": [
                        f"“{label}” is always told and mailed: the law asks for it."
                        " You can turn it off for push."
                    ]
                }
            )
        own[way] = on
    chosen.switches = {**chosen.switches, kind: own}
