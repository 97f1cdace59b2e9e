"""Figures and fire drills of streams, on real servers: Daphne, Redis, sockets."""
