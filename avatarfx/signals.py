"""What avatarfx announces, at commit."""

from django.dispatch import Signal

clip_ready = Signal()
"""Sent with ``clip``: it can be watched, and published if its owner asked for that."""
