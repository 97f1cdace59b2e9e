"""Reports, decisions, appeals and takedown requests over HTTP."""
