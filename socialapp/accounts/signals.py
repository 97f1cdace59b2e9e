"""What accounts announce."""

from django.dispatch import Signal

account_closed = Signal()
"""Sent at commit with `user`, whose row no longer names anybody: each app removes or
anonymises its own rows and files."""

consent_changed = Signal()
"""Sent at commit with `user` and `said`, setting to level: what others may do with
their clips and characters is another from now on."""

picture_changed = Signal()
"""Sent at commit with `user`, whose picture is a new one, or gone."""

kept_apart = Signal()
"""Sent with `person` and `whom`, whom they blocked, inside the transaction that does it:
each app ends what ties the two, and a fault undoes the block."""
