from django.urls import path

from socialapp.provenance import views

urlpatterns = [
    path("verify/", views.verify, name="verify"),
]
