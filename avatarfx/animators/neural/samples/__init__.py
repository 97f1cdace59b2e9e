"""Folders of random weights in the layouts that engines were published in: tests and
benches run every engine with them, and nothing is downloaded for it."""

from socialapp.engines import torch_audio

torch_audio.make_harmless()  # transformers imports it where it is
