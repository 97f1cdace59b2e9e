"""What a player waits for, and what a prepared play costs the house.

In a house of its own, through its addresses, as a browser asks for them: the page of a
play and the story's document, until the first line is known (here in Python, in the
browser by its twin); the first voice when nothing is made yet and no engine is loaded;
then one play to its end whose lines are all made. No worker runs: voices are made by the
requests that wait for them, in this process, so the CPU that they take is counted here.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from avatarfx.bench import houses
from scenes.machine import Machine, read_scene
from scenes.machine.model import Line
from scenes.models import Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scenes.machine import Position

VOICE_SECONDS = 240.0
"""For all lines of one play, on a machine that may be busy."""

ASK_AGAIN_SECONDS = 0.05

WORK = (
    "socialapp.acting.perform",
    "avatarfx.recordings.encode",
    "scenes.services.voicing.screen_text",
)
"""What makes a line: voice and face, its file, and the look at its words."""


@dataclass
class Asked:
    """What went over the wire."""

    client: Client
    received: int = 0
    requests: int = 0

    def get(self, path: str) -> bytes:
        return self._body(self.client.get(path))

    def post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(path, data, content_type="application/json")
        self._body(answer)
        found: dict[str, Any] = answer.json()
        return found

    def _body(self, answer: Any) -> bytes:
        body = _streamed(answer) if answer.streaming else answer.content
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {body[:300]!r}")
        self.requests += 1
        self.received += len(body)
        return bytes(body)


@dataclass
class Worked:
    """CPU seconds spent in some functions, however often they are called."""

    seconds: float = 0.0
    _inside: bool = field(default=False, repr=False)

    def wrapping(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return function(*args, **kwargs)
            begun, self._inside = time.process_time(), True
            try:
                return function(*args, **kwargs)
            finally:
                self._inside = False
                self.seconds += time.process_time() - begun

        return timed


def measure(*, scene: str, rounds: int) -> dict[str, Any]:
    """Milliseconds and seconds of wall time, bytes, and CPU seconds; null with a note for
    what this house has no address of."""
    with houses.house(workers=0) as (_, cast):
        from scenes import services  # noqa: PLC0415 - needs the tables

        call_command("collectstatic", interactive=False, verbosity=0)
        services.seed()
        row = Scene.objects.select_related("version").get(starter=scene)
        if row.version is None:
            raise RuntimeError(f"{scene} is not on stage")
        machine = Machine(read_scene(row.version.document))
        keys = [character.key for character in cast.values()]
        company = dict(zip(machine.scene.roles, keys, strict=False))
        stage = Stage(row, row.version.number, machine, company)
        return {**stage.first_line(rounds), **stage.voices(rounds)}


@dataclass(frozen=True)
class Stage:
    """One scene, who is cast in it, and where it is asked for."""

    row: Scene
    number: int
    machine: Machine
    cast: dict[str, str]

    @property
    def document(self) -> str:
        return reverse("api-scene-document", args=[self.row.key, self.number])

    @property
    def takes(self) -> str:
        return f"/api/v1/scenes/{self.row.key}/takes/"

    def first_line(self, rounds: int) -> dict[str, Any]:
        try:
            page = reverse("scene-play", args=[self.row.key])
        except NoReverseMatch:
            return {
                "first_line_ms": None,
                "first_line_ms_note": "this house has no page of a play",
            }
        found, worked_for = [], []
        asked = Asked(_client())
        for _ in range(rounds + 1):
            begun, begun_cpu = time.perf_counter(), time.process_time()
            asked.get(page)
            machine = Machine(read_scene(asked.get(self.document)))
            if not machine.start(1).told:
                raise RuntimeError("The scene begins without a word.")
            found.append(time.perf_counter() - begun)
            worked_for.append(time.process_time() - begun_cpu)
        # The first one loads templates.
        return {
            "first_line_ms": round(median(found[1:]) * 1000),
            "first_line_cpu_ms": round(median(worked_for[1:]) * 1000, 1),
            "first_line_cold_ms": round(found[0] * 1000),
        }

    def voices(self, rounds: int) -> dict[str, Any]:
        missing = {"first_voice_cold_s": None, "first_voice_prepared_ms": None}
        if _client().post(self.takes, {}).status_code == 404:
            return {**missing, "voices_note": "this house voices no lines of scenes"}
        way = list(self._way())
        first = next(lines for lines in way if lines)
        worked = Worked()
        with _watching(worked):
            cold = self._until_made(first[:1])
            for lines in way:
                self._until_made(lines)
            making, worked.seconds = worked.seconds, 0.0
            prepared, worked_for = [], []
            asked = Asked(_client())
            for _ in range(rounds + 1):
                begun, begun_cpu = time.perf_counter(), time.process_time()
                self._heard(asked, first[:1])
                prepared.append(time.perf_counter() - begun)
                worked_for.append(time.process_time() - begun_cpu)
            asked = Asked(_client())
            begun_cpu = time.process_time()
            asked.get(self.document)
            heard = sum(self._heard(asked, lines) for lines in way if lines)
            cpu = time.process_time() - begun_cpu
        return {
            "first_voice_cold_s": round(cold, 2),
            # The first of them loads what serves files.
            "first_voice_prepared_ms": round(median(prepared[1:]) * 1000, 1),
            "first_voice_prepared_cpu_ms": round(median(worked_for[1:]) * 1000, 1),
            "lines_per_play": sum(map(len, way)),
            "voiced_per_play": heard,
            "bytes_per_prepared_play": asked.received,
            "requests_per_prepared_play": asked.requests,
            "voice_cpu_s_prepared": round(worked.seconds, 4),
            "serving_cpu_s_prepared": round(cpu, 3),
            "voice_cpu_s_making": round(making, 1),
        }

    def _way(self) -> Iterator[list[dict[str, Any]]]:
        """The lines of one random play to its end, event by event."""
        random = Random(1)  # noqa: S311 - the same every time
        position = self.machine.start(1)
        yield self._lines(position)
        while not self.machine.ended(position):
            choice = random.choice(self.machine.open(position))
            position = self.machine.choose(position, choice.id)
            yield self._lines(position)

    def _lines(self, position: Position) -> list[dict[str, Any]]:
        found = []
        names = self.machine.program.variables
        for index, beat, shown in position.told:
            node = self.machine.program.nodes[index]
            if isinstance(node.state.beats[beat], Line):
                shows = (names[slot] for slot in node.cues[beat].shows)
                values = dict(zip(shows, shown, strict=True))
                found.append({"state": node.id, "beat": beat, "values": values})
        return found

    def _ask(self, asked: Asked, lines: Sequence[dict[str, Any]]) -> list[Any]:
        wanted = {"version": self.number, "cast": self.cast, "lines": list(lines)}
        takes: list[Any] = asked.post(self.takes, wanted)["takes"]
        return takes

    def _until_made(self, lines: Sequence[dict[str, Any]]) -> float:
        """Seconds until none of these lines is in the making."""
        begun = time.perf_counter()
        while lines:
            takes = self._ask(Asked(_client()), lines)
            if all(take["status"] != "making" for take in takes):
                break
            if time.perf_counter() - begun > VOICE_SECONDS:
                raise RuntimeError("The voices do not come.")
            time.sleep(ASK_AGAIN_SECONDS)
        return time.perf_counter() - begun

    def _heard(self, asked: Asked, lines: Sequence[dict[str, Any]]) -> int:
        """Ask for lines and their sounds; how many had a voice."""
        heard = 0
        for take in self._ask(asked, lines):
            if take["status"] == "ready" and take["sound"]:
                asked.get(take["sound"])
                heard += 1
        return heard


def _streamed(answer: Any) -> bytes:
    """Files are sent in pieces, as one server or the other likes them."""
    if not answer.is_async:
        return b"".join(answer.streaming_content)

    async def read() -> bytes:
        return b"".join([part async for part in answer.streaming_content])

    return async_to_sync(read)()


def _client() -> Client:
    """A guest of its own, whose requests are not of the one before."""
    return Client(headers={"host": "localhost"})


def _watching(worked: Worked) -> ExitStack:
    """Counts the CPU of voices, until it is closed."""
    stack = ExitStack()
    for path in WORK:
        module, _, name = path.rpartition(".")
        real = import_string(path)
        stack.enter_context(
            patch.object(import_module(module), name, worked.wrapping(real))
        )
    return stack
