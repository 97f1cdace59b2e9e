from django.urls import path

from scenes.views import playing

urlpatterns = [
    path("sc/<str:key>/play/", playing.play, name="scene-play"),
    path(
        "sc/<str:key>/play/<int:number>.json",
        playing.document,
        name="scene-play-document",
    ),
]
