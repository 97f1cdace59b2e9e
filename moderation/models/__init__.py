"""Tables of moderation, a file for each errand."""

from moderation.models.screenings import Screening

__all__ = ["Screening"]
