"""Posts name their character themselves."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps: Any, _schema: Any) -> None:
    post = apps.get_model("feed", "Post")
    clips = apps.get_model("avatarfx", "Clip").objects.filter(pk=OuterRef("clip"))
    chats = apps.get_model("feed", "Snippet").objects.filter(pk=OuterRef("snippet"))
    post.objects.filter(lead__isnull=True).update(
        lead=Coalesce(
            Subquery(clips.values("character")), Subquery(chats.values("lead"))
        )
    )


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0016_tag_newest"),
        ("characters", "0006_remixing"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="lead",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="characters.character",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["lead", "-published"], name="post_lead"),
        ),
    ]
