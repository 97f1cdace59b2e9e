"""Voices of coqui-tts, from folders that an operator brought."""

from avatarfx.voices.coqui.voice import CoquiVoice, CoquiXttsVoice

__all__ = ["CoquiVoice", "CoquiXttsVoice"]
