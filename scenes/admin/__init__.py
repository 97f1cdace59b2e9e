"""Scenes backstage."""

from scenes.admin import assets, audience, company, stories, voices

__all__ = ["assets", "audience", "company", "stories", "voices"]
