"""HTTP to Django, sockets to their consumers."""

import gc
import os
from typing import Any

from django.core.asgi import get_asgi_application

from socialapp import env

env.SERVES = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialapp.settings")
http = get_asgi_application()  # before the imports below: they need the app registry

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from avatarfx import routing as clips  # noqa: E402
from scenes import routing as scenes  # noqa: E402
from socialapp.accounts.signing_in.session_sockets import EndsWithSession  # noqa: E402
from socialapp.chat import routing as chat  # noqa: E402
from socialapp.lib.sockets import Lines  # noqa: E402
from streams import routing as streams  # noqa: E402
from streams.admission import OwnPagesAndTickets  # noqa: E402

# Any: typed for the URLs of channels' own routing module alone.
addresses: list[Any] = [
    *clips.websocket_urlpatterns,
    *chat.websocket_urlpatterns,
    *scenes.websocket_urlpatterns,
    *streams.websocket_urlpatterns,
]
# Without the validator any site could open a socket in its visitor's name.
routes: Any = AuthMiddlewareStack(EndsWithSession(URLRouter(addresses)))
sockets = Lines(OwnPagesAndTickets(routes))
application = ProtocolTypeRouter({"http": http, "websocket": sockets})

# What was imported stays: the collector need not walk through it while somebody waits.
gc.collect()
gc.freeze()
