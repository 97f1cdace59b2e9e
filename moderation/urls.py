from django.urls import path

from moderation.views import rules

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
]
