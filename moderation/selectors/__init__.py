"""What is read of cases, by errand."""
