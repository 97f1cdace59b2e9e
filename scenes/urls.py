from django.urls import URLPattern, path

from scenes.views import trading

urlpatterns: list[URLPattern] = [
    path("sc/<str:key>/export/<str:form>/", trading.export, name="scene-export"),
]
