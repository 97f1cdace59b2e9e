"""Proof that a person is who they say, and the places where they are signed in."""
