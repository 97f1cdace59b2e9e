"""Portraits, the avatar maker and characters over HTTP."""
