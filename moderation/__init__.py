"""Screening, cases and appeals: imports provenance, accounts and all below."""
