"""How long people stay with posts; follows that name the post that won them; how much of
a viewer's time is accounted for; and the newest looks of a viewer by an index."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce


def fill(apps: Any, _schema: Any) -> None:
    stats = apps.get_model("feed", "PostStat").objects
    shown = apps.get_model("feed", "Impression").objects.filter(post=OuterRef("post"))
    seconds = shown.order_by().values("post").annotate(all=Sum("seconds")).values("all")
    stats.filter(shown__gt=0).update(dwell=Coalesce(Subquery(seconds), 0.0))
    # Nothing said after which post anybody was followed, and anything could be claimed.
    stats.filter(follows__gt=0).update(follows=0)


class Migration(migrations.Migration):
    dependencies = [
        ("feed", "0017_post_lead"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attention",
            fields=[
                (
                    "viewer",
                    models.CharField(max_length=80, primary_key=True, serialize=False),
                ),
                ("watched", models.DateTimeField()),
                ("looked", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="follow",
            name="post",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="won",
                to="feed.post",
            ),
        ),
        migrations.AddField(
            model_name="poststat",
            name="dwell",
            field=models.FloatField(default=0.0),
        ),
        migrations.AddIndex(
            model_name="impression",
            index=models.Index(
                fields=["viewer", "-created"], name="impression_of_viewer"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
