import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0003_facts_have_owners")]

    operations = [
        migrations.AlterField(
            model_name='fact',
            name='about',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='remembered', to='chat.participant'),
        ),
    ]
