"""Accounts over HTTP: joining, signing in, me, my tokens, other people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from drf_spectacular.utils import (
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from socialapp.accounts import exports, leaving, quotas, services
from socialapp.accounts.circle import people_for
from socialapp.accounts.consent import Level
from socialapp.accounts.models import Token, User
from socialapp.accounts.programs.scopes import ALL, Scope
from socialapp.accounts.signing_in import factors, proofs
from socialapp.lib.api.fields import PageUrl, valid
from socialapp.lib.api.parsers import PictureParser
from socialapp.lib.api.problems import Problem, refusal
from socialapp.lib.api.shapes import KeptFields

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import StreamingHttpResponse
    from rest_framework.request import Request


@refusal(services.AccountError)
def _account_refused(error: services.AccountError) -> Problem:
    return Problem(400, "invalid", str(error), errors=error.errors)


def me(request: Request) -> User:
    """Whoever asks; for views that only signed-in people reach."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  narrows for mypy
    return user


def picture_url(user: User) -> str | None:
    return user.picture.url if user.picture else None


# Shapes -----------------------------------------------------------------------


class PersonRead(KeptFields, serializers.ModelSerializer[User]):
    """What anyone may know of a person."""

    name = serializers.CharField(read_only=True)
    picture = serializers.SerializerMethodField()
    url = PageUrl()

    class Meta:
        model = User
        fields = ("username", "name", "bio", "picture", "url")

    @extend_schema_field({"type": ["string", "null"], "format": "uri-reference"})
    def get_picture(self, user: User) -> str | None:
        return picture_url(user)


class QuotaRead(serializers.Serializer[Any]):
    left = serializers.IntegerField()
    of = serializers.IntegerField(help_text="Clips a day.")
    resets_at = serializers.DateTimeField(help_text="Your next midnight.")


class MeRead(PersonRead):
    quota = serializers.SerializerMethodField()
    teen = serializers.BooleanField(
        source="is_minor", read_only=True, help_text="13 to 17: the quieter house."
    )

    class Meta:
        model = User
        fields = (
            *PersonRead.Meta.fields,
            "email",
            "display_name",
            "birth_date",
            "teen",
            "time_zone",
            "remix_clips",
            "remix_characters",
            "shows_follows",
            "quota",
        )

    @extend_schema_field(QuotaRead)
    def get_quota(self, user: User) -> Any:
        return QuotaRead(quotas.left(user)).data


