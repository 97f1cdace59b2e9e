from django.urls import path

from feed.views import comments, pages, snippets, tastes

urlpatterns = [
    path("", pages.feed, name="feed"),
    path("more/", pages.more, name="feed-more"),
    path("looks/", tastes.looks, name="feed-looks"),
    path("tastes/", tastes.mine, name="tastes"),
    path("tastes/follow/", tastes.follow, name="follow"),
    path("tastes/hide/", tastes.hide, name="hide"),
    path("p/<str:key>/why/", tastes.why, name="post-why"),
    path("p/<str:key>/less/", tastes.less, name="post-less"),
    path("p/<str:key>/", pages.post, name="post"),
    path("p/<str:key>/audio/", pages.audio, name="post-audio"),
    path("p/<str:key>/like/", pages.like, name="post-like"),
    path("p/<str:key>/view/", pages.view, name="post-view"),
    path("p/<str:key>/comments/", comments.comments, name="post-comments"),
    path(
        "p/<str:key>/comments/settings/",
        comments.settings,
        name="post-comments-settings",
    ),
    path("p/<str:key>/edit/", pages.edit, name="post-edit"),
    path("p/<str:key>/remove/", pages.remove, name="post-remove"),
    path("p/<str:key>/restore/", pages.restore, name="post-restore"),
    path("clips/<str:key>/publish/", pages.publish, name="clip-publish"),
    path("said/<str:key>/show/", snippets.show, name="snippet"),
    path("said/<str:key>/publish/", snippets.publish, name="snippet-publish"),
    path("tag/<str:name>/", pages.tag, name="tag"),
    path("@<str:username>/", pages.profile, name="profile"),
    path("s/<str:key>/remind/", pages.remind, name="stream-remind"),
    path("c/<str:key>/clips/", pages.character_clips, name="character-clips"),
]
