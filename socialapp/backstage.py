"""How the admin looks and what its sidebar holds: Unfold's settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse_lazy

if TYPE_CHECKING:
    from django.http import HttpRequest

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
"""There is an outbox to look into."""


def _mark(_request: object) -> str:
    return static("icons/mark.svg")


def _files_mail(request: HttpRequest) -> bool:
    mine = request.user.is_active and request.user.is_superuser
    return mine and settings.EMAIL_BACKEND == FILE_BACKEND


def _may_view(page: str, request: HttpRequest) -> bool:
    app, _, model = page.partition("_")
    rights = (f"{app}.view_{model}", f"{app}.change_{model}")
    return any(request.user.has_perm(right) for right in rights)


def _group(title: str, *pages: tuple[str, str, str]) -> dict[str, Any]:
    """A group of the sidebar: names, Material symbols, ``app_model``. Everybody sees
    what their role may open."""
    items = [
        {
            "title": name,
            "icon": icon,
            "link": reverse_lazy(f"admin:{page}_changelist"),
            "permission": partial(_may_view, page),
        }
        for name, icon, page in pages
    ]
    return {"title": title, "collapsible": False, "items": items}


LOOK: dict[str, Any] = {
    "SITE_TITLE": "Troupe",
    "SITE_HEADER": "Troupe",
    "SITE_SUBHEADER": "Backstage",
    "SITE_ICON": _mark,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SHOW_VIEW_ON_SITE": True,
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                **_group(
                    "Moderation",
                    ("Queue", "gavel", "moderation_case"),
                    ("Appeals", "balance", "moderation_appeal"),
                    ("Reports", "flag", "moderation_report"),
                    ("Decisions", "task_alt", "moderation_decision"),
                    ("Statements", "description", "moderation_statement"),
                    ("Approvals", "verified", "moderation_approval"),
                    ("Audit log", "link", "moderation_logentry"),
                    ("Standing", "person_off", "moderation_standing"),
                    ("Exposure", "visibility", "moderation_exposure"),
                ),
                "badge": "moderation.admin.desk.waiting",
            },
            _group(
                "People",
                ("Users", "person", "accounts_user"),
                ("E-mail addresses", "mail", "account_emailaddress"),
                ("Tokens", "key", "accounts_token"),
                ("Second factors", "passkey", "mfa_authenticator"),
                ("Signed in", "devices", "usersessions_usersession"),
                ("Tickets", "confirmation_number", "accounts_ticket"),
                ("Guardians", "family_restroom", "accounts_guardian"),
                ("Groups", "group", "auth_group"),
            ),
            {
                "title": "Mail",
                "items": [
                    {
                        "title": "Outbox",
                        "icon": "outbox",
                        "link": reverse_lazy("outbox"),
                        "permission": _files_mail,
                    }
                ],
            },
            _group(
                "Stage",
                ("Characters", "theater_comedy", "characters_character"),
                ("Portraits", "portrait", "characters_portrait"),
                ("Cards", "badge", "characters_charactercard"),
                ("Clips", "movie", "avatarfx_clip"),
                ("Renders", "manufacturing", "avatarfx_render"),
                ("Workers", "engineering", "avatarfx_renderworker"),
                ("Worker keys", "key", "avatarfx_workerkey"),
                ("Rendering", "monitoring", "avatarfx_renderhour"),
            ),
            _group(
                "Streams",
                ("Streams", "sensors", "streams_stream"),
                ("Log", "receipt_long", "streams_streamevent"),
                ("Messages", "forum", "streams_chatmessage"),
                ("Reactions", "add_reaction", "streams_reactioncount"),
                ("Tickets", "local_activity", "streams_streamticket"),
            ),
            _group(
                "Scenes",
                ("Scenes", "auto_stories", "scenes_scene"),
                ("Versions", "history", "scenes_sceneversion"),
                ("Plays", "sports_esports", "scenes_play"),
                ("Companies", "groups", "scenes_company"),
                ("Comments", "comment", "scenes_scenecomment"),
                ("Voiced lines", "record_voice_over", "scenes_linetake"),
                ("Backgrounds and sounds", "wallpaper", "scenes_sceneasset"),
            ),
            _group(
                "Provenance",
                ("Marks", "fingerprint", "provenance_mark"),
                ("Fingerprints", "graphic_eq", "provenance_fingerprint"),
                ("Signers", "signature", "provenance_signer"),
            ),
            _group(
                "Feed",
                ("Posts", "smart_display", "feed_post"),
                ("Tags", "tag", "feed_tag"),
                ("Likes", "favorite", "feed_like"),
                ("Comments", "comment", "comments_comment"),
                ("Threads", "forum", "comments_thread"),
                ("Earlier words", "history", "comments_commentedit"),
                ("Likes of comments", "thumb_up", "comments_commentlike"),
                ("Answers of characters", "smart_toy", "feed_commentanswer"),
                ("Views", "visibility", "feed_view"),
            ),
            _group(
                "News",
                ("Notices", "notifications", "notices_notice"),
                ("Choices", "tune", "notices_noticesettings"),
                ("Mails", "drafts", "notices_letter"),
                ("Devices", "phone_iphone", "notices_pushsubscription"),
            ),
            _group(
                "Pictures",
                ("Checks", "image_search", "moderation_picturecheck"),
                ("Consents", "verified_user", "moderation_likenessconsent"),
                ("Figures", "star", "moderation_figure"),
                ("Known files", "block", "moderation_knownbad"),
                ("Taken down", "visibility_off", "moderation_blocked"),
            ),
        ],
    },
    "COLORS": {
        # The house by day and night, and the limelight, as in static/css/tokens.css.
        "base": {
            "50": "#fbf6ee",
            "100": "#f4ebe1",
            "200": "#e9ddd3",
            "300": "#cdbfca",
            "400": "#ad9dae",
            "500": "#857584",
            "600": "#564658",
            "700": "#3b2d40",
            "800": "#281d2c",
            "900": "#1d1520",
            "950": "#140e17",
        },
        "primary": {
            "50": "#fdf8dc",
            "100": "#fdf3bf",
            "200": "#fff09a",
            "300": "#f9e87f",
            "400": "#f4e06d",
            "500": "#e3c94f",
            "600": "#6f5800",
            "700": "#5d4a00",
            "800": "#4b3b00",
            "900": "#3a3322",
            "950": "#241d08",
        },
    },
}
