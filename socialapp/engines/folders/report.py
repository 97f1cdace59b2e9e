"""What this copy has of the weights that its engines could use, and what each unlocks."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from socialapp.engines.folders.layouts import Layout, State
from socialapp.engines.folders.looking import look, weigh

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS = ("animator", "voice")
"""Of engines that may come with a folder of weights."""


@dataclass(frozen=True, slots=True)
class Found:
    """One engine of the settings that declares a layout."""

    kind: str
    """``animator`` or ``voice``."""

    alias: str
    layout: Layout
    folder: str
    """Where its weights should lie."""

    state: State
    wanted: bool
    """It stands on the ladder."""

    accepted: bool
    """Its licence is a commercial one, or was accepted."""

    @property
    def problem(self) -> str | None:
        """Why the engine does not load here, as far as files can tell."""
        if self.state.problem or self.accepted:
            return self.state.problem
        return (
            f"Its licence ({self.layout.licence}) was not accepted: set"
            f" {self.layout.licence_setting}=1 if it allows what you do."
        )

    @property
    def numbers(self) -> int:
        """Parameters, as the headers have them; 0 unless the folder is whole."""
        return 0 if self.state.problem else weigh(self.layout, self.folder).numbers

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.alias,
            "kind": self.kind,
            "state": self.state.kind,
            "problem": self.problem,
            "folder": self.folder,
            "files": len(self.state.files),
            "bytes": self.state.bytes,
            "numbers": self.numbers,
            "licence": self.layout.licence,
            "commercial": self.layout.commercial,
            "accepted": self.accepted,
            "source": self.layout.source,
            "unlocks": self.layout.unlocks,
            "wanted": self.wanted,
        }


def layout_of(backend: str) -> Layout | None:
    """What the engine at this dotted path declares; None: it needs no such folder."""
    module_name, _, name = backend.rpartition(".")
    module = import_module(module_name)
    layout = getattr(getattr(module, name, None), "layout", None)
    layout = layout or getattr(module, "LAYOUT", None)
    return layout if isinstance(layout, Layout) else None


def find(aliases: frozenset[str] = frozenset()) -> list[Found]:
    """Each engine of the settings with a layout, or those of `aliases`, looked at."""
    every = list(_declared())
    layouts = {layout.name: layout for _, _, layout, _ in every}
    return [
        _looked(kind, alias, layout, options, layouts)
        for kind, alias, layout, options in every
        if not aliases or alias in aliases
    ]


def _declared() -> Iterator[tuple[str, str, Layout, Mapping[str, Any]]]:
    for kind in KINDS:
        for alias, params in settings.ENGINES[kind].items():
            if layout := layout_of(params["BACKEND"]):
                yield kind, alias, layout, params.get("OPTIONS", {})


def _looked(
    kind: str,
    alias: str,
    layout: Layout,
    options: Mapping[str, Any],
    layouts: Mapping[str, Layout],
) -> Found:
    folder = str(options.get("weights", ""))
    state = look(layout, folder)
    if state.kind in {"broken", "other"} and state.folder:
        for other in layouts.values():
            if other.name != layout.name and look(other, state.folder).problem is None:
                words = f"{state.folder} holds the weights of {other.name}."
                state = State(words, (), 0, state.folder, "other")
                break
    ladder = getattr(settings, f"{kind.upper()}_LADDER")
    accepted = not layout.licence_setting or bool(
        getattr(settings, layout.licence_setting, False)
    )
    return Found(kind, alias, layout, folder, state, alias in ladder, accepted)
