"""Pages where a person makes, meets and changes characters."""
