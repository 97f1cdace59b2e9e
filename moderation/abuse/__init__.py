"""Too much, the same again, and links that lie: rules 7.1 and 7.2."""
