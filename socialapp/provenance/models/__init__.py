"""Tables of provenance, a file for each errand."""
