"""Copies of clips and portraits: the same file, the same look or sound, and their end.

``files`` compares bytes, ``likeness`` looks and listens, ``blocking`` keeps what was
taken down from coming back.
"""

from avatarfx.copies import backdrops
from avatarfx.copies.blocking import keep_away
from avatarfx.copies.files import in_use, owner_of, same_files
from avatarfx.copies.likeness import alike
from moderation import lookalikes
from socialapp.lib import withheld


def register() -> None:
    lookalikes.register("files", find=same_files, locate=owner_of)
    lookalikes.register("likeness", find=alike, block=keep_away)
    lookalikes.register(
        backdrops.KIND,
        find=backdrops.same_files,
        block=backdrops.keep_away,
        locate=backdrops.owner_of,
    )
    withheld.register_use("avatarfx", in_use)
    withheld.register_use("backdrops", backdrops.in_use)
