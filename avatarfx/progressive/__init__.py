"""Clips that play while they are made: the film's own packets, a second at a time."""
