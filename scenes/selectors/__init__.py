"""Reads scenes and plays."""
