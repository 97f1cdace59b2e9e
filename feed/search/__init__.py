"""Search: one row for each findable thing, asked in one language on both databases."""
