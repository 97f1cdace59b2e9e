"""Pages of the feed."""
