"""How old people are, and who stands up for those under 18."""
