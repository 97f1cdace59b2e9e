"""Too much, the same again, and links that lie: rule 6.1."""
