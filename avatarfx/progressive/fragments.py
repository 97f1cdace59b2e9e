"""A second muxer: the packets of a film once more, cut into segments of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av

from avatarfx.progressive import boxes

if TYPE_CHECKING:
    from collections.abc import Callable

MOVFLAGS = "frag_keyframe+empty_moov+delay_moov+default_base_moof"
"""A fragment begins with each key frame. The header waits for the first packets, so that
its edit lists cut off the 1,024 samples by which AAC begins early."""


class Fragments:
    """Used by one thread. What `emit` raises passes through `mux` and `end`."""

    def __init__(
        self,
        streams: tuple[Any, ...],
        *,
        fps: int,
        emit: Callable[[bytes, bytes], None],
    ) -> None:
        """`streams`: of a container that began, the picture first, with a key
        frame where a segment begins (`avatarfx.progressive.pace`). `emit` gets the init
        segment and one media segment at a time."""
        self._file = _Tail()
        self._container = av.open(
            self._file, "w", format="mp4", options={"movflags": MOVFLAGS}
        )
        self._fps = fps
        self._emit = emit
        self._streams = {
            stream.index: self._container.add_stream_from_template(stream)
            for stream in streams
        }
        self._picture = streams[0].index
        self._init = b""
        self._pending = b""
        self._cut = 0
        self._seconds: list[int] = []
        """The second in which each fragment begins, as their key frames came."""

    def mux(self, packet: Any) -> None:
        """A copy of the packet; the film's own container may have it afterwards."""
        if packet.dts is None:
            return
        twin = av.Packet(bytes(packet))
        twin.pts, twin.dts, twin.duration = packet.pts, packet.dts, packet.duration
        twin.time_base = packet.time_base
        twin.is_keyframe = packet.is_keyframe
        twin.stream = self._streams[packet.stream.index]
        if packet.stream.index == self._picture and packet.is_keyframe:
            at = float(packet.pts * packet.time_base)
            self._seconds.append(int(at + 0.5 / self._fps))
        self._container.mux(twin)
        self._take()

    def end(self) -> None:
        """Everything is in; the last segment goes out, which may be shorter."""
        self._container.close()
        self._take()
        self._send()

    def drop(self) -> None:
        """The film will not be finished, and nothing more goes out."""
        self._container.close()

    def _take(self) -> None:
        """Send each segment whose fragments are complete."""
        head = 0
        for kind, start, end in boxes.whole(self._file.data):
            if kind in {"ftyp", "moov"}:
                self._init += bytes(self._file.data[start:end])
            elif kind in {"moof", "mdat"}:
                self._pending += bytes(self._file.data[start:end])
            head = end
            if kind == "mdat":
                self._cut += 1
                self._send_if_over()
        del self._file.data[:head]

    def _send_if_over(self) -> None:
        """A codec may put a key frame anywhere: two fragments are then one segment."""
        if len(self._seconds) > self._cut and (
            self._seconds[self._cut] > self._seconds[self._cut - 1]
        ):
            self._send()

    def _send(self) -> None:
        if self._pending:
            segment, self._pending = self._pending, b""
            self._emit(self._init, segment)


class _Tail:
    """A file that is only appended to, and whose beginning is taken away."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, piece: bytes) -> int:
        self.data += piece
        return len(piece)
