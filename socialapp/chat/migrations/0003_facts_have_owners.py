from django.db import migrations, models


def belong_to_owners(apps, schema_editor):
    """Until now whoever began a conversation was the only person in it."""
    seats = apps.get_model("chat", "Participant").objects.filter(
        conversation=models.OuterRef("conversation"), role="person"
    )
    facts = apps.get_model("chat", "Fact").objects.all()
    facts.update(about=models.Subquery(seats.order_by("pk").values("pk")[:1]))
    facts.filter(about=None).delete()


class Migration(migrations.Migration):
    """On its own: PostgreSQL alters no table whose new references it still has to check."""

    dependencies = [("chat", "0002_people")]

    operations = [
        migrations.RunPython(belong_to_owners, migrations.RunPython.noop),
    ]
