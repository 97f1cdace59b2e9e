"""A number in every frame: hidden in the luma, found again after crop and re-encoding.

A tile of a quarter of the short side repeats over the frame. Its carriers are Fourier
coefficients between 4 and 16 cycles a tile; a third of them is a keyed pattern by which
the detector finds scale, place and mirror, the rest carries 48 bits and a tag of 24 bits
(HMAC) through a convolutional code. Plain numpy and OpenCV: no settings, no rows.
"""

from socialapp.provenance.keys import Key
from socialapp.provenance.watermark.chosen import Chosen
from socialapp.provenance.watermark.embed import Marker
from socialapp.provenance.watermark.search import Found, detect
from socialapp.provenance.watermark.strength import choose_strength

__all__ = ["Chosen", "Found", "Key", "Marker", "choose_strength", "detect"]
