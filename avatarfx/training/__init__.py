"""Trains the smallest refiner on what our own renderer draws, see docs/neural/refiner.md."""
