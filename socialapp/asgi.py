"""HTTP to Django, sockets to their consumers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialapp.settings")
http = get_asgi_application()  # before the imports below: they need the app registry

from channels.routing import ProtocolTypeRouter  # noqa: E402

application = ProtocolTypeRouter({"http": http})
