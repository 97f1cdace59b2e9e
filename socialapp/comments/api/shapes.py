"""The JSON of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, viewsets

from socialapp.accounts.api import PersonRead
from socialapp.characters.models import Character
from socialapp.comments.api import refusals  # noqa: F401  registers them
from socialapp.comments.models import (
    MAX_TEXT,
    MAX_WORD,
    Comment,
    CommentEdit,
    FilterWord,
    Thread,
)
from socialapp.lib.api.fields import BlobUrl

if TYPE_CHECKING:
    from socialapp.comments import selectors

STATES = ("shown", "waits", "held", "withheld", "gone", "left", "hidden")
"""``waits`` for a moderator, ``held`` by a filter word, ``withheld`` by moderation,
``gone`` taken away, ``left`` with its writer, ``hidden`` from whoever asks."""

PAGE = [
    OpenApiParameter("after", str, description="As in `next`."),
    OpenApiParameter("limit", int, description="1 to 100; 20 when left out."),
]


class CommentVoiceRead(serializers.ModelSerializer[Character]):
    """The character that answered, in short."""

    thumb = BlobUrl(source="portrait.thumb")
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Character
        fields = ("key", "name", "thumb", "url")


class CommentRead(serializers.ModelSerializer[Comment]):
    author = serializers.SerializerMethodField(
        help_text="Null: a character answered, or its words are not shown."
    )
    character = serializers.SerializerMethodField(help_text="Null: a person wrote it.")
    ai_generated = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField(
        help_text="Empty when its words are not shown; then `state` says why."
    )
    state = serializers.SerializerMethodField()
    reply_to = serializers.SlugRelatedField[Comment](
        slug_field="key", read_only=True, source="parent", help_text="Null: a root."
    )
    branch = serializers.SlugRelatedField[Comment](
        slug_field="key",
        read_only=True,
        source="root",
        help_text="The comment that its branch began with; null: this one.",
    )
    liked = serializers.BooleanField(read_only=True, help_text="By me.")
    muted = serializers.BooleanField(
        read_only=True, help_text="I muted its writer: fold it."
    )
    mine = serializers.SerializerMethodField()
    by_owner = serializers.BooleanField(
        read_only=True, help_text="Written by whoever the thread belongs to."
    )
    pinned = serializers.SerializerMethodField()
    edits = serializers.IntegerField(
        read_only=True,
        help_text="Versions before this one; send it along to change it.",
    )

    class Meta:
        model = Comment
        fields = (
            "key",
            "author",
            "character",
            "ai_generated",
            "text",
            "state",
            "reply_to",
            "branch",
            "depth",
            "likes",
            "liked",
            "answers",
            "replies",
            "pinned",
            "by_owner",
            "mine",
            "muted",
            "edits",
            "edited",
            "change_waits",
            "created",
        )

    @extend_schema_field(PersonRead(allow_null=True))
    def get_author(self, comment: Comment) -> Any:
        if not comment.speaks or comment.author is None:
            return None
        return PersonRead(comment.author, context=self.context).data

    @extend_schema_field(CommentVoiceRead(allow_null=True))
    def get_character(self, comment: Comment) -> Any:
        if not comment.speaks or comment.character is None:
            return None
        return CommentVoiceRead(comment.character, context=self.context).data

    def get_ai_generated(self, comment: Comment) -> bool:
        return comment.character_id is not None

    def get_text(self, comment: Comment) -> str:
        return comment.text if comment.speaks else ""

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, comment: Comment) -> str:
        if comment.gone:
            return "left" if comment.gone == Comment.Gone.LEFT else "gone"
        if comment.withheld:
            return "withheld"
        if not comment.speaks:
            return "hidden"
        if comment.held:
            return "held"
        return "shown" if comment.counts else "waits"

    def get_mine(self, comment: Comment) -> bool:
        viewer = self.context["request"].user
        return bool(viewer.is_authenticated and comment.author_id == viewer.pk)

    def get_pinned(self, comment: Comment) -> bool:
        return comment.thread.pinned_id == comment.pk


class CommentWrite(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=2 * MAX_TEXT,
        help_text=f"Up to {MAX_TEXT} characters; lines may break, links stay text.",
    )
    reply_to = serializers.CharField(
        max_length=16, required=False, help_text="Key of the comment to answer."
    )


class CommentChange(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2 * MAX_TEXT)
    edits = serializers.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        help_text="Of the version that was changed. Given, an edit that somebody else"
        " was quicker with is refused as `changed`, with the words as they are now.",
    )


class CommentPageRead(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True, help_text="Always null.")
    results = CommentRead(many=True)


# One page, also where an action is called "list".
@extend_schema_serializer(many=False)
class TalkRead(CommentPageRead):
    count = serializers.IntegerField(help_text="Comments that others can read.")
    pinned = CommentRead(
        allow_null=True, help_text="On the first page; it is not in `results`."
    )
    may_write = serializers.BooleanField(help_text="I may.")
    why_not = serializers.CharField(help_text="Empty when I may.")


class CommentEditRead(serializers.ModelSerializer[CommentEdit]):
    class Meta:
        model = CommentEdit
        fields = ("text", "written", "created")
        extra_kwargs = {"created": {"help_text": "Until when it said so."}}


class CommentLikeRead(serializers.Serializer[Any]):
    liked = serializers.BooleanField(help_text="By me.")
    likes = serializers.IntegerField()


class ThreadChange(serializers.Serializer[Any]):
    who = serializers.ChoiceField(
        choices=Thread.Who.choices, required=False, help_text="May write."
    )
    answers = serializers.BooleanField(
        required=False, help_text="The character may answer each comment once."
    )


class ThreadRead(serializers.ModelSerializer[Thread]):
    class Meta:
        model = Thread
        fields = ("who", "answers", "count")


class FilterWordRead(serializers.ModelSerializer[FilterWord]):
    class Meta:
        model = FilterWord
        fields = ("key", "word", "created")


class FilterWordWrite(serializers.Serializer[Any]):
    word = serializers.CharField(
        max_length=2 * MAX_WORD,
        help_text=f"Up to {MAX_WORD} characters; a few words in a row are one too.",
    )


class CommentListing(viewsets.GenericViewSet[Comment]):
    """Lists of comments page by their own cursor."""

    serializer_class = CommentRead
    queryset = Comment.objects.none()
    pagination_class: Any = None

    def paged(self, page: selectors.CommentPage) -> dict[str, Any]:
        following = None
        if page.after:
            query = self.request.query_params.dict() | {"after": page.after}
            path = f"{self.request.path}?{urlencode(query)}"
            following = self.request.build_absolute_uri(path)
        return {
            "next": following,
            "previous": None,
            "results": self.told(page.comments, many=True),
        }

    def told(self, comment: Any, *, many: bool = False) -> Any:
        context = self.get_serializer_context()
        return CommentRead(comment, many=many, context=context).data

    @property
    def cursor(self) -> dict[str, Any]:
        limit = self.request.query_params.get("limit", "20")
        plain = limit.isascii() and limit.isdigit() and len(limit) < 4
        if not plain or not 1 <= int(limit) <= 100:
            raise serializers.ValidationError(
                {"limit": ["Use a number from 1 to 100."]}
            )
        after = self.request.query_params.get("after") or None
        return {"after": after, "limit": int(limit)}
