"""Everything that is sent to a viewer, one frozen dataclass each.

Times are seconds. ``at`` is a moment of the stream's clock, which starts at zero when the
stream starts and does not stop in pauses. `Logged` events are numbered without a gap and
kept; all others are news of the moment, and nothing is lost with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

# Not for types alone: packing and codec read the fields' types when they run.
from socialapp.performance import Part, Performance, Stage  # noqa: TC001

CODECS = ("wav", "flac", "opus")
"""Of sound: RIFF WAVE, FLAC, Opus in Ogg. The chunks of a line joined are one file."""

REACTIONS = ("heart", "laugh", "wow", "clap", "cry")
"""What an audience can do without words."""

END_REASONS = ("finished", "stopped", "idle", "failed")
"""By its host; by the house; nobody watched; it could not go on."""

SHUT = "This stream is not open any more."
"""Said to everybody but the host when it becomes private, or is taken away."""

MAX_CHUNK_BYTES = 16 * 1024
"""0.9 s of a line of 150 kbit/s: what is urgent never waits longer behind sound."""


@dataclass(frozen=True, slots=True)
class Logged:
    kind: ClassVar[str] = ""

    seq: int
    """1 for the first event of a stream, then always one more."""

    at: float
    """When it happens on the stream's clock; a line may lie a little ahead."""


@dataclass(frozen=True, slots=True)
class StreamStarted(Logged):
    """The clock begins."""

    kind: ClassVar[str] = "stream-started"


@dataclass(frozen=True, slots=True)
class StreamPaused(Logged):
    """Nothing new is said until it is resumed; what plays is played to its end."""

    kind: ClassVar[str] = "stream-paused"


@dataclass(frozen=True, slots=True)
class StreamResumed(Logged):
    kind: ClassVar[str] = "stream-resumed"


@dataclass(frozen=True, slots=True)
class StreamEnded(Logged):
    """The last event. Unless it finished, what has not been played is not played."""

    kind: ClassVar[str] = "stream-ended"

    reason: str
    """One of END_REASONS."""


@dataclass(frozen=True, slots=True)
class TopicChosen(Logged):
    """What the characters turn to next."""

    kind: ClassVar[str] = "topic-chosen"

    topic: int
    text: str


@dataclass(frozen=True, slots=True)
class Line(Logged):
    """One line, performed by everybody on stage. Binary."""

    kind: ClassVar[str] = "line"

    line: int
    """1 for the first line of a stream, then always one more."""

    seat: str
    """Who speaks."""

    performance: Performance
    """Its clock is zero at ``at``. Its sounds come as chunks."""


@dataclass(frozen=True, slots=True)
class AudioChunk(Logged):
    """A piece of the sound of a line. Binary."""

    kind: ClassVar[str] = "audio-chunk"

    line: int
    seat: str
    codec: str
    """One of CODECS."""

    offset: int
    """Bytes before this piece."""

    last: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class LineCut(Logged):
    """Somebody cut in: from ``at`` on, the rest of this line is not played."""

    kind: ClassVar[str] = "line-cut"

    line: int


@dataclass(frozen=True, slots=True)
class LineRemoved(Logged):
    """A moderator took a line away: stop it, and take its words off the page."""

    kind: ClassVar[str] = "line-removed"

    line: int


@dataclass(frozen=True, slots=True)
class MessageRemoved(Logged):
    """A moderator took a message of the audience away."""

    kind: ClassVar[str] = "message-removed"

    message: str


@dataclass(frozen=True, slots=True)
class Withheld(Logged):
    """Stands where a removed line or its sound was, so that numbers have no gap."""

    kind: ClassVar[str] = "withheld"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits where."""

    seat: str
    character: str
    """Public key; ``/api/v1/characters/<key>/`` has the rest, the rig among it."""

    name: str


@dataclass(frozen=True, slots=True)
class TopicTally:
    topic: int
    text: str
    votes: int


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody in the audience wrote. Screened before anybody sees it."""

    kind: ClassVar[str] = "message"

    message: str
    """Public key: messages may come twice, with the same key."""

    person: str
    """Handle."""

    name: str
    text: str
    sent: float
    """Unix time, seconds."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The first frame of a socket: where the stream is, and where this reader starts."""

    kind: ClassVar[str] = "welcome"

    version: int
    stream: str
    title: str
    state: str
    """scheduled, live, paused or ended."""

    after: int
    """The first logged event that follows has the number ``after`` + 1."""

    resumed: bool
    """It goes on where the client said; False: from the line that plays now."""

    clock: float
    """Now, on the stream's clock; 0 before it starts."""

    stage: Stage
    seats: tuple[Seat, ...]
    topic: str
    """What is talked about now."""

    topics: tuple[TopicTally, ...]
    viewers: int
    reactions: dict[str, int]
    messages: tuple[Message, ...]
    """The latest of the audience, oldest first; empty for whom the chat is not."""

    may_write: bool
    slow_seconds: int
    """A person waits this long between two messages."""

    ai_generated: bool = True
    vote_closes: float = 0.0
    """When the votes are counted, on the stream's clock; 0: no moment is set."""


@dataclass(frozen=True, slots=True)
class Pong:
    kind: ClassVar[str] = "pong"

    re: int
    """``n`` of the ping."""

    clock: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the client asked for is done."""

    kind: ClassVar[str] = "accepted"

    re: int


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A service that listens, for who may be in danger."""

    region: str
    name: str
    phone: str
    url: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What the client asked for is not done; the socket stays open."""

    kind: ClassVar[str] = "refused"

    re: int
    code: str
    """For programs: signed-out, not-live, text-refused, care, too-much, ..."""

    detail: str
    """For people."""

    help: tuple[HelpLine, ...] = ()
    """With the code ``care``: shown as they are."""


@dataclass(frozen=True, slots=True)
class Viewers:
    kind: ClassVar[str] = "viewers"

    count: int


@dataclass(frozen=True, slots=True)
class Reactions:
    """How often each was given since the start."""

    kind: ClassVar[str] = "reactions"

    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Topics:
    """What can be voted for now."""

    kind: ClassVar[str] = "topics"

    topics: tuple[TopicTally, ...]
    vote_closes: float = 0.0
    """As in `Welcome`."""


@dataclass(frozen=True, slots=True)
class PoseKeys:
    """What one seat does between lines; only the newest counts. Binary."""

    kind: ClassVar[str] = "pose"

    at: float
    """The part's clock is zero here."""

    part: Part
    """Poses, glances, blinks and expressions; nothing is said."""


@dataclass(frozen=True, slots=True)
class Closing:
    """The last frame before the server closes: the code of the close, and words."""

    kind: ClassVar[str] = "closing"

    code: int
    detail: str = field(default="")


LOGGED: dict[str, type[Logged]] = {
    event.kind: event
    for event in (
        StreamStarted,
        StreamPaused,
        StreamResumed,
        StreamEnded,
        TopicChosen,
        Line,
        AudioChunk,
        LineCut,
        LineRemoved,
        MessageRemoved,
        Withheld,
    )
}

Passing = (
    Welcome
    | Message
    | Pong
    | Accepted
    | Refused
    | Viewers
    | Reactions
    | Topics
    | PoseKeys
    | Closing
)
PASSING: dict[str, type[Passing]] = {
    event.kind: event
    for event in (
        Welcome,
        Message,
        Pong,
        Accepted,
        Refused,
        Viewers,
        Reactions,
        Topics,
        PoseKeys,
        Closing,
    )
}

Event = Logged | Passing
