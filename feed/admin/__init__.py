"""The feed in the admin, a module for each subject."""

from feed.admin import audience, custom, finding, posts, remixes, tastes

__all__ = ["audience", "custom", "finding", "posts", "remixes", "tastes"]
