"""``/api/v1/``: every app's part of it, and the document that describes them."""

from django.urls import path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from avatarfx.api import backdrops, batches, clips, live, recordings, speech, traces
from feed.api import comments as post_comments
from feed.api import (
    custom,
    embeds,
    mine,
    numbers,
    remixes,
    saves,
    search,
    snippets,
    tastes,
)
from feed.api import people as circle
from feed.api import posts as feed
from moderation.api import decisions, published, reports
from scenes.api import assets as scene_assets
from scenes.api import audience as scene_audience
from scenes.api import clips as scene_clips
from scenes.api import company, plays, stories, trade
from scenes.api import takes as scene_takes
from socialapp.accounts import api as accounts
from socialapp.accounts.programs import device_api
from socialapp.characters.api import cards, characters, portraits
from socialapp.chat.api import conversations, messages, people
from socialapp.comments.api import comments
from socialapp.lib.api.docs import DocsView
from socialapp.notices.api import choices, notices, webhooks
from socialapp.provenance import api as provenance
from socialapp.uploads.api import tus as uploads
from streams.api import replays, streams

router = SimpleRouter()
router.register("tokens", accounts.TokenViewSet, "api-token")
router.register("people", accounts.PersonViewSet, "api-person")
router.register("portraits", portraits.PortraitViewSet, "api-portrait")
router.register("maker", portraits.MakerViewSet, "api-maker")
router.register("characters", characters.CharacterViewSet, "api-character")
router.register("scripts", speech.ScriptViewSet, "api-script")
router.register("clips", clips.ClipViewSet, "api-clip")
router.register("batches", batches.BatchViewSet, "api-batch")
router.register("conversations", conversations.ConversationViewSet, "api-conversation")
router.register("invitations", people.InvitationViewSet, "api-invitation")
router.register("messages", messages.ChatMessageViewSet, "api-message")
router.register("facts", messages.FactViewSet, "api-fact")
router.register("personas", messages.PersonaViewSet, "api-persona")
router.register("posts", feed.PostViewSet, "api-post")
router.register("feeds", custom.CustomFeedViewSet, "api-custom-feed")
router.register("me/muted-words", custom.MutedWordViewSet, "api-muted-word")
router.register("remix-requests", remixes.RemixRequestViewSet, "api-remix-request")
router.register("collections", saves.CollectionViewSet, "api-collection")
router.register("comments", comments.CommentViewSet, "api-comment")
router.register("me/filter-words", comments.FilterWordViewSet, "api-filter-word")
router.register("feed", tastes.FeedViewSet, "api-feed")
router.register("streams", streams.StreamViewSet, "api-stream")
router.register("scenes", stories.SceneViewSet, "api-scene")
router.register("plays", plays.PlayViewSet, "api-play")
router.register("scene-assets", scene_assets.SceneAssetViewSet, "api-scene-asset")
router.register("notices", notices.NoticeViewSet, "api-notice")
router.register("webhooks", webhooks.WebhookViewSet, "api-webhook")
router.register("reports", reports.ReportViewSet, "api-report")
router.register("decisions", decisions.DecisionViewSet, "api-decision")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api-docs"), name="api"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    path("auth/token/", accounts.SignInViewSet.as_view({"post": "create"})),
    path("auth/sign-up/", accounts.SignUpViewSet.as_view({"post": "create"})),
    path("auth/device/code/", device_api.DeviceCodeViewSet.as_view({"post": "create"})),
    path(
        "auth/device/token/", device_api.DeviceTokenViewSet.as_view({"post": "create"})
    ),
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
    path("uploads/", uploads.UploadViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "uploads/<str:key>/",
        uploads.UploadViewSet.as_view(
            {
                "get": "retrieve",
                "head": "where",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
    ),
    path("me/held-comments/", comments.HeldCommentsViewSet.as_view({"get": "list"})),
    path(
        "posts/<str:key>/comments/",
        post_comments.PostCommentsViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "posts/<str:key>/comments/settings/",
        post_comments.PostTalkViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update"}
        ),
    ),
    path(
        "people/<str:username>/posts/",
        feed.PersonPostsViewSet.as_view({"get": "list"}),
    ),
    path("me/blocks/", mine.BlocksViewSet.as_view({"get": "list"})),
    path(
        "me/blocks/<str:username>/", mine.BlocksViewSet.as_view({"delete": "destroy"})
    ),
    path("me/mutes/", mine.MutesViewSet.as_view({"get": "list"})),
    path("me/mutes/<str:username>/", mine.MutesViewSet.as_view({"delete": "destroy"})),
    path("me/hidden/", mine.HiddenViewSet.as_view({"get": "list"})),
    path("me/hidden/<str:key>/", mine.HiddenViewSet.as_view({"delete": "destroy"})),
    path("me/less/", mine.LessViewSet.as_view({"get": "list"})),
    path("me/less/<str:key>/", mine.LessViewSet.as_view({"delete": "destroy"})),
    path("me/appearances/", mine.AppearancesViewSet.as_view({"get": "list"})),
    path("me/remixed/", mine.RemixedViewSet.as_view({"get": "list"})),
    path("me/remixed/<str:key>/", mine.RemixedViewSet.as_view({"put": "update"})),
    path("saved/", saves.SavedViewSet.as_view({"get": "list"})),
    path(
        "posts/<str:key>/save/",
        saves.PostSaveViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "collections/<str:key>/posts/",
        saves.CollectionPostsViewSet.as_view({"get": "list"}),
    ),
    path(
        "collections/<str:key>/posts/<str:post>/",
        saves.CollectionPostsViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "people/<str:username>/collections/",
        saves.PersonCollectionsViewSet.as_view({"get": "list"}),
    ),
    path(
        "people/<str:username>/follow/",
        circle.PersonFollowViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "people/<str:username>/block/",
        circle.PersonBlockViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "people/<str:username>/mute/",
        circle.PersonMuteViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "people/<str:username>/followers/",
        circle.PersonCircleViewSet.as_view({"get": "followers"}),
    ),
    path(
        "people/<str:username>/following/",
        circle.PersonCircleViewSet.as_view({"get": "following"}),
    ),
    path(
        "characters/<str:key>/follow/",
        circle.CharacterFollowViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "posts/<str:key>/remix/",
        remixes.RemixViewSet.as_view({"get": "retrieve", "post": "create"}),
    ),
    path("posts/<str:key>/tree/", remixes.TreeViewSet.as_view({"get": "retrieve"})),
    path("posts/<str:key>/remixes/", remixes.TreeViewSet.as_view({"get": "remixes"})),
    path(
        "posts/<str:key>/remixes/outcome/",
        remixes.RemixViewSet.as_view({"put": "outcome"}),
    ),
    path(
        "clips/<str:key>/live/<str:run>/index.m3u8",
        live.LiveViewSet.as_view({"get": "playlist"}),
        name="api-clip-live",
    ),
    path(
        "clips/<str:key>/live/<str:run>/init.mp4",
        live.LiveViewSet.as_view({"get": "init"}),
    ),
    path(
        "clips/<str:key>/live/<str:run>/captions.vtt",
        live.LiveViewSet.as_view({"get": "captions"}),
    ),
    path(
        "clips/<str:key>/live/<str:run>/<int:number>.m4s",
        live.LiveViewSet.as_view({"get": "segment"}),
    ),
    path("me/remix-passes/", remixes.RemixPassViewSet.as_view({"get": "list"})),
    path(
        "me/remix-passes/<str:username>/",
        remixes.RemixPassViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "streams/<str:key>/replay/",
        replays.ReplayViewSet.as_view({"get": "retrieve"}),
    ),
    path("streams/<str:key>/cuts/", replays.CutViewSet.as_view({"post": "create"})),
    path(
        "streams/<str:key>/reminder/",
        replays.ReminderViewSet.as_view(
            {"get": "retrieve", "put": "update", "delete": "destroy"}
        ),
    ),
    path("scenes/import/", trade.StoryImportViewSet.as_view({"post": "create"})),
    path(
        "scenes/<str:key>/export/<str:form>/",
        trade.SceneExportViewSet.as_view({"get": "retrieve"}),
        name="api-scene-export",
    ),
    path(
        "scenes/<str:key>/versions/<int:number>/",
        stories.SceneVersionViewSet.as_view({"get": "retrieve"}),
    ),
    path(
        "scenes/<str:key>/versions/<int:number>/document/",
        stories.SceneVersionViewSet.as_view({"get": "document"}),
        name="api-scene-document",
    ),
    path(
        "scenes/<str:key>/like/",
        scene_audience.SceneLikeViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path(
        "scenes/<str:key>/rating/",
        scene_audience.SceneRatingViewSet.as_view(
            {"put": "update", "delete": "destroy"}
        ),
    ),
    path(
        "scenes/<str:key>/comments/",
        scene_audience.SceneCommentsViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "scene-comments/<str:key>/",
        scene_audience.SceneCommentViewSet.as_view({"delete": "destroy"}),
    ),
    path(
        "scenes/<str:key>/stats/",
        scene_audience.SceneStatisticsViewSet.as_view({"get": "retrieve"}),
    ),
    path(
        "scenes/<str:key>/takes/",
        scene_takes.SceneTakesViewSet.as_view({"post": "create"}),
    ),
    path(
        "plays/<str:key>/clip/",
        scene_clips.PlayClipViewSet.as_view({"get": "retrieve", "post": "create"}),
    ),
    path("takes/<str:key>/", scene_takes.TakeViewSet.as_view({"get": "retrieve"})),
    path(
        "conversations/<str:key>/invitations/",
        people.ConversationInvitationsViewSet.as_view(
            {"get": "list", "post": "create"}
        ),
    ),
    path(
        "conversations/<str:key>/invitations/<str:secret>/",
        people.ConversationInvitationsViewSet.as_view({"delete": "destroy"}),
    ),
    path(
        "conversations/<str:key>/people/<int:seat>/",
        people.ConversationPeopleViewSet.as_view({"delete": "destroy"}),
    ),
    path(
        "conversations/<str:key>/sharing/",
        people.ConversationPeopleViewSet.as_view({"put": "share"}),
    ),
    path(
        "scenes/<str:key>/casting/", plays.CastingViewSet.as_view({"get": "retrieve"})
    ),
    path(
        "scenes/<str:key>/plays/", plays.ScenePlaysViewSet.as_view({"post": "create"})
    ),
    path(
        "plays/<str:key>/company/",
        company.PlayCompanyViewSet.as_view({"post": "create"}),
    ),
    path(
        "companies/<str:key>/",
        company.CompanyViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path(
        "companies/<str:key>/seat/",
        company.CompanyViewSet.as_view({"put": "join", "delete": "leave"}),
    ),
    path(
        "companies/<str:key>/seats/<str:username>/",
        company.CompanyViewSet.as_view({"delete": "send_away"}),
    ),
    path("companies/<str:key>/vote/", company.CompanyViewSet.as_view({"put": "vote"})),
    path(
        "companies/<str:key>/count/", company.CompanyViewSet.as_view({"post": "count"})
    ),
    path("cards/", cards.CardViewSet.as_view({"post": "create"})),
    path("cards/preview/", cards.CardViewSet.as_view({"post": "preview"})),
    path(
        "characters/<str:key>/card/",
        cards.CharacterCardViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "post": "take"}
        ),
    ),
    path(
        "me/notice-settings/",
        choices.NoticeSettingsViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update"}
        ),
    ),
    path(
        "me/push/",
        choices.PushViewSet.as_view(
            {"get": "retrieve", "post": "create", "delete": "destroy"}
        ),
    ),
    path(
        "webhooks/<str:key>/deliveries/",
        webhooks.DeliveryViewSet.as_view({"get": "list"}),
    ),
    path(
        "webhooks/<str:key>/deliveries/<str:delivery>/replay/",
        webhooks.DeliveryViewSet.as_view({"post": "replay"}),
    ),
    path("me/export/", accounts.ExportViewSet.as_view({"post": "create"})),
    path(
        "clips/<str:key>/trace/",
        traces.TraceViewSet.as_view({"get": "retrieve"}),
        name="api-clip-trace",
    ),
    path("voices/", speech.VoiceViewSet.as_view({"get": "list"})),
    path("voices/preview/", speech.SpeechViewSet.as_view({"post": "create"})),
    path("previews/", speech.PreviewViewSet.as_view({"post": "create"})),
    path("backgrounds/", speech.BackgroundViewSet.as_view({"get": "list"})),
    path(
        "backgrounds/mine/",
        backdrops.BackdropViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "backgrounds/mine/<str:key>/",
        backdrops.BackdropViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path(
        "recordings/",
        recordings.RecordingViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "recordings/<str:key>/",
        recordings.RecordingViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
    path(
        "recordings/<str:key>/sound/",
        recordings.RecordingViewSet.as_view({"get": "sound"}),
    ),
    path("verify/", provenance.VerifyViewSet.as_view({"post": "create"})),
    path("takedowns/", reports.TakedownViewSet.as_view({"post": "create"})),
    path(
        "takedowns/<str:token>/", reports.TakedownViewSet.as_view({"get": "retrieve"})
    ),
    path("rules/", published.RulesViewSet.as_view({"get": "retrieve"})),
    path("transparency/", published.TransparencyViewSet.as_view({"get": "retrieve"})),
    path("snippets/", snippets.SnippetViewSet.as_view({"post": "create"})),
    path("snippets/preview/", snippets.SnippetViewSet.as_view({"post": "preview"})),
    path("me/stats/", numbers.NumbersViewSet.as_view({"get": "mine"})),
    path("posts/<str:key>/stats/", numbers.NumbersViewSet.as_view({"get": "of_post"})),
    path(
        "feeds/<str:key>/posts/",
        custom.CustomFeedPostsViewSet.as_view({"get": "list"}),
    ),
    path(
        "feeds/<str:key>/subscription/",
        custom.SubscriptionViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("search/", search.SearchViewSet.as_view({"get": "list"}), name="api-search"),
    path("search/suggest/", search.SearchViewSet.as_view({"get": "suggest"})),
    path("explore/", search.ExploreViewSet.as_view({"get": "list"})),
    path("tags/trending/", search.ExploreViewSet.as_view({"get": "trending"})),
    path(
        "oembed/", embeds.OembedViewSet.as_view({"get": "retrieve"}), name="api-oembed"
    ),
    path("tags/", feed.TagViewSet.as_view({"get": "list"})),
    *router.urls,
]
