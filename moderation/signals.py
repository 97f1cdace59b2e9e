"""What moderation announces, at commit."""

from django.dispatch import Signal

case_decided = Signal()
"""Sent with ``case`` and ``decision``: the decision has taken effect. Hiding and
restoring are done inside it, by what the apps registered."""
