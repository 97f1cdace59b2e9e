"""What the feed costs and what it is worth; see ``manage.py bench``."""
