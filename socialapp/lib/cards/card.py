"""A card in memory, whichever format it came in: V3's ``data``, and all the rest kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.lib.cards.verbatim import Verbatim

V1_TEXTS = (
    "name",
    "description",
    "personality",
    "scenario",
    "first_mes",
    "mes_example",
)
V2_TEXTS = (
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
)
LISTS = ("alternate_greetings", "group_only_greetings", "tags", "source")
DATES = ("creation_date", "modification_date")
V3_ONLY = (
    "assets",
    "nickname",
    "creator_notes_multilingual",
    "source",
    "group_only_greetings",
    *DATES,
)

EMBEDDED = "embeded://"
"""With one d: so the specification has it."""

IN_PNG = "__asset:"
DEFAULT = "ccdefault:"


@dataclass(frozen=True, slots=True)
class Asset:
    kind: str
    """icon, background, user_icon, emotion, or x_ and more."""

    uri: str
    name: str
    ext: str

    @property
    def path(self) -> str:
        """Inside the card's own files; empty when it is elsewhere."""
        return self.uri.removeprefix(EMBEDDED) if self.uri.startswith(EMBEDDED) else ""

    @property
    def remote(self) -> bool:
        return self.uri.lower().startswith(("http:", "https:", "//", "ftp:", "file:"))


MAIN_ICON = Asset("icon", DEFAULT, "main", "png")


@dataclass(frozen=True, slots=True)
class Card:
    data: Mapping[str, Any]
    """As V3 has it. Values of unknown members, and of each member of every
    ``extensions``, are `Verbatim`."""

    read_as: Literal["v1", "v2", "v3"]
    beside: Mapping[str, Verbatim] = field(default_factory=dict)
    """Unknown members beside ``data``."""

    notes: tuple[str, ...] = ()
    """What was odd about the file and how it was read."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Path to content of the files that came with it."""

    picture: bytes | None = None
    """The PNG that it was in, without the card."""

    @property
    def name(self) -> str:
        name: str = self.data["name"]
        return name

    @property
    def called(self) -> str:
        """What ``{{char}}`` stands for."""
        return str(self.data.get("nickname") or self.name)

    @property
    def extensions(self) -> Mapping[str, Verbatim]:
        found: Mapping[str, Verbatim] = self.data["extensions"]
        return found

    def text(self, name: str) -> str:
        return str(self.data.get(name) or "")

    def texts(self, name: str) -> list[str]:
        return list(self.data.get(name) or [])

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Of the lorebook, as they are in the card."""
        book = self.data.get("character_book") or {}
        return list(book.get("entries", []))

    @property
    def assets(self) -> list[Asset]:
        """Without a list of its own, a card has one icon: its picture."""
        listed = self.data.get("assets")
        if not listed:
            return [MAIN_ICON]
        return [Asset(a["type"], a["uri"], a["name"], a["ext"]) for a in listed]

    @property
    def icon(self) -> bytes | None:
        """The portrait that came with it, if any."""
        icons = [asset for asset in self.assets if asset.kind == "icon"]
        icons.sort(key=lambda asset: asset.name != "main")
        for asset in icons:
            found = self.files.get(asset.path)
            if found is None and asset.uri == DEFAULT:
                found = self.picture
            if found is not None:
                return found
        return self.picture
