"""Recordings that people speak themselves: heard, judged, and told in words."""
