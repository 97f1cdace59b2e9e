"""Troupe as an app of the phone: what is installed, and what answers without a network."""
