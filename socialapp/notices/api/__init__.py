"""Notices over HTTP: what I was told, what I want to be told, what rings."""
