"""The pages where clips are made and kept."""
