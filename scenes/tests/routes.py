"""The house's addresses, and that of a scene's page, whoever draws it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from socialapp import urls


def page(_request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse(key)


urlpatterns = [*urls.urlpatterns, path("sc/<str:key>/", page, name="scene")]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
