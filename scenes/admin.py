"""Scenes backstage."""

from scenes import company_admin  # noqa: F401  registers companies
