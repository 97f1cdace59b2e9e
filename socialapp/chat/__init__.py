"""Conversations with characters: imports characters and all below."""
