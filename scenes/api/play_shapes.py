"""What is read and written of castings and plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from scenes.machine import limits
from scenes.selectors import casting, company, plays
from socialapp.characters.models import Character
from socialapp.lib.api.fields import BlobUrl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.models import Company, Play
    from scenes.models.story import Viewer
    from scenes.selectors.casting import RoleCasting
    from scenes.selectors.plays import Seen
    from socialapp.accounts.models import User


class CandidateRead(serializers.ModelSerializer[Character]):
    thumb = BlobUrl(source="portrait.thumb", default=None)
    portrait = BlobUrl(source="portrait.ref", default=None)
    rig = serializers.CharField(help_text="Address of the rig; null: no portrait.")
    owner = serializers.CharField(source="owner.username", help_text="Their handle.")
    voiced = serializers.BooleanField()
    why_not = serializers.CharField(help_text="Empty: it may have this role.")

    class Meta:
        model = Character
        fields = (
            "key",
            "name",
            "tagline",
            "thumb",
            "portrait",
            "rig",
            "owner",
            "starter",
            "voiced",
            "why_not",
        )


class RequiresRead(serializers.Serializer[Any]):
    rating = serializers.CharField(help_text="The strongest that a character may have.")
    voice = serializers.BooleanField()
    tags = serializers.ListField(child=serializers.CharField())


class RoleCastingRead(serializers.Serializer[Any]):
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field.label is unused
    suits = serializers.CharField(help_text="The author's advice; may be empty.")
    requires = RequiresRead()
    suggested = serializers.CharField(
        allow_null=True, help_text="Key of a candidate; null: nobody fits."
    )
    candidates = CandidateRead(many=True)


class CastingRead(serializers.Serializer[Any]):
    roles = RoleCastingRead(many=True)


class PlayWrite(serializers.Serializer[Any]):
    cast = serializers.DictField(
        child=serializers.CharField(max_length=limits.IDENTIFIER),
        required=False,
        help_text="Keys of characters by role; roles that are left out are filled.",
    )
    seed = serializers.IntegerField(
        min_value=0,
        max_value=limits.SEED,
        required=False,
        allow_null=True,
        help_text="Of the dice; left out: by chance.",
    )
    language = serializers.CharField(max_length=35, required=False, allow_blank=True)


class SaveWrite(serializers.Serializer[Any]):
    rev = serializers.IntegerField(
        min_value=1, help_text="Of the save that this one goes on from."
    )
    snapshot = serializers.DictField(
        help_text="Of the format play, as in docs/scenes.md."
    )


class SavedRead(serializers.Serializer[Any]):
    rev = serializers.IntegerField()


class SlotWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)


class SeenRead(serializers.Serializer[Any]):
    character = serializers.CharField(help_text="Its key; empty when it was erased.")
    name = serializers.CharField()
    rig = serializers.CharField(allow_null=True, help_text="Null: a stand-in.")
    portrait = serializers.CharField(allow_null=True)
    voiced = serializers.BooleanField()
    gone = serializers.BooleanField(
        help_text="Its owner took it back, or it is off stage: its name plays on."
    )


class PlayedSceneRead(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()


class PlayedVersionRead(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    document = serializers.CharField(help_text="Where the scene's text is.")


class NewestVersionRead(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()


class PlayRowRead(serializers.Serializer[Any]):
    """A play in a list: without its log."""

    key = serializers.CharField()
    rev = serializers.IntegerField()
    slot = serializers.IntegerField(
        help_text="0: saves itself. 1 to 6: a copy that is kept as it is."
    )
    name = serializers.CharField(help_text="Of a copy.")
    scene = PlayedSceneRead()
    version = PlayedVersionRead()
    newest = NewestVersionRead(allow_null=True)
    seed = serializers.IntegerField()
    language = serializers.CharField()
    cast = serializers.DictField(child=SeenRead(), help_text="By role.")
    ending = serializers.CharField(help_text="Id of the final state; empty: none yet.")
    choices = serializers.IntegerField(help_text="Taken so far.")
    closed = serializers.CharField(help_text="Why it does not go on; empty: it does.")
    changed = serializers.DateTimeField()


class PlayRead(PlayRowRead):
    snapshot = serializers.DictField(help_text="As in docs/scenes.md.")


class CarriedRead(serializers.Serializer[Any]):
    play = PlayRead()
    kept = serializers.IntegerField(help_text="Events that fit the newest version.")
    of = serializers.IntegerField(help_text="Events of the old play.")


class ImprovWrite(serializers.Serializer[Any]):
    state = serializers.CharField(max_length=limits.IDENTIFIER)
    beat = serializers.IntegerField(min_value=0, max_value=limits.BEATS)
    text = serializers.CharField(
        max_length=4000,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What the player says; empty: the character begins.",
    )


class ImprovRead(serializers.Serializer[Any]):
    text = serializers.CharField()
    emotion = serializers.CharField()
    done = serializers.BooleanField(help_text="Nothing more is said in this beat.")
    performance = serializers.DictField(
        allow_null=True, help_text="See docs/performance.md; null: text alone."
    )
    sound = serializers.CharField(
        allow_null=True, help_text="A WAV in base64; null: silent."
    )


class CompanyWrite(serializers.Serializer[Any]):
    seconds = serializers.IntegerField(
        required=False, help_text="After the first vote they are counted; 5 to 300."
    )


class CompanyVoteWrite(serializers.Serializer[Any]):
    at = serializers.IntegerField(
        min_value=0, help_text="Events in the log where it is given."
    )
    choice = serializers.CharField(max_length=limits.IDENTIFIER)


class CompanyPersonRead(serializers.Serializer[Any]):
    handle = serializers.CharField()
    name = serializers.CharField()
    host = serializers.BooleanField()
    here = serializers.BooleanField(help_text="Their page is open.")
    voted = serializers.BooleanField()


class CompanyVotesRead(serializers.Serializer[Any]):
    at = serializers.IntegerField(help_text="Events in the log: what a vote names.")
    tally = serializers.DictField(
        child=serializers.IntegerField(), help_text="Votes by choice that is open."
    )
    closes_in = serializers.FloatField(
        allow_null=True, help_text="Seconds; null: nobody has voted yet."
    )
    voted = serializers.ListField(child=serializers.CharField(), help_text="Handles.")


class CompanyRead(serializers.Serializer[Any]):
    key = serializers.CharField()
    url = serializers.CharField(help_text="Of the page: what others are given.")
    host = serializers.CharField(source="host.username", help_text="Their handle.")
    mine = serializers.BooleanField(help_text="You are the host.")
    seconds = serializers.IntegerField()
    people = CompanyPersonRead(many=True)
    votes = CompanyVotesRead()
    vote = serializers.CharField(allow_null=True, help_text="Your own, here.")
    play = PlayRead(help_text="Of the host, as you see it.")


def company_read(found: Company, viewer: User) -> dict[str, Any]:
    play = found.play
    told = {
        "key": found.key,
        "url": f"/sc/{play.scene.key}/play/?company={found.key}",
        "host": found.host,
        "mine": found.host_id == viewer.pk,
        "seconds": found.seconds,
        "people": company.people_in(found),
        "votes": company.standing_of(found),
        "vote": company.vote_of(found, viewer),
        "play": _told(play, viewer, plays.casts_of([play], viewer)[play.pk]),
    }
    return dict(CompanyRead(told).data)


def casting_read(roles: Sequence[RoleCasting], language: str) -> dict[str, Any]:
    return dict(CastingRead({"roles": [_role(one, language) for one in roles]}).data)


def play_read(play: Play, viewer: Viewer) -> dict[str, Any]:
    seen = plays.casts_of([play], viewer)[play.pk]
    return dict(PlayRead(_told(play, viewer, seen)).data)


def rows_read(found: Sequence[Play], viewer: Viewer) -> list[dict[str, Any]]:
    seen = plays.casts_of(found, viewer)
    told = [_told(play, viewer, seen[play.pk]) for play in found]
    return [dict(row) for row in PlayRowRead(told, many=True).data]


def _told(play: Play, viewer: Viewer, seen: Sequence[Seen]) -> dict[str, Any]:
    newest = play.scene.version
    return {
        **{name: getattr(play, name) for name in _PLAIN},
        "snapshot": None if "snapshot" in play.get_deferred_fields() else play.snapshot,
        "scene": {"key": play.scene.key, "title": play.version.title},
        "version": {
            "number": play.version.number,
            "digest": play.version.digest,
            "document": plays.document_url(play.version, play.scene),
        },
        "newest": newest and {"number": newest.number, "digest": newest.digest},
        "cast": {one.role: one for one in seen},
        "closed": plays.why_closed(play, viewer),
    }


_PLAIN = (
    "key", "rev", "slot", "name", "seed", "language", "ending", "choices", "changed",
)  # fmt: skip


def _role(found: RoleCasting, language: str) -> dict[str, Any]:
    role = found.role
    return {
        "role": found.id,
        "label": role.label.in_language(language),
        "suits": role.suits.in_language(language) if role.suits else "",
        "requires": role.requires,
        "suggested": found.suggested.key if found.suggested else None,
        "candidates": [_candidate(one) for one in found.candidates],
    }


def _candidate(found: casting.Candidate) -> dict[str, Any]:
    one = found.character
    return {
        "key": one.key,
        "name": one.name,
        "tagline": one.tagline,
        "portrait": one.portrait,
        "owner": one.owner,
        "starter": one.starter,
        "rig": plays.rig_url(one.portrait) if one.portrait else None,
        "voiced": casting.voiced(one),
        "why_not": found.why_not,
    }
