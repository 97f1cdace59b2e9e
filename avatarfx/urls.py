from django.urls import path

from avatarfx.views import (
    backdrops,
    batches,
    clips,
    previews,
    recordings,
    studio,
    traces,
)

urlpatterns = [
    path("create/", studio.create, name="create"),
    path("studio/", studio.studio, name="studio"),
    path("studio/check/", studio.check, name="studio-check"),
    path("studio/review/", studio.review, name="studio-review"),
    path("studio/line/", previews.preview, name="preview"),
    path("studio/voice/", previews.voice_blend, name="voice-blend"),
    path("c/<str:key>/greeting/", previews.greeting, name="greeting"),
    path("studio/backgrounds/", backdrops.backgrounds, name="backgrounds"),
    path(
        "studio/backgrounds/<str:key>/remove/",
        backdrops.remove,
        name="background-remove",
    ),
    path("studio/recordings/", recordings.send, name="recording-send"),
    path(
        "studio/recordings/<str:key>/sound/", recordings.sound, name="recording-sound"
    ),
    path(
        "studio/recordings/<str:key>/remove/",
        recordings.remove,
        name="recording-remove",
    ),
    path("studio/actor/<str:key>/", studio.actor, name="studio-actor"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<str:key>/", batches.batch, name="batch"),
    path("batches/<str:key>/change/", batches.change, name="batch-change"),
    path("batches/<str:key>/links.csv", batches.links, name="batch-links"),
    path("batches/<str:key>/films.zip", batches.films, name="batch-films"),
    path("clips/", clips.jobs, name="jobs"),
    path("clips/progress/", clips.progress, name="clips-progress"),
    path("clips/<str:key>/", clips.clip, name="clip"),
    path("clips/<str:key>/trace/", traces.trace, name="clip-trace"),
    path("clips/<str:key>/cancel/", clips.cancel, name="clip-cancel"),
    path("clips/<str:key>/move/", clips.move, name="clip-move"),
    path("clips/<str:key>/retry/", clips.retry, name="clip-retry"),
    path("clips/<str:key>/captioned/", clips.captioned, name="clip-captioned"),
    path("clips/<str:key>/again/", clips.again, name="clip-again"),
    path("clips/<str:key>/remove/", clips.remove, name="clip-remove"),
]
