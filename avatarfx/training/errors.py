"""What stops a training, in words for whoever runs it."""

from __future__ import annotations


class TrainingError(Exception):
    """It cannot go on; the message says why, and the way out."""
