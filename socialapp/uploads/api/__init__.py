"""Uploads over HTTP: sent by tus, used by whoever takes a file."""
