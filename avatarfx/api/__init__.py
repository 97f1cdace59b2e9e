"""Voices, scripts, backgrounds and clips over HTTP."""
