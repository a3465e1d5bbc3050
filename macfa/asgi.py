"""How the server reaches the site: pages over HTTP, live hints over WebSockets."""

import gc
import os

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "macfa.settings")
pages = get_asgi_application()

# Imported only now: these need the applications to be loaded.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from macfa.second_factor import SecondFactorForSockets  # noqa: E402
from notifications.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(SecondFactorForSockets(URLRouter(websocket_urlpatterns)))
        ),
    }
)

# What is loaded now stays to the end. Pages are not kept waiting while the collector of garbage
# goes through it again and again; that took 70 ms each time (docs/adr/0015).
get_resolver().url_patterns  # noqa: B018 - loads the views
gc.collect()
gc.freeze()
