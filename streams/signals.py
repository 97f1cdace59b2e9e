"""What streams announces, at commit."""

from django.dispatch import Signal

stream_started = Signal()
"""Sent with ``stream``: it is on air."""

stream_ended = Signal()
"""Sent with ``stream``: its log is complete, and is the replay."""
