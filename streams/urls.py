from django.urls import path

from streams.views import audience, desk, pages, planning

urlpatterns = [
    path("live/", pages.live, name="live"),
    path("live/new/", planning.new, name="live-new"),
    path("s/<str:key>/", pages.stream, name="stream"),
    path("s/<str:key>/rigs/<slug:seat>/", pages.rig, name="stream-rig"),
    path("s/<str:key>/edit/", planning.edit, name="stream-edit"),
    path("s/<str:key>/desk/", desk.desk, name="stream-desk"),
    path("s/<str:key>/say/", audience.say, name="stream-say"),
    path("s/<str:key>/vote/", audience.vote, name="stream-vote"),
    path("s/<str:key>/react/", audience.react, name="stream-react"),
]
