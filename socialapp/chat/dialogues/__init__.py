"""Engines that give a character its lines, and what stands around them.

No models and no database: a card, a history and a beat come in, events go out. See
docs/dialogue.md.
"""
