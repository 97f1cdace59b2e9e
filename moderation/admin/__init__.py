"""Backstage of moderation: the queue, the case page, the records and the pictures."""

from moderation.admin import desk, pictures, records, screenings

__all__ = ["desk", "pictures", "records", "screenings"]
