from django.urls import path

from socialapp.accounts import views
from socialapp.accounts.programs import device_views

urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("settings/", views.settings, name="settings"),
    path("settings/remixing/", views.remixing, name="settings-remixing"),
    path("settings/picture/", views.picture, name="settings-picture"),
    path("accounts/sessions/", views.sessions, name="sessions"),
    path("settings/tokens/", views.create_token, name="token-create"),
    path("settings/tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
    path("device/", device_views.device, name="device"),
    path("settings/data/", views.data, name="data"),
    path("settings/data/archive.zip", views.archive, name="archive"),
    path("settings/guardian/", views.guardian, name="guardian-ask"),
    path("guardian/<str:key>/", views.guardian_answer, name="guardian"),
    path("settings/leave/", views.leave, name="leave"),
]
