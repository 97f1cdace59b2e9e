"""All that a character may know for one turn: what it was present for, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.chat.dialogues.cards import card_of
from socialapp.engines.talk import Context, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from socialapp.characters.models import Character
    from socialapp.chat.models import Fact, Message, Participant, Persona
    from socialapp.engines.talk import Card

TURNS = 40
"""Lines of a conversation that an engine is given."""

REACH = 300
"""Messages back to where the lines that one heard are looked for."""

CHARACTERS = 6000
"""Of those lines together; older ones are left out."""

FACTS = 20


def card_for(character: Character, name: str = "") -> Card:
    """`name`: what it is called here, where two of the same name meet."""
    return card_of(
        {
            **character.card,
            "name": name or character.name,
            "tagline": character.tagline,
            "greeting": character.greeting,
            "persona": character.persona,
        }
    )


def heard_by(path: Iterable[Message], listener: Participant) -> list[Message]:
    """The lines of a path that were said in this one's presence."""
    return [
        message
        for message in path
        if listener.pk in message.heard
        and message.state != "refused"
        and not message.withheld
        and message.text
    ]


def facts_for(
    facts: Iterable[Fact], said: Collection[int], knower: Participant
) -> list[Fact]:
    """What this one remembers, oldest first. `said`: ids of the messages of the path; a
    fact that was said on another branch was not said here."""
    known = [
        fact
        for fact in facts
        if knower.pk in fact.known_by
        and (fact.message_id is None or fact.message_id in said)
    ]
    return known[-FACTS:]


def context_for(
    *,
    speaker: Participant,
    present: Sequence[Participant],
    path: Sequence[Message],
    said: Collection[int],
    facts: Iterable[Fact],
    persona: Persona | None,
    turn_id: str,
    owner_id: int | None = None,
    seed: int = 0,
) -> Context:
    """`path`: at least the last REACH messages up to the one that is answered; `said`:
    ids of all of them, from the first. `speaker` is a character that still exists.
    `persona`: how the person with `owner_id` presents themself; None: how everybody does
    who is no character."""
    assert speaker.character is not None  # noqa: S101  narrows for mypy
    heard = heard_by(path, speaker)
    people = _people(present, heard)

    def name_of(one: Participant) -> str:
        own = persona is not None and owner_id in {None, one.person_id}
        return persona.name if persona and own else one.name

    memories = [
        # Among several people “you” would be anybody.
        f"{name_of(fact.about)}: {fact.text}" if len(people) > 1 else fact.text
        for fact in facts_for(facts, said, speaker)
    ]
    # A character may repeat it, and nobody else sees one's personas.
    if persona and persona.about and len(people) < 2:
        memories.insert(0, f"{persona.name}: {persona.about}")
    return Context(
        card=card_for(speaker.character, speaker.name),
        turn_id=turn_id,
        history=tuple(_turns(heard, name_of)),
        others=tuple(
            card_for(other.character, other.name)
            for other in present
            if other.character is not None and other.pk != speaker.pk
        ),
        listener=name_of(people[0]) if people else "you",
        memories=tuple(memories),
        seed=seed,
    )


def _people(
    present: Sequence[Participant], heard: Sequence[Message]
) -> list[Participant]:
    """Whoever is there and no character; who spoke last comes first."""
    last = {message.author_id: at for at, message in enumerate(heard)}
    people = [one for one in present if one.is_person]
    return sorted(people, key=lambda one: -last.get(one.pk, -1))


def _turns(lines: list[Message], name_of: Callable[[Participant], str]) -> list[Turn]:
    kept: list[Turn] = []
    length = 0
    for message in reversed(lines[-TURNS:]):
        length += len(message.text)
        if kept and length > CHARACTERS:
            break
        author = message.author
        name = name_of(author) if author.is_person else author.name
        kept.append(Turn(name, message.text, person=author.is_person))
    return kept[::-1]
