"""Backstage of moderation: the queue, the case page and the records."""

from moderation.admin import desk, records

__all__ = ["desk", "records"]
