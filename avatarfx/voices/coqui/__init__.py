"""Voices of coqui-tts, from a folder that an operator brought."""

from avatarfx.voices.coqui.voice import CoquiVoice

__all__ = ["CoquiVoice"]
