"""``/api/v1/streams/``: planned, started, followed, answered."""
