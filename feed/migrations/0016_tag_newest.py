"""The newest posts of a tag are found by their number, however many it has."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feed", "0015_comments")]

    operations = [
        # The table between posts and tags has no model that could name its indexes.
        migrations.RunSQL(
            "create index tag_newest on feed_post_tags (tag_id, post_id)",
            "drop index tag_newest",
        )
    ]
