from django.db import migrations

COLUMNS = "title, people, words, said"

# The words are folded and parted by feed.search.folding, the same for both databases.
# The ascii tokenizer parts at what is neither a letter nor beyond ASCII: at our spaces.
SQLITE = [
    f"""
    CREATE VIRTUAL TABLE feed_found USING fts5(
        {COLUMNS}, content='feed_entry', content_rowid='id',
        tokenize="ascii tokenchars '#@='", prefix='2 3 4'
    )
    """,
    f"""
    CREATE TRIGGER feed_found_added AFTER INSERT ON feed_entry BEGIN
        INSERT INTO feed_found(rowid, {COLUMNS})
        VALUES (new.id, new.title, new.people, new.words, new.said);
    END
    """,
    f"""
    CREATE TRIGGER feed_found_gone AFTER DELETE ON feed_entry BEGIN
        INSERT INTO feed_found(feed_found, rowid, {COLUMNS})
        VALUES ('delete', old.id, old.title, old.people, old.words, old.said);
    END
    """,
    f"""
    CREATE TRIGGER feed_found_changed AFTER UPDATE OF {COLUMNS} ON feed_entry BEGIN
        INSERT INTO feed_found(feed_found, rowid, {COLUMNS})
        VALUES ('delete', old.id, old.title, old.people, old.words, old.said);
        INSERT INTO feed_found(rowid, {COLUMNS})
        VALUES (new.id, new.title, new.people, new.words, new.said);
    END
    """,
]

# Written as the text form of a tsvector: to_tsvector() would part the words again.
# Columns are far apart, so that no phrase reaches from one into the next.
POSTGRES = [
    "ALTER TABLE feed_entry ADD COLUMN vector tsvector NOT NULL DEFAULT ''",
    """
    CREATE FUNCTION feed_entry_vector() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.vector := (
            SELECT coalesce(
                string_agg('''' || word || ''':' || place || label, ' '), ''
            )::tsvector
            FROM (
                SELECT word, place, 'A' AS label
                FROM unnest(string_to_array(NEW.title, ' '))
                    WITH ORDINALITY AS one(word, place)
                UNION ALL
                SELECT word, place + 1000, 'B'
                FROM unnest(string_to_array(NEW.people, ' '))
                    WITH ORDINALITY AS one(word, place)
                UNION ALL
                SELECT word, place + 2000, 'C'
                FROM unnest(string_to_array(NEW.words, ' '))
                    WITH ORDINALITY AS one(word, place)
                UNION ALL
                SELECT word, place + 4000, 'D'
                FROM unnest(string_to_array(NEW.said, ' '))
                    WITH ORDINALITY AS one(word, place)
            ) AS told
            WHERE word <> ''
        );
        RETURN NEW;
    END
    $$
    """,
    f"""
    CREATE TRIGGER feed_entry_words BEFORE INSERT OR UPDATE OF {COLUMNS}
    ON feed_entry FOR EACH ROW EXECUTE FUNCTION feed_entry_vector()
    """,
    "CREATE INDEX feed_entry_found ON feed_entry USING gin (vector)",
]

BACK = {
    "sqlite": [
        "DROP TRIGGER feed_found_changed",
        "DROP TRIGGER feed_found_gone",
        "DROP TRIGGER feed_found_added",
        "DROP TABLE feed_found",
    ],
    "postgresql": [
        "DROP INDEX feed_entry_found",
        "DROP TRIGGER feed_entry_words ON feed_entry",
        "DROP FUNCTION feed_entry_vector()",
        "ALTER TABLE feed_entry DROP COLUMN vector",
    ],
}


def make(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRES}[vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in BACK[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """A later migration that makes SQLite copy feed_entry (it does so to alter a column)
    loses these triggers: run `drop` before it and `make` after it."""

    dependencies = [("feed", "0009_finding")]

    operations = [migrations.RunPython(make, drop)]
