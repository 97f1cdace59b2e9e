"""Texts are judged before they are published, voiced or sent to anybody."""
