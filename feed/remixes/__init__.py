"""Remixes: who may make what of whose clip, who asked, and what came of what."""

from feed.remixes.allowances import Allowance, allowances, may_remix

__all__ = ["Allowance", "allowances", "may_remix"]
