from django.db import migrations


def take_out(apps, schema_editor):
    """Before snippets there were clips alone, so there is no way back for these posts."""
    apps.get_model("feed", "Post").objects.filter(kind="snippet").delete()


class Migration(migrations.Migration):
    """On its own: PostgreSQL alters no table whose references it still has to check."""

    dependencies = [("feed", "0003_snippets")]

    operations = [migrations.RunPython(migrations.RunPython.noop, take_out)]
