"""Plays streams: plan, screen, voice, perform, send. See docs/streams.md.

``company`` is who stands on a stage, ``writing`` makes one line, ``show`` paces a stream,
``house`` is the process that claims streams and gives each a thread.
"""
