"""The only writers of cases, decisions, appeals and the log."""
