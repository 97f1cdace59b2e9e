"""Animators that refine the warp's film with a neural model, inside of face masks."""
