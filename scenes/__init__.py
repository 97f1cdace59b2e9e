"""Stories as state machines, cast with characters: imports avatarfx, chat and all below."""
