"""Random weights in the published layouts, to try and to measure engines with."""
