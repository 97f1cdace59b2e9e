"""Finds the words of a known text in a recording of it."""
