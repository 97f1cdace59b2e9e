"""Moderation for staff, a file for each errand."""

from moderation.admin import pictures

__all__ = ["pictures"]
