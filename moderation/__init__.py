"""Screening before anything spreads, cases, decisions, appeals and the log of it all."""
