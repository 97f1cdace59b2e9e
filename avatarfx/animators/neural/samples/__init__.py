"""Folders of random weights in the layouts that engines were published in: tests and
benches run every engine with them, and nothing is downloaded for it."""

from socialapp.engines import plain_torchaudio

plain_torchaudio.ready()  # transformers imports it where it is
