"""Marks, credentials and fingerprints: what was made here can be proven and found."""
