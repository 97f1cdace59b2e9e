"""Wiring: which app answers where."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from socialapp.accounts.outbox import outbox
from socialapp.lib.door import enter
from socialapp.lib.health import healthz, readyz
from socialapp.lib.media import media
from socialapp.lib.metrics import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("media/<path:path>", media, name="media"),
    path("enter/<token>/", enter, name="enter"),
    # Before the admin's own, which counts no wrong passwords.
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/", admin.site.urls),
    path("outbox/", outbox, name="outbox"),
    path("", include("socialapp.lib.pwa.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("socialapp.api_urls")),
    path("", include("socialapp.accounts.urls")),
    path("", include("socialapp.notices.urls")),
    path("", include("socialapp.provenance.urls")),
    path("", include("moderation.urls")),
    path("", include("socialapp.characters.urls")),
    path("", include("avatarfx.urls")),
    path("", include("socialapp.chat.urls")),
    path("", include("socialapp.comments.urls")),
    path("", include("streams.urls")),
    path("", include("scenes.urls")),
    path("", include("feed.urls")),
]

handler400 = "socialapp.lib.api.problems.bad_request"
handler403 = "socialapp.lib.api.problems.permission_denied"
handler404 = "socialapp.lib.api.problems.page_not_found"
handler500 = "socialapp.lib.api.problems.server_error"