class ProfileWrite(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=31, required=False)
    display_name = serializers.CharField(
        max_length=100, required=False, allow_blank=True
    )
    bio = serializers.CharField(max_length=600, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    remix_clips = serializers.ChoiceField(
        choices=Level.choices,
        required=False,
        help_text="Who may remix your clips; a clip may say less, never more.",
    )
    remix_characters = serializers.ChoiceField(
        choices=Level.choices,
        required=False,
        help_text="Who may make your characters speak their words, where a character"
        " says nothing of it.",
    )
    shows_follows = serializers.BooleanField(
        required=False,
        help_text="Others see whom you follow. Always false before 18.",
    )


class PictureWrite(serializers.Serializer[Any]):
    picture = serializers.FileField(help_text="PNG, JPEG or WebP.")


class SignUpWrite(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    username = serializers.CharField(max_length=31, help_text="Your handle.")
    password = serializers.CharField(max_length=512, trim_whitespace=False)
    birth_date = serializers.DateField()
    display_name = serializers.CharField(
        max_length=100, required=False, allow_blank=True
    )
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="Europe/Berlin"
    )


class ScopesField(serializers.ListField):
    """What a new token may do; whether it can have it is the service's to say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.ChoiceField(choices=Scope.choices),
            max_length=len(ALL),
            required=False,
            help_text="What the token may do. Left out: everything.",
            **kwargs,
        )


class SignInWrite(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254, help_text="Your e-mail or handle.")
    password = serializers.CharField(max_length=512, trim_whitespace=False)
    name = serializers.CharField(
        max_length=60, default="App", help_text="What the token is for."
    )
    code = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text=(
            "For an account with a second factor: a code of the authenticator app, or a"
            " recovery code. Without it the answer is 403 `second-factor`."
        ),
    )
    scopes = ScopesField()


class LeavingRead(serializers.Serializer[Any]):
    leaves = serializers.DateTimeField(help_text="When all of it is erased.")


class PasswordWrite(serializers.Serializer[Any]):
    password = serializers.CharField(
        max_length=512,
        trim_whitespace=False,
        default="",
        allow_blank=True,
        help_text=proofs.PROOF_HELP,
    )


class TokenRead(serializers.ModelSerializer[Token]):
    id = serializers.IntegerField(read_only=True)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), read_only=True
    )

    class Meta:
        model = Token
        fields = ("id", "name", "prefix", "scopes", "created", "used", "expires")


class NewTokenRead(TokenRead):
    key = serializers.SerializerMethodField(
        help_text="Shown once. Keep it where you keep passwords."
    )

    class Meta:
        model = Token
        fields = (*TokenRead.Meta.fields, "key")

    def get_key(self, token: Token) -> str:  # noqa: ARG002
        key: str = self.context["key"]
        return key


class TokenWrite(PasswordWrite):
    name = serializers.CharField(max_length=60, default="App")
    scopes = ScopesField()


def _new_token(token: Token, key: str) -> Response:
    return Response(
        NewTokenRead(token, context={"key": key}).data,
        status=status.HTTP_201_CREATED,
        headers={"Cache-Control": "no-store"},
    )


# Doors ------------------------------------------------------------------------


@extend_schema(tags=["accounts"])
class SignInViewSet(viewsets.GenericViewSet[Token]):
    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_scope = "sign-in"
    serializer_class = SignInWrite

    @extend_schema(
        summary="Sign in: a token for e-mail and password",
        request=SignInWrite,
        responses={201: NewTokenRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(SignInWrite(data=request.data))
        login = data["email"].strip().removeprefix("@")
        by = "email" if "@" in login else "username"
        try:
            user = get_adapter().authenticate(
                request._request, **{by: login.lower()}, password=data["password"]
            )
        except ValidationError as error:
            raise Problem(
                429, "throttled", error.messages[0], headers=_HALF_HOUR
            ) from None
        if user is None or not user.is_active:
            raise Problem(400, "wrong_credentials", _wrong_credentials())
        if _unverified(user):
            raise Problem(
                403, "unverified", "Open the link in the mail that we sent you first."
            )
        _second_factor(request, user, data["code"])
        leaving.stay(user=user)
        scopes = data.get("scopes", ALL)
        return _new_token(
            *services.create_token(user=user, name=data["name"], scopes=scopes)
        )


_HALF_HOUR = {"Retry-After": "1800"}
"""The window of ACCOUNT_RATE_LIMITS' ``login_failed``."""


def _wrong_credentials() -> str:
    return str(get_adapter().error_messages["invalid_login"])


def _second_factor(request: Request, user: User, code: str) -> None:
    if not factors.has_factor(user):
        return
    if not code:
        raise Problem(
            403,
            "second_factor",
            "This account has a second factor. Send a code of the authenticator app, or a"
            " recovery code, as `code`; or make a token in the settings.",
        )
    try:
        good = factors.accepts_code(request=request._request, user=user, code=code)
    except ValidationError as error:
        raise Problem(429, "throttled", error.messages[0], headers=_HALF_HOUR) from None
    if not good:
        raise Problem(
            400,
            "wrong_code",
            str(factors.FactorAdapter.error_messages["incorrect_code"]),
        )


def _unverified(user: User) -> bool:
    return (
        settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
        and not EmailAddress.objects.filter(user=user, verified=True).exists()
    )


@extend_schema(tags=["accounts"])
class SignUpViewSet(viewsets.GenericViewSet[User]):
    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_scope = "sign-up"
    serializer_class = SignUpWrite

    @extend_schema(
        summary="Join: an account and its first token",
        request=SignUpWrite,
        responses={
            201: NewTokenRead,
            202: OpenApiResponse(description="Open the link in the mail first."),
        },
    )
    def create(self, request: Request) -> Response:
        data = valid(SignUpWrite(data=request.data))
        http = request._request
        with transaction.atomic():
            user = services.sign_up(**data)
            setup_user_email(http, user, [EmailAddress(email=user.email)])
        if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
            EmailAddress.objects.get(user=user).send_confirmation(http, signup=True)
        if _unverified(user):
            return Response(status=status.HTTP_202_ACCEPTED)
        return _new_token(*services.create_token(user=user, name="Sign-up"))


# Me ---------------------------------------------------------------------------


@extend_schema(tags=["me"])
class MeViewSet(viewsets.GenericViewSet[User]):
    """One thing, so it has no list: the router gets its methods by name."""

    serializer_class = MeRead
    pagination_class = None

    @extend_schema(summary="My profile and today's quota", responses=MeRead)
    def retrieve(self, request: Request) -> Response:
        return Response(MeRead(me(request)).data)

    @extend_schema(summary="Change my profile", request=ProfileWrite, responses=MeRead)
    def partial_update(self, request: Request) -> Response:
        data = valid(ProfileWrite(data=request.data))
        return Response(MeRead(services.change_profile(user=me(request), **data)).data)

    @extend_schema(
        summary="Leave",
        description=(
            "Everything of yours is hidden now and erased after 14 days. Until then,"
            " signing in undoes it. All tokens end, this one too. The body holds"
            " `password`, as for an export."
        ),
        responses=LeavingRead,
    )
    def destroy(self, request: Request) -> Response:
        data = valid(PasswordWrite(data=request.data))
        proofs.require(request, user=me(request), password=data["password"])
        user = leaving.ask_to_leave(user=me(request))
        return Response(LeavingRead(user).data)


@extend_schema(tags=["me"])
class ExportViewSet(viewsets.GenericViewSet[User]):
    """A token alone does not carry everything away: the password is asked again."""

    serializer_class = PasswordWrite
    throttle_scope = "sign-in"

    @extend_schema(
        summary="Everything of mine, in one zip",
        request=PasswordWrite,
        responses={(200, "application/zip"): bytes},
    )
    def create(self, request: Request) -> StreamingHttpResponse:
        data = valid(PasswordWrite(data=request.data))
        proofs.require(request, user=me(request), password=data["password"])
        return exports.response_for(me(request))


@extend_schema(tags=["me"])
class MyPictureViewSet(viewsets.GenericViewSet[User]):
    serializer_class = PictureWrite
    parser_classes = (PictureParser,)
    throttle_scope = "upload"

    @extend_schema(
        summary="Set my picture",
        request={"multipart/form-data": PictureWrite},
        responses=MeRead,
    )
    def update(self, request: Request) -> Response:
        file = valid(PictureWrite(data=request.data))["picture"]
        user = services.set_picture(user=me(request), data=file.read())
        return Response(MeRead(user).data)

    @extend_schema(summary="Remove my picture", responses={204: None})
    def destroy(self, request: Request) -> Response:
        services.remove_picture(user=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["me"])
@extend_schema_view(
    list=extend_schema(summary="My tokens"),
    retrieve=extend_schema(summary="One of my tokens"),
)
class TokenViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Token]
):
    serializer_class = TokenRead
    lookup_value_converter = "int"
    queryset = Token.objects.none()

    def get_queryset(self) -> QuerySet[Token]:
        return Token.objects.filter(user=me(self.request))

    @extend_schema(
        summary="Make a token", request=TokenWrite, responses={201: NewTokenRead}
    )
    def create(self, request: Request) -> Response:
        data = valid(TokenWrite(data=request.data))
        proofs.require(request, user=me(request), password=data["password"])
        # A program that asks hands on at most what it has; a page has everything.
        mine = request.auth.scopes if isinstance(request.auth, Token) else ALL
        token, key = services.create_token(
            user=me(request),
            name=data["name"],
            scopes=data.get("scopes", mine),
            within=mine,
        )
        return _new_token(token, key)

    @extend_schema(summary="Revoke a token", responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        services.revoke_token(token=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


# Others -----------------------------------------------------------------------


@extend_schema(tags=["people"])
@extend_schema_view(retrieve=extend_schema(summary="A person"))
class PersonViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[User]):
    permission_classes = (AllowAny,)
    serializer_class = PersonRead
    queryset = User.objects.none()
    lookup_field = "username"
    lookup_value_regex = r"[a-z0-9._]{3,30}"

    def get_queryset(self) -> QuerySet[User]:
        return people_for(self.request.user)
