"""Writers of folders with random weights in the published layouts, for tests and benches."""
