"""An operator with a clip that was lost, fell a rung and came out. For `manage.py shell`."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from avatarfx import services
from avatarfx.models import Clip, Render
from socialapp.accounts.models import User
from socialapp.characters.models import Character

boss = User.objects.create_superuser(
    email="operator@example.org", username="operator", password="correct horse battery"
)
character = Character.objects.filter(portrait__isnull=False)[0]
now = timezone.now()
# Together, so that no worker begins with it.
with transaction.atomic():
    clip = services.request_clip(
        owner=boss, character=character, script="Quiet, please.", exempt=True
    )
    Clip.objects.filter(pk=clip.pk).update(
        state="cancelled", fence=2, created=now - dt.timedelta(minutes=5)
    )


def entry(name: str, seconds: float, **said: Any) -> dict[str, Any]:
    return {"name": name, "engine": "", "seconds": seconds, "note": ""} | said


lost = [
    entry("voice", 2.4, engine="kokoro"),
    entry("movement", 6.1, engine="warp", note="Out of memory."),
    entry("movement", 9.0, engine="sway"),
]
ready = [
    entry("voice", 0.01, engine="kokoro", note="spoken before"),
    entry("movement", 6.9, engine="sway"),
    entry("mark", 1.2, margin=0.71, floors={"margin": 0.66}),
    entry("sign", 1.6, engine="Troupe", mark="09ab7712cd01", fingerprints=5),
]
for fence, (outcome, trace) in enumerate((("lost", lost), ("ready", ready)), start=1):
    began = now - dt.timedelta(minutes=3 - fence)
    Render.objects.create(
        clip=clip,
        fence=fence,
        worker="render-2:4117",
        started=began,
        ended=began + dt.timedelta(seconds=20),
        outcome=outcome,
        trace=trace,
    )
print("trace", clip.key)
