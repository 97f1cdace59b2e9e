from django.urls import path

from socialapp.chat.views import acts, pages

urlpatterns = [
    path("chats/", pages.chats, name="chats"),
    path("chats/new/", pages.new_group, name="chat-new"),
    path("chats/gather/", acts.gather, name="chat-gather"),
    path("chats/personas/", pages.personas, name="personas"),
    path("chats/personas/new/", acts.new_persona, name="persona-new"),
    path("personas/<str:key>/", acts.change_persona, name="persona"),
    path("chats/<str:key>/", pages.chat, name="chat"),
    path("chats/<str:key>/say/", acts.say, name="chat-say"),
    path("chats/<str:key>/answer/", acts.answer, name="chat-answer"),
    path("chats/<str:key>/review/", acts.review, name="chat-review"),
    path("chats/<str:key>/change/", acts.change, name="chat-change"),
    path("chats/<str:key>/members/", acts.members, name="chat-members"),
    path("chats/<str:key>/remember/", acts.remember, name="chat-remember"),
    path("chats/<str:key>/remove/", acts.remove, name="chat-remove"),
    path("chats/<str:key>/export/", pages.export, name="chat-export"),
    path("said/<str:key>/edit/", acts.edit, name="said-edit"),
    path("said/<str:key>/another/", acts.another, name="said-another"),
    path("said/<str:key>/choose/", acts.choose, name="said-choose"),
    path("said/<str:key>/rewind/", acts.rewind, name="said-rewind"),
    path("said/<str:key>/branch/", acts.branch, name="said-branch"),
    path("said/<str:key>/pin/", acts.pin, name="said-pin"),
    path("said/<str:key>/speech/", acts.speech, name="said-speech"),
    path("said/<str:key>/clip/", pages.clip, name="said-clip"),
    path("facts/<str:key>/", acts.change_fact, name="fact"),
    path("c/<str:key>/talk/", acts.talk, name="talk"),
]
