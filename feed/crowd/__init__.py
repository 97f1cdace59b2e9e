"""A crowd that nobody is part of: people, characters, posts and what they did with them,
in numbers that a house has after years, for benches and for looking at it.

``draws`` says how it is distributed (numpy alone), ``words`` what it is called and says,
``tables`` what the rows are, ``bulk`` how they get into the database at once.
"""

from feed.crowd.making import CrowdError, check, make

__all__ = ["CrowdError", "check", "make"]
