from django.urls import path

from socialapp.comments.views import single, words

urlpatterns = [
    path("comments/held/", words.held, name="comments-held"),
    path("comments/words/", words.words, name="comments-words"),
    path("comments/words/<str:key>/forget/", words.forget, name="comments-word-forget"),
    path("comments/care/", single.care, name="comments-care"),
    path("comments/<str:key>/", single.show, name="comment"),
    path("comments/<str:key>/replies/", single.replies, name="comment-replies"),
    path("comments/<str:key>/like/", single.like, name="comment-like"),
    path("comments/<str:key>/edit/", single.edit, name="comment-edit"),
    path("comments/<str:key>/history/", single.history, name="comment-history"),
    path("comments/<str:key>/remove/", single.remove, name="comment-remove"),
    path("comments/<str:key>/pin/", single.pin, name="comment-pin"),
    path("comments/<str:key>/decide/", words.decide, name="comment-decide"),
]
