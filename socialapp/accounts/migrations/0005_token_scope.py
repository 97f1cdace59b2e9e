from django.db import migrations, models


class Migration(migrations.Migration):
    """Tokens from before keep everything they could do."""

    dependencies = [
        ("accounts", "0004_shows_follows"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="scope",
            field=models.CharField(
                default="read write account", editable=False, max_length=60
            ),
        ),
    ]
