"""Pages of conversations, and what is done on them."""
