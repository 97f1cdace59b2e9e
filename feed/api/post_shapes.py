"""What a post is over HTTP, and what is sent about one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from avatarfx.api.clips import LeadRead
from avatarfx.models import Clip
from avatarfx.remixes import RemixKind
from feed.models import Post, Snippet, SnippetLine, Tag
from feed.remixes.allowances import at_a_glance
from feed.remixes.chips import chip_of
from socialapp.accounts.api import PersonRead, me
from socialapp.accounts.consent import Level
from socialapp.characters.api.characters import LEVELS, STATES
from socialapp.lib.api.fields import BlobUrl, PageUrl
from socialapp.lib.api.shapes import KeptFields


class PostClipRead(KeptFields, serializers.ModelSerializer[Clip]):
    video = BlobUrl()
    poster = BlobUrl()
    captions = BlobUrl(help_text="WebVTT.")
    ai_generated = serializers.SerializerMethodField(help_text="Always true here.")

    class Meta:
        model = Clip
        fields = (
            "ai_generated",
            "key",
            "title",
            "shape",
            "seconds",
            "width",
            "height",
            "rung",
            "video",
            "poster",
            "captions",
        )

    def get_ai_generated(self, clip: Clip) -> bool:  # noqa: ARG002
        return True


class SnippetLineRead(KeptFields, serializers.ModelSerializer[SnippetLine]):
    character = LeadRead(read_only=True, allow_null=True, help_text="Null: a person.")
    handle = serializers.SerializerMethodField(help_text="Null for characters.")
    ai_generated = serializers.SerializerMethodField()

    class Meta:
        model = SnippetLine
        fields = ("name", "text", "character", "handle", "ai_generated")

    def get_handle(self, line: SnippetLine) -> str | None:
        return line.person.username if line.person else None

    def get_ai_generated(self, line: SnippetLine) -> bool:
        return line.character_id is not None


class PostSnippetRead(KeptFields, serializers.ModelSerializer[Snippet]):
    lines = SnippetLineRead(many=True, read_only=True)

    class Meta:
        model = Snippet
        fields = ("key", "sha256", "lines")


class RemixOfRead(serializers.Serializer[Any]):
    handle = serializers.CharField(allow_blank=True, help_text="Empty: not for you.")
    kind = serializers.ChoiceField(choices=RemixKind.choices)
    post = serializers.CharField(allow_null=True, help_text="Key, while it is shown.")


class PostRead(KeptFields, serializers.ModelSerializer[Post]):
    author = PersonRead(read_only=True)
    character = LeadRead(read_only=True)
    clip = PostClipRead(
        read_only=True, allow_null=True, help_text="Null unless `kind` is `clip`."
    )
    snippet = PostSnippetRead(
        read_only=True,
        allow_null=True,
        help_text="Lines of a chat; null unless `kind` is `snippet`.",
    )
    tags = serializers.SlugRelatedField[Tag](
        slug_field="name", many=True, read_only=True
    )
    likes = serializers.IntegerField(source="stat.likes", read_only=True)
    views = serializers.IntegerField(source="stat.views", read_only=True)
    remixes = serializers.IntegerField(source="stat.remixes", read_only=True)
    remix_of = serializers.SerializerMethodField(
        help_text="What it was made of; null: nothing else, or nobody says so."
    )
    remixing = serializers.SerializerMethodField(
        help_text="Whether you may remix it, at a glance: on, ask or off. Of your own:"
        " what you said of it, empty for what your account says."
    )
    shares = serializers.IntegerField(source="stat.shares", read_only=True)
    comments = serializers.IntegerField(source="stat.comments", read_only=True)
    liked = serializers.BooleanField(read_only=True, help_text="By you.")
    saved = serializers.BooleanField(read_only=True, help_text="By you.")
    mine = serializers.SerializerMethodField()
    ai_generated = serializers.SerializerMethodField(help_text="Always true here.")
    url = PageUrl()
    approval = serializers.SerializerMethodField(
        help_text="Of the caption that you wrote last: while it is pending, or refused,"
        " `caption` is the one that others see. Always approved for those of others."
    )

    class Meta:
        model = Post
        fields = (
            "key",
            "kind",
            "caption",
            "tags",
            "author",
            "character",
            "clip",
            "snippet",
            "likes",
            "views",
            "remixes",
            "remix_of",
            "remixing",
            "comments",
            "liked",
            "saved",
            "mine",
            "shares",
            "visibility",
            "embeddable",
            "approval",
            "warning",
            "ai_generated",
            "published",
            "edited",
            "url",
        )

    def get_mine(self, post: Post) -> bool:
        return bool(post.author_id == self.context["request"].user.pk)

    @extend_schema_field(RemixOfRead(allow_null=True))
    def get_remix_of(self, post: Post) -> dict[str, Any] | None:
        chip = chip_of(post)
        if chip is None:
            return None
        return {"handle": chip.handle, "kind": chip.kind, "post": chip.parent or None}

    @extend_schema_field({"type": "string", "enum": ["", *Level.values]})
    def get_remixing(self, post: Post) -> str:
        viewer = self.context["request"].user
        return post.remixing if self.get_mine(post) else at_a_glance(viewer, post).value

    @extend_schema_field(STATES)
    def get_approval(self, post: Post) -> str:
        return post.approval if self.get_mine(post) else "approved"

    def get_ai_generated(self, post: Post) -> bool:  # noqa: ARG002
        return True


# One page, also where an action is called "list": not an array of pages.
@extend_schema_serializer(many=False)
class PostPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True, help_text="Always null.")
    results = PostRead(many=True)
    list = serializers.CharField(
        required=False, help_text="Key of the order that this is a page of, if any."
    )


class MyClip(serializers.SlugRelatedField[Clip]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            slug_field="key",
            queryset=Clip.objects.none(),
            error_messages={"does_not_exist": "You have no such clip."},
            **kwargs,
        )

    def get_queryset(self) -> Any:
        return Clip.objects.of(me(self.context["request"]))


class PostEdit(serializers.Serializer[Any]):
    caption = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(
        choices=Post.Visibility.choices, required=False
    )
    remixing = serializers.ChoiceField(
        choices=LEVELS,
        required=False,
        allow_blank=True,
        help_text="What others may make of it; never more than your account says.",
    )


class PostChange(PostEdit):
    embeddable = serializers.BooleanField(
        required=False, help_text="Other sites may show its player while it is public."
    )


class PostWrite(PostEdit):
    clip = MyClip(help_text="The key of a ready clip of yours.")


class AudioRead(serializers.Serializer[Any]):
    ai_generated = serializers.BooleanField(help_text="Always true here.")
    notice = serializers.CharField(help_text="What is spoken before the rest.")
    url = serializers.CharField(help_text="An M4A with its signed record.")


class LikeRead(serializers.Serializer[Any]):
    liked = serializers.BooleanField()
    likes = serializers.IntegerField()


class ViewWrite(serializers.Serializer[Any]):
    seconds = serializers.FloatField(
        min_value=0, max_value=3600, default=0.0, help_text="Longest stretch watched."
    )
    completed = serializers.BooleanField(default=False)


class ViewRead(serializers.Serializer[Any]):
    counted = serializers.BooleanField(
        help_text="False: seen before today, or too short for a view."
    )
