"""Addresses of the pages about characters."""

from django.urls import path

from socialapp.characters.views import cards, drawings, likeness, making, meeting

urlpatterns = [
    path("cast/", meeting.cast, name="cast"),
    path("c/<str:key>/", meeting.character, name="character"),
    path("c/<str:key>/edit/", making.edit, name="character-edit"),
    path("c/<str:key>/made/", making.made, name="character-made"),
    path("c/<str:key>/remove/", making.remove, name="character-remove"),
    path("c/<str:key>/card/", cards.card, name="character-card"),
    path("c/<str:key>/card/take/", cards.take, name="card-take"),
    path("c/<str:key>/card/share/", cards.share, name="card-share"),
    path("create/card/", cards.bring, name="card-bring"),
    path("create/character/", making.new, name="character-new"),
    path("create/character/<str:key>/", making.about, name="character-about"),
    path("create/character/<str:key>/face/", making.face, name="character-face"),
    path("create/character/<str:key>/anchors/", making.anchors, name="anchors"),
    path("create/character/<str:key>/find/", making.find_face, name="find-face"),
    path(
        "create/character/<str:key>/drop/", making.drop_portrait, name="drop-portrait"
    ),
    path("create/likeness/", likeness.likeness, name="likeness"),
    path("create/likeness/<str:key>/revoke/", likeness.revoke, name="likeness-revoke"),
    path("create/mouth/<str:letter>.svg", drawings.drawn_mouth, name="drawn-mouth"),
    path("create/avatar/", drawings.avatar, name="avatar"),
    path("create/avatar/drawing.svg", drawings.avatar_drawing, name="avatar-drawing"),
    path("create/avatar/shuffle/", drawings.avatar_shuffle, name="avatar-shuffle"),
]
