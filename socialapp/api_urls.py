"""``/api/v1/``: every app's part of it, and the document that describes them."""

from django.urls import path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from avatarfx import api as avatarfx
from feed import api as feed
from socialapp.accounts import api as accounts
from socialapp.characters import api as characters
from socialapp.lib.api.docs import DocsView

router = SimpleRouter()
router.register("tokens", accounts.TokenViewSet, "api-token")
router.register("people", accounts.PersonViewSet, "api-person")
router.register("portraits", characters.PortraitViewSet, "api-portrait")
router.register("maker", characters.MakerViewSet, "api-maker")
router.register("characters", characters.CharacterViewSet, "api-character")
router.register("scripts", avatarfx.ScriptViewSet, "api-script")
router.register("clips", avatarfx.ClipViewSet, "api-clip")
router.register("posts", feed.PostViewSet, "api-post")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api-docs"), name="api"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("auth/token/", accounts.SignInViewSet.as_view({"post": "create"})),
    path("auth/sign-up/", accounts.SignUpViewSet.as_view({"post": "create"})),
    path(
        "me/",
        accounts.MeViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="api-me",
    ),
    path(
        "me/picture/",
        accounts.MyPictureViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "people/<str:username>/characters/",
        characters.PersonCharactersViewSet.as_view({"get": "list"}),
    ),
    path(
        "people/<str:username>/posts/",
        feed.PersonPostsViewSet.as_view({"get": "list"}),
    ),
    path("voices/", avatarfx.VoiceViewSet.as_view({"get": "list"})),
    path("voices/preview/", avatarfx.SpeechViewSet.as_view({"post": "create"})),
    path("backgrounds/", avatarfx.BackgroundViewSet.as_view({"get": "list"})),
    path("tags/", feed.TagViewSet.as_view({"get": "list"})),
    *router.urls,
]
