"""Pages of scenes."""
