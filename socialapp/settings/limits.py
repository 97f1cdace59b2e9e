"""How much of everything: of one person, of one thing, of the house."""

from __future__ import annotations

from socialapp import env

REPORTS_PER_HOUR = env.number("REPORTS_PER_HOUR", 20)
STRANGERS_REPORTS_PER_HOUR = env.number("STRANGERS_REPORTS_PER_HOUR", 5)
"""Of one person, and of one network without an account."""

SCROLL_MINUTES = env.number("SCROLL_MINUTES", 60)
"""Of feeds in a day of somebody under 18; then their feed rests until midnight. 0: no
limit."""

CHARACTERS_PER_PERSON = env.number("CHARACTERS_PER_PERSON", 50)
PORTRAITS_PER_PERSON = env.number("PORTRAITS_PER_PERSON", 200)
BACKDROPS_PER_PERSON = env.number("BACKDROPS_PER_PERSON", 60)
RECORDINGS_PER_PERSON = env.number("RECORDINGS_PER_PERSON", 60)
RECORDING_DAYS = env.number("RECORDING_DAYS", 7)
"""A recording that no clip was made with is erased after so long. 0: never."""

UPLOADS_PER_PERSON = env.number("UPLOADS_PER_PERSON", 8)
"""Begun and not yet used, at once."""

UPLOAD_HOURS = env.number("UPLOAD_HOURS", 24)
"""An upload to which nothing was added for so long is removed."""

SCENE_ASSETS_PER_PERSON = env.number("SCENE_ASSETS_PER_PERSON", 200)
CARD_CHARACTERS = env.number("CARD_CHARACTERS", 60_000)
"""Of text in one character card: all of it is screened while its owner waits."""

PLAYS_PER_PERSON = env.number("PLAYS_PER_PERSON", 200)
"""Plays of scenes and kept copies of them."""

PLAY_DAYS = env.number("PLAY_DAYS", 365)
"""A play that nobody went on with for so long and that has no ending is erased; kept
copies stay. 0: never."""

COMPANY_SEATS = env.number("COMPANY_SEATS", 12)
"""People who play one scene together, its host among them."""

STREAMS_PER_PERSON = env.number("STREAMS_PER_PERSON", 5)
"""Planned or on air at once."""

STREAMS_ON_AIR = env.number("STREAMS_ON_AIR", 8)
"""At once, in this house."""

STREAM_MINUTES = env.number("STREAM_MINUTES", 240)
STREAM_MINUTES_PER_DAY = env.number("STREAM_MINUTES_PER_DAY", 600)
"""On air: of one stream, which then says its last line; and of one person within 24
hours. 0: no limit."""

STREAM_MODEL_LINES_PER_HOUR = env.number("STREAM_MODEL_LINES_PER_HOUR", 600)
"""Of one stream that a model words; authored words say the rest. 0: no limit."""

STREAM_VOTE_SECONDS = env.number("STREAM_VOTE_SECONDS", 90)
"""The audience has this long to choose what is talked about next."""

STREAM_QUIET_SECONDS = env.number("STREAM_QUIET_SECONDS", 60)
STREAM_IDLE_MINUTES = env.number("STREAM_IDLE_MINUTES", 15)
"""Without a viewer for so long nothing new is said; and the stream ends. 0: never."""

STREAM_CODEC = env.choice("STREAM_CODEC", "opus", ["opus", "flac", "wav"])
"""Of the sound of lines; what cannot be made here gives way to the next one."""

SCENE_TAKES_DAYS = env.number("SCENE_TAKES_DAYS", 60)
"""A voiced line that nobody asked for in so long is removed, and made anew when somebody
does. 0: never."""

SHOWS_PER_DIRECTOR = env.number("SHOWS_PER_DIRECTOR", 4)
"""Streams that one `manage.py direct` plays at once."""

DIRECTORS = env.number("DIRECTORS", 1)
"""How many of these `manage.py up` starts, beside one in reserve."""

SCENES_PER_PERSON = env.number("SCENES_PER_PERSON", 60)
"""Drafts and published ones together."""

SCENE_PUBLISHES_PER_DAY = env.number("SCENE_PUBLISHES_PER_DAY", 20)
"""Versions that one person may publish in 24 hours; new accounts half of them."""

SCENE_CHARACTERS = env.number("SCENE_CHARACTERS", 400_000)
"""Of text in one scene that is published: all of it is screened."""

FEED_SHARED_SECONDS = 10.0
"""For how long a process goes by what it found trending, unmet and liked under a tag.
What is taken down is gone at once all the same."""

VIEWERS_PER_PROCESS = env.number("VIEWERS_PER_PROCESS", 2000)
"""Sockets of streams that one web process holds."""

CLIPS_PER_DAY = env.number("CLIPS_PER_DAY", 5)
QUEUE_PER_PERSON = env.number("QUEUE_PER_PERSON", 500)
QUEUE_LIMIT = env.number("QUEUE_LIMIT", 10_000)
"""Clips that may wait: of one person, and in the whole house."""

MAX_CLIP_SECONDS = env.number("MAX_CLIP_SECONDS", 60)
MAX_SCRIPT_CHARACTERS = env.number("MAX_SCRIPT_CHARACTERS", 1200)
