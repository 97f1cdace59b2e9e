"""Characters performing live: imports avatarfx, chat and all below, never scenes."""
