"""HTTP to Django, sockets to their consumers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialapp.settings")
http = get_asgi_application()  # before the imports below: they need the app registry

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from avatarfx.routing import websocket_urlpatterns as clips  # noqa: E402
from socialapp.lib.sockets import Lines  # noqa: E402
from streams.admission import OwnPagesAndTickets  # noqa: E402
from streams.routing import websocket_urlpatterns as streams  # noqa: E402

# Without the validator any site could open a socket in its visitor's name.
sockets = Lines(
    OwnPagesAndTickets(
        AuthMiddlewareStack(URLRouter(clips + streams))  # type: ignore[arg-type]  # typed for the URLs of the routing module alone
    )
)
application = ProtocolTypeRouter({"http": http, "websocket": sockets})
