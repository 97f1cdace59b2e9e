"""Why an upload is not begun, not gone on with or not used."""

from __future__ import annotations


class UploadError(Exception):
    """The message is fit for a person's eyes; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MovedError(UploadError):
    """What was sent does not begin where the upload ends."""

    def __init__(self, offset: int) -> None:
        super().__init__("offset", f"This upload goes on at byte {offset}.")
        self.offset = offset


class DiskFullError(Exception):
    """Nothing was kept; the message is fit for a person's eyes."""
