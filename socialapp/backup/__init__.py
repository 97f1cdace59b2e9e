"""A whole house in one file, and back: the database, its media, its keys.

The file is a tar: ``database/``, ``files/`` (of DATA_DIR) and ``media/``, then
``manifest.json``, which has the SHA-256 of each, and ``manifest.sha256``. The manifest
comes last, so that a house is written in one pass and a file that was cut short is
known by its lack of one.
"""

from socialapp.backup.errors import BackupError
from socialapp.backup.manifest import Manifest
from socialapp.backup.reading import examine
from socialapp.backup.restoring import restore
from socialapp.backup.writing import back_up

__all__ = ["BackupError", "Manifest", "back_up", "examine", "restore"]
