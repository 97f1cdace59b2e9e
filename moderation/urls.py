from django.urls import path

from moderation.views import decisions, reports, rules, takedown, transparency
from moderation.views.transparency import CSV, JSON

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("report/<slug:kind>/<str:key>/", reports.report, name="report"),
    path("reports/<slug:key>/", reports.reported, name="reported"),
    path("decisions/", decisions.cases, name="cases"),
    path("decisions/<slug:puid>/", decisions.decision, name="decision"),
    path(
        "decisions/<slug:puid>/statement.json",
        decisions.decision_json,
        name="decision-json",
    ),
    path("decisions/<slug:puid>/appeal/", decisions.appeal, name="appeal"),
    path("decisions/<slug:puid>/answer/", decisions.answer, name="appeal-answer"),
    path("decisions/<slug:puid>/withdraw/", decisions.withdraw, name="appeal-withdraw"),
    path("takedown/", takedown.takedown, name="takedown"),
    path("takedown/<token>/", takedown.receipt, name="takedown-receipt"),
    path("takedown/<token>/withdraw/", takedown.withdraw, name="takedown-withdraw"),
    path("transparency/", transparency.transparency, name="transparency"),
    path(
        "transparency/<int:year>/",
        transparency.transparency,
        name="transparency-year",
    ),
    path(
        "transparency/<int:year>.csv",
        transparency.transparency,
        {"kind": CSV},
        name="transparency-csv",
    ),
    path(
        "transparency/<int:year>.json",
        transparency.transparency,
        {"kind": JSON},
        name="transparency-json",
    ),
]
