"""Moderation for staff, a file for each errand."""

from moderation.admin import pictures, screenings

__all__ = ["pictures", "screenings"]
