"""Marks, manifests and verification: imports accounts and all below."""
