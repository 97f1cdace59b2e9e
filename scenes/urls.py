from django.urls import URLPattern, path

from scenes.views import audience, browse, editing, playing, trading

urlpatterns: list[URLPattern] = [
    path("scenes/", browse.scenes, name="scenes"),
    path("scenes/new/", editing.new, name="scene-new"),
    path("sc/<str:key>/", browse.scene, name="scene"),
    path("sc/<str:key>/like/", audience.like, name="scene-like"),
    path("sc/<str:key>/rate/", audience.rate, name="scene-rate"),
    path("sc/<str:key>/say/", audience.say, name="scene-say"),
    path("sc/comments/<str:key>/remove/", audience.unsay, name="scene-unsay"),
    path("sc/<str:key>/play/", playing.play, name="scene-play"),
    path(
        "sc/<str:key>/play/<int:number>.json",
        playing.document,
        name="scene-play-document",
    ),
    path("sc/<str:key>/edit/", editing.edit, name="scene-edit"),
    path("sc/<str:key>/export/<str:form>/", trading.export, name="scene-export"),
]
