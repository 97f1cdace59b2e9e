from django.urls import path

from socialapp.lib.pwa import views

urlpatterns = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.worker, name="service-worker"),
    path("offline/", views.offline, name="offline"),
    path("share/", views.share, name="share"),
]
