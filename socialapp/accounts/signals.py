"""What accounts announce."""

from django.dispatch import Signal

account_closed = Signal()
"""Sent at commit with `user`, whose row no longer names anybody: each app removes or
anonymises its own rows and files."""
