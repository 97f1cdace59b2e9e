"""Was this file made here? Opened in a limited process, asked in three ways, answered.

``opening`` and ``child`` decode what strangers send, ``layers`` asks for the signed
record, the watermark and the likeness, ``verdict`` weighs them. Nothing is kept.
"""
