from django.urls import URLPattern, path

from scenes.views import editing

urlpatterns: list[URLPattern] = [
    path("scenes/new/", editing.new, name="scene-new"),
    path("sc/<slug:key>/edit/", editing.edit, name="scene-edit"),
]
