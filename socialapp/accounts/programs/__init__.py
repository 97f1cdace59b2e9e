"""Programs that act for a person: their tokens' scopes, and how a device gets one."""
