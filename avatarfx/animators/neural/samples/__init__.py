"""Folders of random weights in the layouts that engines were published in: tests and
benches run every engine with them, and nothing is downloaded for it."""
