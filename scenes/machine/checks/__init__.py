"""The validator: what is wrong with a scene, how long it is, and what it costs."""
