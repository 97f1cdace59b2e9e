"""Writes the shared vectors of the stream's wire: frames and the events that they are.

    python -m tests.protocol.make

Python and JavaScript are both tested on this file. Make it anew only when the protocol
changes on purpose, and look at the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from socialapp.performance import (
    Blink,
    Expression,
    Glance,
    Part,
    Performance,
    Place,
    Pose,
    Stage,
)
from streams.protocol import as_frame, to_json
from streams.protocol.events import (
    Accepted,
    AudioChunk,
    Closing,
    Event,
    HelpLine,
    Line,
    LineCut,
    LineRemoved,
    Message,
    MessageRemoved,
    Pong,
    PoseKeys,
    Reactions,
    Refused,
    Seat,
    StreamEnded,
    StreamPaused,
    StreamResumed,
    StreamStarted,
    TopicChosen,
    Topics,
    TopicTally,
    Viewers,
    Welcome,
    Withheld,
)
from streams.protocol.packing import rounded

HERE = Path(__file__).parent
PERFORMANCES = HERE.parent / "performances"

STAGE = Stage(
    "observatory",
    "16:9",
    {"a": Place(0.3, 0.55, 0.9), "b": Place(0.7, 0.55, 0.9, -1)},
)
HELLO = Message("k7", "zoë", "Zoë 🦊", "“Hello” </script> \u2028 <b>", 1790000000.25)
TOPICS = (TopicTally(1, "Are clouds the show?", 3), TopicTally(2, "Bread", 0))


def performance(name: str) -> Performance:
    stored = json.loads((PERFORMANCES / f"{name}.json").read_text(encoding="utf-8"))
    return rounded(Performance.from_json(stored["performance"]))


def events() -> list[Event]:
    """Each kind, and each kind of value, once at least."""
    idle = Part(
        "b",
        expressions=(Expression(0.0, "happy", 0.35),),
        poses=(Pose(0.0, -3.25, 1.5), Pose(0.8, -2.0, 1.0, 0.5, -0.01, 0.02)),
        glances=(Glance(0.0, -0.5), Glance(0.4, 0.25, -1.0)),
        blinks=(Blink(0.31, 0.46),),
    )
    return [
        StreamStarted(1, 0.0),
        TopicChosen(2, 0.5, 1, "Are clouds the show?"),
        Line(3, 2.5, 1, "a", performance("spoken")),
        AudioChunk(4, 2.5, 1, "a", "opus", 0, False, bytes(range(256))),
        AudioChunk(5, 2.5, 1, "a", "opus", 256, True, b"\x00\xff"),
        Line(6, 86400.123456, 2, "b", performance("moods")),
        Line(7, 86410.0, 3, "a", performance("bare")),
        LineCut(8, 86410.75, 3),
        StreamPaused(9, 86411.0),
        StreamResumed(10, 86412.0),
        LineRemoved(11, 86412.5, 2),
        MessageRemoved(12, 86413.0, "k7"),
        Withheld(13, 86413.5),
        StreamEnded(14, 86414.0, "stopped"),
        Welcome(
            1, "abcd", "Partly Obscured", "live", 2, False, 12.5, STAGE,
            (Seat("a", "hk", "Hob"), Seat("b", "sk", "Sunniva")),
            "Are clouds the show?", TOPICS, 17, {"heart": 3, "laugh": 0}, (HELLO,),
            True, 5, True, 91.5,
        ),
        HELLO,
        Pong(7, 12.75),
        Accepted(8),
        Refused(9, "too-much", "Slow mode is on here."),
        Refused(10, "care", "Somebody listens.", (HelpLine("UK", "S", "116 123", ""),)),
        Viewers(17),
        Reactions({"heart": 4}),
        Topics(TOPICS, 91.5),
        PoseKeys(12.0, idle),
        Closing(4408, "Too slow."),
    ]  # fmt: skip


def vectors() -> list[dict[str, Any]]:
    found = []
    for event in events():
        frame = as_frame(event)
        sent = {"text": frame} if isinstance(frame, str) else {"hex": frame.hex()}
        found.append({**sent, "event": to_json(event)})
    return found


def main() -> None:
    lines = [json.dumps(one, separators=(",", ":")) for one in vectors()]
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    (HERE / "frames.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
