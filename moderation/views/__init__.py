"""Pages of the rules, of reports, decisions and appeals."""
