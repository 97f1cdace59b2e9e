"""``/api/v1/posts/``, ``/api/v1/tags/`` and ``/api/v1/feed/``."""
