"""How a person presents themself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.accounts.models import User
from socialapp.chat.errors import ChatError
from socialapp.chat.models import Persona
from socialapp.chat.services import checks

if TYPE_CHECKING:
    from typing import Any

MOST_PERSONAS = 20
NAME, ABOUT = 50, 300


def create_persona(*, person: User, name: str, about: str = "") -> Persona:
    checks.require_adult(person)
    fields = _checked(person, name, about)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        if Persona.objects.filter(owner=person).count() >= MOST_PERSONAS:
            raise ChatError(
                f"You have {MOST_PERSONAS} personas, which is the most. Delete one first."
            )
        return Persona.objects.create(owner=person, **fields)


def change_persona(
    *, persona: Persona, name: str | None = None, about: str | None = None
) -> Persona:
    """It counts from the next turn on, in every conversation that uses it."""
    fields = _checked(
        persona.owner,
        persona.name if name is None else name,
        persona.about if about is None else about,
    )
    Persona.objects.filter(pk=persona.pk).update(**fields)
    for field, value in fields.items():
        setattr(persona, field, value)
    return persona


def remove_persona(*, persona: Persona) -> None:
    """Conversations that used it go on without one."""
    persona.delete()


def _checked(person: User, name: str, about: str) -> dict[str, Any]:
    name = checks.cleaned(" ".join(name.split()), most=NAME, what="The name")
    checks.screen(name, person=person, subject="", field="name")
    about = about.strip()
    if about:
        about = checks.cleaned(about, most=ABOUT, what="The description")
        checks.screen(about, person=person, subject="", field="about")
    return {"name": name, "about": about}
