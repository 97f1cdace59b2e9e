from __future__ import annotations

from typing import TYPE_CHECKING

import django.db.models.deletion
from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 1000


def mute_hidden_people(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Whoever hid a person has muted them."""
    hidden = apps.get_model("feed", "Hidden").objects.filter(creator__isnull=False)
    mute = apps.get_model("accounts", "Mute")
    rows = (
        mute(person_id=row.person_id, whom_id=row.creator_id, created=row.created)
        for row in hidden.iterator()
        if row.person_id != row.creator_id
    )
    mute.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    hidden.delete()


def hide_muted_people(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Back: mutes are people hidden from a feed, as they were."""
    hidden = apps.get_model("feed", "Hidden")
    mutes = apps.get_model("accounts", "Mute").objects.all()
    rows = (
        hidden(person_id=row.person_id, creator_id=row.whom_id, created=row.created)
        for row in mutes.iterator()
    )
    hidden.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    mutes.delete()


class Migration(migrations.Migration):
    # Postgres alters no table whose rows were changed in the same transaction.
    atomic = False

    dependencies = [
        ("accounts", "0002_circulation"),
        ("characters", "0001_initial"),
        ("feed", "0012_shares"),
    ]

    operations = [
        migrations.RunPython(mute_hidden_people, hide_muted_people),
        migrations.RemoveConstraint(model_name="hidden", name="hidden_person_once"),
        migrations.RemoveConstraint(model_name="hidden", name="hidden_of_one"),
        migrations.RemoveField(model_name="hidden", name="creator"),
        migrations.AlterField(
            model_name="hidden",
            name="character",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="characters.character",
            ),
        ),
    ]
