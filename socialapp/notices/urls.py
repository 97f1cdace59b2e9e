from django.urls import path

from socialapp.notices.views import choices, pages, webhooks

urlpatterns = [
    path("notices/", pages.notices, name="notices"),
    path("notices/seen/", pages.seen, name="notices-seen"),
    path("notices/count/", pages.count, name="notices-count"),
    path("notices/settings/", choices.choices, name="notice-settings"),
    path(
        "notices/settings/devices/<str:key>/remove/",
        choices.remove_device,
        name="notice-device-remove",
    ),
    path(
        "notices/unsubscribe/<str:token>/",
        choices.unsubscribe,
        name="notices-unsubscribe",
    ),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/<str:key>/", webhooks.change, name="webhook-change"),
    path(
        "settings/webhooks/deliveries/<str:key>/again/",
        webhooks.replay,
        name="webhook-replay",
    ),
    path("notices/<str:key>/", pages.follow, name="notice"),
]
