"""``/studio/recordings/``: a voice of one's own, sent from the studio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from avatarfx.decoding import SoundError
from avatarfx.errors import DiskFullError
from avatarfx.models import Recording
from avatarfx.recorded.errors import RecordingError
from avatarfx.services import recordings as services
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.requests import person
from socialapp.acting.script import ScriptError
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest


@login_required
@never_cache
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """What was heard, word by word, or why it is not taken."""
    try:
        made = _added(request)
    except RecordingError as error:
        told = {"detail": error.message, "code": error.code, "words": error.words}
        return JsonResponse(told, status=400)
    except (ScriptError, SoundError) as error:
        return JsonResponse({"detail": str(error), "words": []}, status=400)
    except TextRefusedError as error:
        return JsonResponse({"detail": error.message, "words": []}, status=422)
    except ScreeningUnavailableError as error:
        return JsonResponse({"detail": error.message, "words": []}, status=503)
    except EngineError as error:
        return JsonResponse({"detail": str(error), "words": []}, status=503)
    except DiskFullError as error:
        return JsonResponse({"detail": error.message, "words": []}, status=507)
    return JsonResponse(told_of(made), status=201)


def told_of(recording: Recording) -> dict[str, Any]:
    """What the studio shows of it, and where to listen and take it back."""
    return {
        **services.told(recording),
        "sound": reverse("recording-sound", args=[recording.key]),
        "remove": reverse("recording-remove", args=[recording.key]),
    }


def _added(request: HttpRequest) -> Recording:
    file = request.FILES.get("recording")
    if file is None:
        raise RecordingError("empty", "Record something first, or choose a file.")
    # Before it is read into memory; the service counts the bytes again.
    if (file.size or 0) > settings.MAX_RECORDING_BYTES:
        most = settings.MAX_RECORDING_BYTES // 1024**2
        raise RecordingError(
            "large",
            f"This recording is too large; we take up to {most} MB. Save it as MP3, M4A"
            " or Ogg.",
        )
    return services.add_recording(
        owner=person(request),
        data=file.read(),
        script=request.POST.get("script", ""),
        agreed=request.POST.get("consent") == "1",
    )


@login_required
@never_cache
@require_safe
def sound(request: HttpRequest, key: str) -> HttpResponse:
    """For its owner alone."""
    found = _mine(request, key)
    try:
        data = blobs.get(found.ref)
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(data, content_type="audio/flac")


@login_required
@require_POST
def remove(request: HttpRequest, key: str) -> JsonResponse:
    """Take it back; the answer says how many clips disappeared with it."""
    return JsonResponse({"clips": services.take_back(recording=_mine(request, key))})


def _mine(request: HttpRequest, key: str) -> Recording:
    return get_object_or_404(Recording.objects.of(person(request)), key=key)
