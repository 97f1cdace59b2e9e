"""Backstage of moderation: the queue, the case page, the records and the pictures."""

from moderation.admin import approvals, desk, pictures, records, screenings

__all__ = ["approvals", "desk", "pictures", "records", "screenings"]
