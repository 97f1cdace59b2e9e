"""Sentence embeddings: one encoder for screening, and for whoever retrieves by meaning."""
