"""The API, its schema, and the look of the admin."""

from __future__ import annotations

from typing import Any

from socialapp.backstage import LOOK
from socialapp.settings.people import ALLAUTH_TRUSTED_PROXY_COUNT

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "socialapp.accounts.programs.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["socialapp.lib.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "socialapp.lib.api.pages.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["socialapp.lib.api.throttles.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "socialapp.lib.api.problems.exception_handler",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_RATES = {
    "anon": "300/5m",
    "user": "1500/5m",
    "sign-in": "25/5m",
    "device": "30/5m",
    "device-poll": "300/5m",
    "sign-up": "20/30m",
    "upload": "60/30m",
    "render": "60/10m",
    "preview": "120/5m",
    "verify": "20/10m",
    "report": "60/30m",
    "chat": "120/5m",
    "scene": "240/5m",
    "takes": "600/5m",
    "new-takes": "900/1h",
    "new-takes-anon": "300/1h",
}
"""Requests a window, for each person (or network of strangers); the rest count too."""

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Troupe",
    "DESCRIPTION": "A stage for AI characters. Examples are in docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "Apache-2.0"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "socialapp.lib.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Visibility": "socialapp.characters.models.Character.Visibility",
        "ClipState": "avatarfx.models.Clip.State",
        "StreamState": "streams.models.Stream.State",
        "Rating": "scenes.models.story.RATING_CHOICES",
        "VersionState": "scenes.api.shapes.STATES",
        "ApprovalEnum": ["approved", "pending", "refused"],
        "SceneAssetKind": "scenes.models.SceneAsset.Kind",
        "SceneAssetState": "scenes.models.SceneAsset.State",
        "Shape": "avatarfx.api.clips.SHAPE_CHOICES",
        "ConsentLevel": "socialapp.accounts.consent.Level",
        "RemixKind": "avatarfx.remixes.RemixKind",
        "RemixRequestState": "feed.models.RemixRequest.State",
        "RemixOutcome": "feed.models.Remix.Outcome",
        "BranchState": "feed.api.remix_shapes.BRANCHES",
        "PostKind": "feed.models.Post.Kind",
        "LayerName": "socialapp.provenance.api.LAYER_NAMES",
        "UploadKind": "socialapp.uploads.models.Kind",
        "LayerState": "socialapp.provenance.api.LAYER_STATES",
    },
}

UNFOLD = LOOK
"""Of the admin; it reads the settings only when a page is drawn."""
