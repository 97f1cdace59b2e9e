"""What a person made and did with scenes, for their own archive."""
