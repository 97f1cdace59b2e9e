"""People, their tokens and their tickets, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from socialapp.accounts import services
from socialapp.accounts.models import (
    Block,
    DeviceGrant,
    Guardian,
    Mute,
    Ticket,
    Token,
    User,
)
from socialapp.accounts.signing_in import sessions
from socialapp.lib.admin import Admin, Record, RecordInline, Users, link

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class TokenInline(RecordInline[Token, User]):
    model = Token
    fields = ("name", "prefix", "created", "used", "expires")
    readonly_fields = fields


class TicketInline(RecordInline[Ticket, User]):
    model = Ticket
    fields = ("key", "state", "created")
    readonly_fields = fields
    ordering = ("-created",)
    max_num = 20

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return super().get_queryset(request).order_by("-created")


@admin.register(User)
class UserAdmin(Users[User], Admin[User]):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "face",
        "username",
        "display_name",
        "email",
        "date_joined",
        "last_login",
        "is_active",
        "is_staff",
    )
    list_display_links = ("face", "username")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups", "date_joined")
    search_fields = ("username", "display_name", "email")
    date_hierarchy = "date_joined"
    ordering = ("-date_joined",)
    readonly_fields = ("face", "skeleton", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("face", "username", "display_name", "bio", "password")}),
        (
            "Never shown to others",
            {"fields": ("email", "birth_date", "time_zone", "skeleton")},
        ),
        (
            "What they may do",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups")},
        ),
        ("When", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "password1", "password2")}),
    )
    filter_horizontal = ()
    inlines = (TokenInline, TicketInline)
    actions = ("close_accounts", "revoke_tokens")

    @admin.display(description="Picture")
    def face(self, user: User) -> SafeString:
        if not user.picture:
            return SafeString("–")
        return format_html(
            '<img src="{}" alt="" style="height:40px" class="max-w-none rounded-full">',
            user.picture.url,
        )

    @admin.action(description="Close the accounts", permissions=["delete"])
    def close_accounts(self, request: HttpRequest, users: QuerySet[User]) -> None:
        found = [user for user in users if not user.is_superuser]
        for user in found:
            services.close_account(user=user)
        messages.success(request, f"{len(found)} closed. Administrators' stay.")

    @admin.action(description="Revoke all tokens", permissions=["change"])
    def revoke_tokens(self, request: HttpRequest, users: QuerySet[User]) -> None:
        tokens = list(Token.objects.filter(user__in=users))
        for token in tokens:
            services.revoke_token(token=token)
        messages.success(request, f"{len(tokens)} tokens revoked.")


@admin.register(Token)
class TokenAdmin(Record[Token]):
    list_display = ("name", "prefix", "owner", "scope", "created", "used", "expires")
    list_filter = ("created", "used")
    search_fields = ("name", "prefix", "user__username", "user__email")
    date_hierarchy = "created"
    list_select_related = ("user",)
    fields = ("name", "prefix", "owner", "scope", "created", "used", "expires")
    actions = ("revoke",)

    @admin.display(description="User", ordering="user__username")
    def owner(self, token: Token) -> SafeString:
        return link(token.user)

    @admin.action(description="Revoke", permissions=["operate"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        found = list(tokens)
        for token in found:
            services.revoke_token(token=token)
        messages.success(request, f"{len(found)} revoked.")


@admin.register(DeviceGrant)
class DeviceGrantAdmin(Record[DeviceGrant]):
    list_display = ("app", "scope", "state", "user", "created", "expires")
    list_filter = ("state", "created")
    search_fields = ("app", "user__username", "user__email")
    date_hierarchy = "created"
    list_select_related = ("user",)
    fields = ("app", "scope", "state", "user", "created", "expires", "polled")


@admin.register(Ticket)
class TicketAdmin(Record[Ticket]):
    list_display = ("key", "owner", "state", "created")
    list_filter = ("state", "created")
    search_fields = ("key", "user__username", "user__email")
    date_hierarchy = "created"
    list_select_related = ("user",)
    fields = ("key", "owner", "state", "created")
    actions = ("give_back",)

    @admin.display(description="User", ordering="user__username")
    def owner(self, ticket: Ticket) -> SafeString:
        return link(ticket.user)

    @admin.action(description="Give the tickets back", permissions=["operate"])
    def give_back(self, request: HttpRequest, tickets: QuerySet[Ticket]) -> None:
        given = sum(services.return_ticket(ticket=ticket) for ticket in tickets)
        messages.success(request, f"{given} given back.")


@admin.register(Guardian)
class GuardianAdmin(Record[Guardian]):
    list_display = ("owner", "asked", "confirmed", "sent")
    list_filter = ("asked", "confirmed")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    fields = list_display

    @admin.display(description="Of", ordering="user__username")
    def owner(self, guardian: Guardian) -> SafeString:
        return link(guardian.user)


class _Apart(Record[Any]):
    list_display = ("who", "other", "created")
    search_fields = ("person__username", "whom__username")
    date_hierarchy = "created"
    list_select_related = ("person", "whom")
    fields = list_display

    @admin.display(description="Person", ordering="person__username")
    def who(self, row: Any) -> SafeString:
        return link(row.person)

    @admin.display(description="Whom", ordering="whom__username")
    def other(self, row: Any) -> SafeString:
        return link(row.whom)


@admin.register(Block)
class BlockAdmin(_Apart):
    pass


@admin.register(Mute)
class MuteAdmin(_Apart):
    pass


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, Admin[Group]):
    pass


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class EmailAddressAdmin(Admin[Any]):
    list_display = ("email", "owner", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__username")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)

    @admin.display(description="User", ordering="user__username")
    def owner(self, address: Any) -> SafeString:
        return link(address.user)


admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class AuthenticatorAdmin(Record[Any]):
    """Never with ``data``: it holds the secrets."""

    list_display = ("owner", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at")
    search_fields = ("user__username", "user__email")
    date_hierarchy = "created_at"
    list_select_related = ("user",)
    fields = list_display
    actions = ("take_off",)

    @admin.display(description="User", ordering="user__username")
    def owner(self, factor: Any) -> SafeString:
        return link(factor.user)

    @admin.action(
        description="Remove all factors of these people, who lost them",
        permissions=["operate"],
    )
    def take_off(self, request: HttpRequest, factors: QuerySet[Any]) -> None:
        people = list(User.objects.filter(pk__in=factors.values("user")))
        for user in people:
            services.remove_factors(user=user)
        messages.success(request, f"{len(people)} sign in with their password again.")


admin.site.unregister(UserSession)


@admin.register(UserSession)
class UserSessionAdmin(Record[Any]):
    list_display = ("owner", "device", "ip", "created_at", "last_seen_at")
    search_fields = ("user__username", "user__email")
    date_hierarchy = "created_at"
    list_select_related = ("user",)
    fields = list_display
    actions = ("end",)

    @admin.display(description="User", ordering="user__username")
    def owner(self, session: Any) -> SafeString:
        return link(session.user)

    @admin.display(description="Browser")
    def device(self, session: Any) -> str:
        return sessions.device(session.user_agent)

    @admin.action(description="Sign out there", permissions=["operate"])
    def end(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        messages.success(request, f"{sessions.end(rows)} signed out.")
