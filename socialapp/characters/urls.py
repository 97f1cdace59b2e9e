"""Addresses of the pages about characters."""

from django.urls import path

from socialapp.characters import views

urlpatterns = [
    path("cast/", views.cast, name="cast"),
    path("c/<str:key>/", views.character, name="character"),
    path("c/<str:key>/edit/", views.edit, name="character-edit"),
    path("c/<str:key>/made/", views.made, name="character-made"),
    path("c/<str:key>/remove/", views.remove, name="character-remove"),
    path("create/character/", views.new, name="character-new"),
    path("create/character/<str:key>/", views.about, name="character-about"),
    path("create/character/<str:key>/face/", views.face, name="character-face"),
    path("create/character/<str:key>/anchors/", views.anchors, name="anchors"),
    path("create/character/<str:key>/find/", views.find_face, name="find-face"),
    path("create/character/<str:key>/drop/", views.drop_portrait, name="drop-portrait"),
    path("create/mouth/<str:letter>.svg", views.drawn_mouth, name="drawn-mouth"),
    path("create/avatar/", views.avatar, name="avatar"),
    path("create/avatar/drawing.svg", views.avatar_drawing, name="avatar-drawing"),
    path("create/avatar/shuffle/", views.avatar_shuffle, name="avatar-shuffle"),
]
