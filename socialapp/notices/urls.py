from django.urls import path

from socialapp.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/seen/", views.seen, name="notices-seen"),
    path("notices/<str:key>/", views.follow, name="notice"),
]
