"""How strong a clip's mark must be: embedded, attacked, read again, before it goes out."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from socialapp.provenance.watermark import carriers, coding, search, signal
from socialapp.provenance.watermark.chosen import Chosen
from socialapp.provenance.watermark.embed import Marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from socialapp.provenance.keys import Key
    from socialapp.provenance.watermark.signal import Picture

    Attack = Callable[[Sequence[Picture]], Sequence[Picture]]

WEAKEST = 1.0
"""Levels: 48 dB. Less is rounded away."""

STRONGEST = 2.5
"""40 dB: a mark that needs more stays as weak as it is found at this."""

FIRST = 1.2
"""46.5 dB, which most drawn and photographed heads need."""

ENOUGH = 0.66
"""Correlation of what was received with what was sent; decoding fails below 0.5. At 0.62
two copies of 210 were lost, at 0.66 two of 560 (blur and noise), at 0.70 none of 378, for
1 dB more of a photograph or painting and 1.7 dB more of a flat drawing."""

CLEAR = 6.5
"""Deviations of the sync pattern's peak: a quarter above the search's threshold. Of a
painting whose own strokes hid the pattern the message came through at 0.72, but a copy
was lost because its scale and place could not be told from noise."""

TRIES = 3
CROP = 0.1
CODECS = {
    "libx264": {"crf": "28", "preset": "veryfast"},
    # Where PyAV was built without x264; about as coarse.
    "mpeg4": {"qmin": "7", "qmax": "7"},
}


def choose_strength(
    frames: Sequence[Picture], payload: int, key: Key, *, attack: Attack | None = None
) -> Chosen:
    """The weakest strength that survives a crop of 10 %, halving and CRF 28.

    `frames`: about a dozen of the clip, (height, width, 3) RGB. Tries at most three:
    after each the next follows from how much signal came through, and from how clearly
    the place was found.
    """
    height, width = frames[0].shape[:2]
    best = Chosen(STRONGEST, 0.0, 0.0, 0)
    strength = FIRST
    for tries in range(1, TRIES + 1):
        marker = Marker(payload, key, width, height, strength)
        attacked = (attack or halved)([marker.mark(frame) for frame in frames])
        margin, peak = _margins(attacked, payload, key)
        best = Chosen(strength, round(margin, 3), round(peak, 2), tries)
        wanted = strength * max(
            _ratio(ENOUGH) / max(_ratio(margin), 0.05), CLEAR / max(peak, 1.0)
        )
        wanted = min(max(wanted, WEAKEST), STRONGEST)
        # Near enough, or as far as it goes.
        if abs(wanted / strength - 1) < 0.06:
            break
        if margin >= ENOUGH and peak >= CLEAR and tries > 1:
            break
        strength = wanted
    return best


def _ratio(correlation: float) -> float:
    """Amplitude of signal over noise for a correlation with what was sent."""
    bounded = min(max(correlation, 0.0), 0.999)
    return bounded / math.sqrt(1 - bounded * bounded)


def _margins(frames: Sequence[Picture], payload: int, key: Key) -> tuple[float, float]:
    """Correlation of the received with the sent coded bits, and the peak of the sync
    pattern; scale and place are unknown but for the crop that was made."""
    greys = [signal.luma(frame) for frame in frames]
    seen = search.added(greys, signal.SHORT)
    scale = 1 - CROP
    spectra = search.spectra_of([search.stretched(seen, scale, scale)])
    place, peak = search.best_place(spectra, key)
    soft = search.received(spectra[0], place, key)
    sent = 1 - 2.0 * coding.encode(carriers.message_of(payload, key))
    return float(coding.correlations(soft, sent)), peak


def halved(frames: Sequence[Picture]) -> list[Picture]:
    """Cropped by a tenth, halved, through x264 at CRF 28 and back."""
    import av  # noqa: PLC0415 - codecs, which the detector does without

    height, width = frames[0].shape[:2]
    down, across = int(height * (1 - CROP)), int(width * (1 - CROP))
    top, left = int(height * CROP * 0.4), int(width * CROP * 0.7)
    size = (across // 4 * 2, down // 4 * 2)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        codec = next(name for name in CODECS if name in av.codecs_available)
        stream = cast("Any", container.add_stream(codec, rate=25))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.options = CODECS[codec]
        for number, frame in enumerate(frames):
            cut = frame[top : top + down, left : left + across]
            small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
            planes = cast("Picture", cv2.cvtColor(small, cv2.COLOR_RGB2YUV_I420))
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as coded:
        # The luma plane is all that the detector looks at.
        return [
            np.ascontiguousarray(
                frame.to_ndarray(format="yuv420p")[: size[1], : size[0]]
            )
            for frame in coded.decode(video=0)
        ]
