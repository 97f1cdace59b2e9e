"""Every refusal of the API is a problem (RFC 9457), whoever raised it.

    {"type": "urn:troupe:invalid", "title": "Bad Request", "status": 400,
     "detail": "...", "errors": [{"field": "script", "message": "...", "code": "..."}]}

Services raise their own errors; an app's ``api.py`` says what they are over HTTP with
``@refusal``.
"""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from django.core import exceptions as django_errors
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from socialapp.lib.blobs import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"

NOT_FOUND = "There is nothing here, or it is not yours to see."

_WORDS = {
    "not_found": NOT_FOUND,
    "not_authenticated": "Sign in first: send “Authorization: Bearer <token>”.",
    "permission_denied": "This is not yours to do.",
    "not_acceptable": "This answers in application/json only.",
    "throttled": "That was a lot at once. Wait a little and try again.",
}
"""Instead of the framework's sentences, by its codes."""


class Problem(exceptions.APIException):
    """A refusal with a name of its own: ``urn:troupe:<code>``."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.extra = dict(extra or {})
        """Members of the body beyond the usual ones (RFC 9457, 3.2)."""

        self.status_code = status
        self.code = code
        self.headers = dict(headers or {})
        by_field = errors or ({field: [detail]} if field else {})
        self.errors = [
            {"field": name, "message": message, "code": code}
            for name, messages in by_field.items()
            for message in messages
        ]


ErrorT = TypeVar("ErrorT", bound=Exception)
_refusals: dict[type[Exception], Callable[[Any], Problem]] = {}


def refusal(
    kind: type[ErrorT],
) -> Callable[[Callable[[ErrorT], Problem]], Callable[[ErrorT], Problem]]:
    """Register what a service's error is over HTTP."""

    def register(make: Callable[[ErrorT], Problem]) -> Callable[[ErrorT], Problem]:
        _refusals[kind] = make
        return make

    return register


def body(
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": f"urn:troupe:{code.replace('_', '-')}",
        "title": _title(status, code),
        "status": status,
        "detail": detail,
    }
    if errors:
        found["errors"] = errors
    return found


def _title(status: int, code: str) -> str:
    """A status of another protocol's own has no phrase."""
    if status in set(HTTPStatus):
        return HTTPStatus(status).phrase
    return code.replace("_", " ").capitalize()


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001
    """DRF calls this. None: a fault of ours, which Django logs and answers with 500."""
    known = _known(error)
    if known is None:
        return None
    headers: dict[str, str] = dict(getattr(known, "headers", {}))
    if challenge := getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(known, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return Response(
        _body_of(known),
        status=known.status_code,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def status_of(error: Exception) -> int:
    """What it is answered with; 500 for a fault of ours."""
    known = _known(error)
    return 500 if known is None else known.status_code


def _known(error: Exception) -> exceptions.APIException | None:
    for kind in type(error).__mro__:
        if make := _refusals.get(kind):
            return _as_api_exception(make(error))
    return _as_api_exception(error)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Http404():
            return Problem(404, "not_found", NOT_FOUND)
        case django_errors.PermissionDenied():
            return exceptions.PermissionDenied()
        case django_errors.ValidationError():
            return exceptions.ValidationError(error.messages)
        case django_errors.RequestDataTooBig() | django_errors.TooManyFilesSent():
            return Problem(413, "too_large", "This request is too large.")
        case django_errors.SuspiciousOperation() | UnreadablePostError():
            return Problem(400, "parse_error", "This request cannot be read.")
        case OperationalError() | InterfaceError():
            return Problem(
                503,
                "unavailable",
                "The database does not answer just now. Try again in a moment.",
                headers={"Retry-After": "2"},
            )
        case StorageError():
            return Problem(503, "unavailable", str(error), headers={"Retry-After": "5"})
        case _:
            return None


def _body_of(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, Problem):
        usual = body(error.status_code, error.code, str(error.detail), error.errors)
        return usual | error.extra
    if isinstance(error, exceptions.ValidationError):
        errors = list(_flatten(error.detail))
        detail = (
            errors[0]["message"] if len(errors) == 1 else "Some fields need a change."
        )
        return body(error.status_code, "invalid", detail, errors)
    code = str(getattr(error.detail, "code", None) or error.default_code)
    # A reason that was given, as for CSRF, says more than ours.
    plain = str(error.detail) == str(error.default_detail) or code == "throttled"
    detail = _WORDS.get(code, str(error.detail)) if plain else str(error.detail)
    return body(error.status_code, code, detail)


def _flatten(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested messages as a list; a field in a field is ``voice.speed`` or ``tags.2``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from _flatten(inner, ".".join(p for p in (path, step) if p))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flatten(inner, f"{path}.{index}" if nested else path)
    else:
        code = str(getattr(detail, "code", "") or "invalid")
        yield {"field": path, "message": str(detail), "code": code}


# Outside of DRF: unknown paths, broken requests and our own faults -----------------


def _plain(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(
        body(status, code, detail), status=status, content_type=CONTENT_TYPE
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return _plain(404, "not_found", NOT_FOUND)
    return defaults.page_not_found(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return _plain(403, "permission_denied", _WORDS["permission_denied"])
    return defaults.permission_denied(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return _plain(400, "parse_error", "This request cannot be read.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return _plain(
            500, "error", "Something broke on our side. We have a note of it."
        )
    return defaults.server_error(request)
