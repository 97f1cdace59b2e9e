"""The one error of backups."""

from __future__ import annotations


class BackupError(Exception):
    """A refusal or a failure; its text is for the operator."""
