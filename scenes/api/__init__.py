"""``/api/v1/scenes/`` and ``/api/v1/plays/``."""
