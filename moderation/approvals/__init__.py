"""What was approved is what is served: words are bound to a hash, an edit asks anew."""
