"""Figures of the scene machine."""
