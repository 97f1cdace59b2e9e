"""What a record states: how the file came about, from what, and what may be done."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"

WATERMARK = "org.troupe.spread.1"
"""Our watermark's name in ``c2pa.soft-binding``: reverse domain, as C2PA asks for
algorithms that its list does not hold."""

MINING = (
    "cawg.ai_generative_training",
    "cawg.ai_training",
    "cawg.ai_inference",
    "cawg.data_mining",
)
"""Uses that ``cawg.training-mining`` (CAWG 1.1) names."""

PARENT = "parent"
VOICE = "voice"

SPOKEN = (
    "A person's own recording, made with their consent. This voice is not synthetic."
)
"""What the record says of it."""


class SourceType(StrEnum):
    """IPTC digital source types that occur here."""

    AI = "trainedAlgorithmicMedia"
    """Text made it: nobody was in front of a camera."""

    PHOTO = "compositeWithTrainedAlgorithmicMedia"
    """Something captured, a photograph or somebody's voice, set in motion."""

    DRAWN = "digitalCreation"
    """Drawn by hand or by rules."""

    RECORDED = "digitalCapture"
    """Caught by a camera or a microphone as it was."""

    MIXED = "composite"
    """Made from somebody's own file, of which nobody here knows how it came about."""

    @property
    def url(self) -> str:
        return IPTC + self.value


class Relation(StrEnum):
    """What an ingredient is to the file (C2PA 2.2, the ingredient assertion)."""

    PARENT = "parentOf"
    """The file is derived from it."""

    COMPONENT = "componentOf"
    """The file is composed of it and more."""

    INPUT = "inputTo"
    """It was used to make the file, in which nothing of it is seen or heard."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The file that this one was made from; its own record goes along."""

    data: bytes
    """Empty: it is gone, so only its name can be stated."""

    mime: str
    title: str = ""
    relation: Relation = Relation.PARENT


@dataclass(frozen=True, slots=True)
class Manifest:
    title: str
    source: SourceType
    version: str = "1"
    """Of the software, for ``claim_generator_info``."""

    payload: bytes = b""
    """What the watermark carries; empty: there is none."""

    parent: Parent | None = None
    voice: bool = False
    """Whether what is heard in it was recorded from a person."""

    missing: str = ""
    """Why the record of the parent is not in this one; empty: it is."""

    def to_json(self) -> dict[str, Any]:
        """A manifest definition of c2pa-rs, but for an ingredient with a file."""
        assertions: list[dict[str, Any]] = [
            {"label": "c2pa.actions.v2", "data": {"actions": self._actions()}},
            {
                "label": "cawg.training-mining",
                "data": {"entries": {use: {"use": "notAllowed"} for use in MINING}},
            },
        ]
        if self.payload:
            value = base64.b64encode(self.payload).decode()
            assertions.append(
                {
                    "label": "c2pa.soft-binding",
                    "data": {
                        "alg": WATERMARK,
                        "blocks": [{"scope": {}, "value": value}],
                    },
                }
            )
        told: dict[str, Any] = {
            "claim_generator_info": [{"name": "Troupe", "version": self.version}],
            "title": self.title,
            "assertions": assertions,
        }
        stated = []
        if self.parent is not None and not self.parent.data:
            stated.append(self.ingredient())
        if self.voice:
            stated.append(_recording())
        if stated:
            told["ingredients"] = stated
        return told

    def ingredient(self) -> dict[str, Any]:
        """What is stated of the parent. Without a parent there is nothing to ask."""
        if self.parent is None:
            raise ValueError("This file was made from no other")
        return {
            "title": self.parent.title or "The clip it was made from",
            "relationship": self.parent.relation.value,
            "label": PARENT,
        }

    def _actions(self) -> list[dict[str, Any]]:
        actions = self._made()
        if self.voice:
            actions.append(
                {
                    "action": "c2pa.placed",
                    "digitalSourceType": SourceType.RECORDED.url,
                    "description": SPOKEN,
                    "parameters": {"ingredientIds": [VOICE]},
                }
            )
        return actions

    def _made(self) -> list[dict[str, Any]]:
        created: dict[str, Any] = {
            "digitalSourceType": self.source.url,
            "softwareAgent": {"name": "Troupe", "version": self.version},
        }
        if self.parent is None:
            return [{"action": "c2pa.created", **created}]
        named: dict[str, Any] = {"parameters": {"ingredientIds": [PARENT]}}
        if self.missing:
            named["description"] = self.missing
        if self.parent.relation is Relation.INPUT:
            return [{"action": "c2pa.created", **created, **named}]
        if self.parent.relation is Relation.COMPONENT:
            # An ingredient that is a part of the whole was placed in it.
            return [
                {"action": "c2pa.created", **created},
                {"action": "c2pa.placed", **named},
            ]
        return [
            {"action": "c2pa.opened", **named},
            {"action": "c2pa.edited", **created},
        ]


def _recording() -> dict[str, Any]:
    """Of a voice that was recorded: the sound itself stays with whoever spoke."""
    return {
        "title": "Voice, recorded from a person",
        "relationship": Relation.COMPONENT.value,
        "label": VOICE,
    }
