"""What is read and written of scenes."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from moderation.approvals import selectors as approvals
from moderation.models import ApprovalState
from scenes import content, selectors
from scenes.approving import FACET, KIND
from scenes.machine.findings import ERROR, NOTE, WARNING
from scenes.models import Scene, SceneVersion
from scenes.services.checking import TITLE
from scenes.services.publishing import NOTE as LONGEST_NOTE
from socialapp.accounts.api import PersonRead

STATES = [
    (ApprovalState.APPROVED, "On stage, or was"),
    (ApprovalState.PENDING, "Waits for a look"),
    (ApprovalState.REFUSED, "Refused"),
    (ApprovalState.REPLACED, "Replaced before anybody looked"),
]


class SceneVersionRead(serializers.ModelSerializer[SceneVersion]):
    digest = serializers.SerializerMethodField(
        help_text="“sha256:” and the hash of the document, as saves name it."
    )
    approval = serializers.ChoiceField(
        choices=STATES, read_only=True, help_text="For others always approved."
    )
    document = serializers.SerializerMethodField(help_text="Where its JSON is.")

    class Meta:
        model = SceneVersion
        fields = (
            "number",
            "digest",
            "note",
            "title",
            "rating",
            "states",
            "endings",
            "words",
            "minutes",
            "approval",
            "created",
            "document",
        )

    def get_digest(self, version: SceneVersion) -> str:
        return f"sha256:{version.digest}"

    def get_document(self, version: SceneVersion) -> str:
        args = [self.context["scene"].key, version.number]
        return reverse("api-scene-document", args=args)


class SceneRead(serializers.ModelSerializer[Scene]):
    owner = PersonRead(read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    version = serializers.SerializerMethodField(
        help_text="On stage; null: a draft, or taken off."
    )
    plays = serializers.IntegerField(
        source="played", read_only=True, help_text="How often it was begun."
    )
    mine = serializers.SerializerMethodField()
    ai_generated = serializers.SerializerMethodField(
        help_text="Of its voices and faces. Always true here."
    )
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Scene
        fields: tuple[str, ...] = (
            "key",
            "title",
            "logline",
            "genre",
            "rating",
            "languages",
            "tags",
            "owner",
            "visibility",
            "remixable",
            "version",
            "plays",
            "mine",
            "ai_generated",
            "created",
            "published",
            "url",
        )

    @extend_schema_field(SceneVersionRead(allow_null=True))
    def get_version(self, scene: Scene) -> Any:
        if scene.version is None:
            return None
        return SceneVersionRead(scene.version, context={"scene": scene}).data

    def get_mine(self, scene: Scene) -> bool:
        return bool(scene.owner_id == self.context["request"].user.pk)

    def get_ai_generated(self, scene: Scene) -> bool:  # noqa: ARG002
        return True


class AncestorRead(serializers.Serializer[Any]):
    title = serializers.CharField()
    author = serializers.CharField(help_text="Handle; empty: somebody who leaves.")
    key = serializers.CharField(help_text="Empty: it is gone, and the credit stays.")
    number = serializers.IntegerField(help_text="Of the version.")


class WaitingRead(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    approval = serializers.ChoiceField(choices=STATES)
    why = serializers.CharField(help_text="In words for its author.")


class SceneDetailRead(SceneRead):
    remix_of = serializers.SerializerMethodField(
        help_text="What it was begun with, what that was begun with, and so on."
    )
    rev = serializers.SerializerMethodField(
        help_text="Of the draft, for its author; null for others."
    )
    waiting = serializers.SerializerMethodField(
        help_text="The newest version, for its author, while it is not approved."
    )

    class Meta(SceneRead.Meta):
        fields = (*SceneRead.Meta.fields, "remix_of", "rev", "waiting")

    @extend_schema_field(AncestorRead(many=True))
    def get_remix_of(self, scene: Scene) -> Any:
        viewer = self.context["request"].user
        return AncestorRead(selectors.ancestry(scene, viewer=viewer), many=True).data

    def get_rev(self, scene: Scene) -> int | None:
        return scene.draft_rev if self.get_mine(scene) else None

    @extend_schema_field(WaitingRead(allow_null=True))
    def get_waiting(self, scene: Scene) -> Any:
        if not self.get_mine(scene):
            return None
        newest = scene.versions.defer("document").order_by("-number").first()
        waits = {ApprovalState.PENDING, ApprovalState.REFUSED}
        if newest is None or newest.approval not in waits:
            return None
        record = approvals.newest(kind=KIND, key=scene.key, facet=FACET)
        return {
            "number": newest.number,
            "approval": newest.approval,
            "why": record.why if record else "",
        }


class SceneWrite(serializers.Serializer[Any]):
    """One of the three; nothing: the smallest scene there is, without a title."""

    title = serializers.CharField(
        max_length=2 * TITLE, required=False, allow_blank=True
    )
    template = serializers.ChoiceField(
        choices=content.scene_ids(),
        required=False,
        help_text="One of those that the house ships.",
    )
    document = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="A scene's JSON as a text, up to 5,000,000 bytes.",
    )


class SceneEdit(serializers.Serializer[Any]):
    visibility = serializers.ChoiceField(
        choices=Scene.Visibility.choices, required=False
    )
    remixable = serializers.BooleanField(required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=20, required=False
    )


class SceneDraftRead(serializers.Serializer[Any]):
    document = serializers.CharField(help_text="As it was saved, to the byte.")
    rev = serializers.IntegerField(help_text="Name it when you save.")
    saved = serializers.DateTimeField()


class SceneDraftWrite(serializers.Serializer[Any]):
    document = serializers.CharField(
        allow_blank=True,
        trim_whitespace=False,
        help_text="Any text up to 5,000,000 bytes; it need not be a scene yet.",
    )
    rev = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Of the draft that you changed."
    )


class SceneSavedRead(serializers.Serializer[Any]):
    rev = serializers.IntegerField()
    saved = serializers.DateTimeField()


class SceneCheckWrite(serializers.Serializer[Any]):
    document = serializers.CharField(allow_blank=True, trim_whitespace=False)


class SceneFindingRead(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(
        choices=[(s, s) for s in (ERROR, WARNING, NOTE)],
        help_text="An error keeps it from being published.",
    )
    code = serializers.CharField(
        help_text="As docs/scenes.md and docs/scenes-publishing.md list them."
    )
    message = serializers.CharField()
    pointer = serializers.CharField(
        allow_blank=True, help_text="JSON pointer (RFC 6901) into the document."
    )
    state = serializers.CharField(
        allow_blank=True, help_text="To open; empty: it concerns the scene."
    )


class VoicedRead(serializers.Serializer[Any]):
    lines = serializers.IntegerField(help_text="Different ones.")
    characters = serializers.IntegerField()
    varying = serializers.IntegerField(help_text="With names or numbers in them.")


class EstimateRead(serializers.Serializer[Any]):
    words = serializers.IntegerField()
    seconds = serializers.FloatField(help_text="To tell all of it once.")
    played_seconds = serializers.FloatField(help_text="One play; 0: not known.")
    voiced = serializers.DictField(child=VoicedRead(), help_text="By role.")


class SceneEndingRead(serializers.Serializer[Any]):
    state = serializers.CharField()
    title = serializers.CharField()
    way = serializers.ListField(
        child=serializers.CharField(), help_text="Ids of the choices, the fewest."
    )


class SceneCheckRead(serializers.Serializer[Any]):
    publishable = serializers.BooleanField()
    findings = SceneFindingRead(many=True)
    estimate = EstimateRead(allow_null=True, help_text="Null: it cannot be read.")
    endings = SceneEndingRead(many=True)


class ScenePublishWrite(serializers.Serializer[Any]):
    rev = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Of the draft that you mean."
    )
    note = serializers.CharField(
        max_length=2 * LONGEST_NOTE,
        required=False,
        allow_blank=True,
        help_text="What is new, for those who play.",
    )
    visibility = serializers.ChoiceField(
        choices=Scene.Visibility.choices,
        required=False,
        help_text="Left out: as it is, and public for a first version.",
    )


class SceneLookWrite(serializers.Serializer[Any]):
    rev = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, help_text="Of the draft that you mean."
    )


class SceneLookRead(serializers.Serializer[Any]):
    asked = serializers.IntegerField(help_text="Texts that a person will look at.")
