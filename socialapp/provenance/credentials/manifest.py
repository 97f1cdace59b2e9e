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


class SourceType(StrEnum):
    """IPTC digital source types that occur here."""

    AI = "trainedAlgorithmicMedia"
    """Text made it: nobody was in front of a camera."""

    PHOTO = "compositeWithTrainedAlgorithmicMedia"
    """A photograph, set in motion."""

    DRAWN = "digitalCreation"
    """Drawn by hand or by rules."""

    MIXED = "composite"
    """Made from somebody's own file, of which nobody here knows how it came about."""

    @property
    def url(self) -> str:
        return IPTC + self.value


@dataclass(frozen=True, slots=True)
class Parent:
    """The file that this one was made from; its own record goes along."""

    data: bytes
    mime: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    title: str
    source: SourceType
    version: str = "1"
    """Of the software, for ``claim_generator_info``."""

    payload: bytes = b""
    """What the watermark carries; empty: there is none."""

    parent: Parent | None = None

    def to_json(self) -> dict[str, Any]:
        """A manifest definition of c2pa-rs."""
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
        return {
            "claim_generator_info": [{"name": "Troupe", "version": self.version}],
            "title": self.title,
            "assertions": assertions,
        }

    def _actions(self) -> list[dict[str, Any]]:
        agent = {"name": "Troupe", "version": self.version}
        if self.parent is None:
            return [
                {
                    "action": "c2pa.created",
                    "digitalSourceType": self.source.url,
                    "softwareAgent": agent,
                }
            ]
        return [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": [PARENT]}},
            {
                "action": "c2pa.edited",
                "digitalSourceType": self.source.url,
                "softwareAgent": agent,
            },
        ]
