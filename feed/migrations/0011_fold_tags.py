from django.db import migrations

from feed import hashtags


def fold(apps, schema_editor):
    """Tags that are one tag become one. Which of them a post had is not kept: its caption
    still says it as it was written, so there is nothing to undo."""
    Tag = apps.get_model("feed", "Tag")
    through = Tag._meta.apps.get_model("feed", "Post").tags.through
    named = {}
    for tag in Tag.objects.order_by("pk").iterator():
        named.setdefault(hashtags.folded(tag.name), []).append(tag)
    for name, same in named.items():
        if not name:
            # Invisible, or digits alone: never a tag by today's rules.
            Tag.objects.filter(pk__in=[tag.pk for tag in same]).delete()
            continue
        kept = next((tag for tag in same if tag.name == name), same[0])
        for tag in same:
            if tag.pk == kept.pk:
                continue
            posts = through.objects.filter(tag_id=tag.pk)
            there = through.objects.filter(tag_id=kept.pk).values("post_id")
            posts.filter(post_id__in=list(there.values_list("post_id", flat=True))).delete()
            posts.update(tag_id=kept.pk)
            tag.delete()
        if kept.name != name:
            kept.name = name
            kept.save(update_fields=["name"])


class Migration(migrations.Migration):

    dependencies = [("feed", "0010_full_text")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
