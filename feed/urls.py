from django.urls import path

from feed import snippet_views, views

urlpatterns = [
    path("", views.feed, name="feed"),
    path("more/", views.more, name="feed-more"),
    path("p/<str:key>/", views.post, name="post"),
    path("p/<str:key>/audio/", views.audio, name="post-audio"),
    path("p/<str:key>/like/", views.like, name="post-like"),
    path("p/<str:key>/view/", views.view, name="post-view"),
    path("p/<str:key>/edit/", views.edit, name="post-edit"),
    path("p/<str:key>/remove/", views.remove, name="post-remove"),
    path("p/<str:key>/restore/", views.restore, name="post-restore"),
    path("clips/<str:key>/publish/", views.publish, name="clip-publish"),
    path("said/<str:key>/show/", snippet_views.show, name="snippet"),
    path("said/<str:key>/publish/", snippet_views.publish, name="snippet-publish"),
    path("tag/<str:name>/", views.tag, name="tag"),
    path("@<str:username>/", views.profile, name="profile"),
    path("s/<str:key>/remind/", views.remind, name="stream-remind"),
    path("c/<str:key>/clips/", views.character_clips, name="character-clips"),
]
