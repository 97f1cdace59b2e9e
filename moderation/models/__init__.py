"""Tables of moderation, a file for each errand."""
