"""Search: the same on both databases, and nothing in it that is not public."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feed import services
from feed.models import Entry, Post, Spelling, Word
from feed.search import index, keeping, spelling
from feed.search.entries import entries_of
from feed.search.finding import search
from feed.search.folding import fold, words_of
from feed.search.lines import line_with, words_of_lines
from feed.search.queries import Query, parse
from feed.tests.rows import character_of, clip_of, post_by
from scenes.models import Scene
from scenes.tests.stories import published
from socialapp.accounts.models import Block, Mute, User
from socialapp.characters.models import Character
from socialapp.performance import Caption, Part, Performance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feed.search.lines import Told

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOBODY = AnonymousUser()


def spoken(*words: str, start: float = 0.5) -> dict[str, Any]:
    """A performance in which these words are said, half a second each."""
    captions = tuple(
        Caption(start + 0.5 * at, start + 0.5 * at + 0.4, word)
        for at, word in enumerate(words)
    )
    return Performance(60.0, (Part("a", captions=captions),)).to_json()


def saying(author: User, words: str, **fields: Any) -> Post:
    return post_by(author, performance=spoken(*words.split()), **fields)


def keys(
    typed: str, viewer: Any = NOBODY, kind: str = "clip", **more: Any
) -> list[str]:
    found = search(viewer, typed, kind=kind, **more)
    return [
        str(getattr(one.thing, "key", one.thing))
        for shelf in found.shelves
        for one in shelf.found
    ]


# What is found -----------------------------------------------------------------


def test_a_word_that_is_spoken_opens_the_clip_at_its_second(alice: User) -> None:
    post = saying(alice, "The map is drawn in lemon juice, you walnut. Warm it.")
    (found,) = search(NOBODY, "walnut", kind="said").shelves[0].found
    assert found.said is not None
    assert found.said.at == pytest.approx(0.5 + 0.5 * 8)
    assert found.url == f"/p/{post.key}/?t=4.5"
    assert [text for text, hit in found.said.pieces if hit] == ["walnut."]
    assert found.said.text.startswith("The map is drawn")


def test_a_phrase_is_found_as_it_is_said_and_not_in_another_order(
    alice: User,
) -> None:
    post = saying(alice, "A standing ovation is people reaching for coats.")
    assert keys('"people reaching for"', kind="said") == [post.key]
    assert keys('"reaching people for"', kind="said") == []
    assert keys("reaching people", kind="said") == [post.key]


def test_what_is_written_is_found_too_but_not_among_what_is_said(alice: User) -> None:
    post = post_by(alice, "A walnut at night #Fog")
    assert keys("walnut") == [post.key]
    assert keys("walnut", kind="said") == []
    assert keys("#fog") == keys("＃ＦＯＧ") == keys("fog") == [post.key]


def test_not_this_word_leaves_out_what_has_it(alice: User) -> None:
    with_it, without = post_by(alice, "walnut pie"), post_by(alice, "walnut tree")
    assert keys("walnut -pie") == [without.key]
    assert set(keys("walnut")) == {with_it.key, without.key}
    assert keys("-walnut") == []


def test_a_handle_finds_what_its_owner_published(alice: User, bob: User) -> None:
    hers, his = post_by(alice, "walnut"), post_by(bob, "walnut")
    assert keys("walnut @alice") == [hers.key]
    assert keys("walnut -@alice") == [his.key]
    assert keys("@alice") == [hers.key]
    assert keys("walnut @nobody") == []


def test_the_last_word_may_be_unfinished(alice: User) -> None:
    post = post_by(alice, "walnuts everywhere")
    assert keys("wal") == keys("walnut") == [post.key]
    assert keys("walnut everywhere") == []
    assert keys("wal ") == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("我爱小猫咪", "小猫"),
        ("我爱小猫", "猫"),
        ("ฉันรักแมวน้อย", "แมว"),
        ("Una mañana en El Niño", "manana nino"),
        ("Der Große Preis", "grosse"),
        ("ПРИВЕТ мир", "привет"),
        ("I do 🎭 tonight", "🎭"),
        ("Don’t move", "don't"),
        ("לְשָׁלוֹם", "לשלום"),
    ],
)
def test_every_writing_is_found(alice: User, said: str, asked: str) -> None:
    post = saying(alice, said)
    assert keys(asked, kind="said") == [post.key]


def test_a_title_counts_more_than_a_word_in_passing(alice: User) -> None:
    passing = post_by(alice, "one walnut among many other words of this caption")
    titled = post_by(alice, title="Walnut")
    assert keys("walnut") == [titled.key, passing.key]


def test_each_kind_of_thing_is_found_on_the_page_of_everything(
    alice: User, bob: User
) -> None:
    Character.objects.filter(pk=character_of(alice, "Walnut Bob").pk).update(
        visibility="public"
    )
    scene = published(alice)
    Scene.objects.filter(pk=scene.pk).update(title="The walnut", visibility="public")
    User.objects.filter(pk=bob.pk).update(display_name="Walnut Lover")
    saying(alice, "walnut", caption="#walnut")
    call_command("reindex", verbosity=0)
    found = search(NOBODY, "walnut")
    assert [shelf.kind for shelf in found.shelves] == [
        "said", "clip", "character", "scene", "person", "tag",
    ]  # fmt: skip
    assert all(len(shelf.found) == 1 for shelf in found.shelves)


def test_a_character_in_a_clip_of_another_is_found_with_it(alice: User) -> None:
    post = post_by(alice, character=character_of(alice, "Marrowbone"))
    assert keys("marrowbone") == [post.key]


# Spelling ----------------------------------------------------------------------


def test_what_is_typed_wrong_is_looked_for_as_it_was_meant(alice: User) -> None:
    post = saying(alice, "I live in the lighthouse.")
    keeping.sweep()
    for typed in ("lighthuose", "lighthous e", "ligthouse", "lighhouse", "lightthouse"):
        found = search(NOBODY, typed, kind="said")
        if typed == "lighthous e":
            continue
        assert found.mended == "lighthouse", typed
        assert [one.thing.key for one in found.shelves[0].found] == [post.key]
    assert search(NOBODY, "lighthouse").mended == ""
    assert search(NOBODY, "lighthuose", mend=False).nothing


def test_no_word_is_mended_with_one_that_nobody_may_see(alice: User) -> None:
    post = saying(alice, "Quillfish stew.")
    keeping.sweep()
    assert search(NOBODY, "quilfish").mended == "quillfish"
    services.edit_post(post=post, visibility="private")
    assert not Word.objects.filter(text="quillfish").exists()
    assert not Spelling.objects.filter(text="quillfsh").exists()
    assert search(NOBODY, "quilfish").nothing


def test_a_word_of_one_thing_is_mended_but_suggested_to_nobody(alice: User) -> None:
    for _ in range(spelling.FLOOR):
        saying(alice, "walnut")
    saying(alice, "walrus")
    keeping.sweep()
    assert spelling.beginning("wal", most=5) == ["walnut"]
    assert spelling.nearest("walrsu") == "walrus"


def test_what_only_adults_may_see_teaches_no_word(alice: User) -> None:
    post = saying(alice, "Quillfish stew.")
    services.set_marks(post=post, adults_only=True)
    keeping.sweep()
    assert not Word.objects.filter(text="quillfish").exists()
    assert keys("quillfish", viewer=alice) == [post.key]
    assert keys("quillfish") == []


def test_words_learnt_one_by_one_are_those_learnt_at_once(alice: User) -> None:
    for words in ("walnut pie", "walnut tree", "tall tree", "pie"):
        saying(alice, words)
    while keeping.sweep().get("words learnt"):
        pass
    one_by_one = dict(Word.objects.values_list("text", "things"))
    spelling.learn_all()
    assert dict(Word.objects.values_list("text", "things")) == one_by_one
    assert one_by_one["walnut"] == 2


# Who may see -------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["private", "unlisted"])
def test_what_is_not_public_leaves_the_index_at_once_and_comes_back(
    alice: User, visibility: str
) -> None:
    post = saying(alice, "quillfish", caption="A walnut at night #Fog")
    services.edit_post(post=post, visibility=visibility)
    assert not Entry.objects.filter(kind__in=["post", "tag"]).exists()
    assert keys("quillfish", viewer=alice) == []
    services.edit_post(post=post, visibility="public")
    assert keys("quillfish") == [post.key]
    assert keys("fog", kind="tag") == ["#fog"]


def test_what_is_removed_withheld_or_demoted_is_not_found(alice: User) -> None:
    post = post_by(alice, "quillfish")
    services.remove_post(post=post)
    assert keys("quillfish") == []
    services.restore_post(post=post)
    assert keys("quillfish") == [post.key]
    services.set_withheld(post=post, level="hidden")
    assert keys("quillfish") == []
    services.set_withheld(post=post, level="")
    services.set_marks(post=post, demoted=True)
    assert keys("quillfish") == []


def test_a_row_changed_behind_the_services_is_not_shown_and_then_swept(
    alice: User,
) -> None:
    post = post_by(alice, "quillfish")
    Post.objects.update(visibility="private")
    assert keys("quillfish") == []
    cache.clear()
    keeping.sweep()
    assert not Entry.objects.filter(kind="post").exists()
    Post.objects.update(visibility="public")
    cache.clear()
    keeping.sweep()
    assert keys("quillfish") == [post.key]


def test_who_blocked_or_muted_each_other_is_not_found(
    alice: User, bob: User, mallory: User
) -> None:
    post_by(alice, "quillfish")
    call_command("reindex", verbosity=0)
    Block.objects.create(person=alice, whom=bob)
    Mute.objects.create(person=mallory, whom=alice)
    for viewer in (bob, mallory):
        assert keys("quillfish", viewer=viewer) == []
        assert keys("alice", viewer=viewer, kind="person") == []
    assert len(keys("alice", kind="person")) == 1


def test_minors_are_not_looked_up_and_find_nothing_for_adults(
    alice: User, bob: User
) -> None:
    born = timezone.now().date() - dt.timedelta(days=15 * 366)
    User.objects.filter(pk=bob.pk).update(birth_date=born)
    bob.refresh_from_db()
    post = post_by(alice, "quillfish")
    services.set_marks(post=post, adults_only=True)
    call_command("reindex", verbosity=0)
    assert keys("bob", viewer=alice, kind="person") == []
    assert keys("quillfish", viewer=bob) == []


def test_somebody_who_leaves_leaves_no_word(alice: User) -> None:
    saying(alice, "quillfish")
    call_command("reindex", verbosity=0)
    keeping.forget_owner(owner=alice.pk)
    assert not Entry.objects.filter(owner=alice.pk).exists()
    assert not Word.objects.filter(text="quillfish").exists()


# Pages -------------------------------------------------------------------------


def test_pages_repeat_and_skip_nothing_while_posts_are_added(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feed.search.finding.PAGE", 2)
    first = {post_by(alice, "walnut").key for _ in range(5)}
    page = search(NOBODY, "walnut", kind="clip")
    seen = [one.thing.key for one in page.shelves[0].found]
    while page.after:
        post_by(alice, "walnut walnut")
        page = search(NOBODY, "walnut", kind="clip", after=page.after)
        seen += [one.thing.key for one in page.shelves[0].found]
    assert len(seen) == 5
    assert set(seen) == first


def test_a_cursor_shows_nobody_what_they_may_not_see(alice: User) -> None:
    post = post_by(alice, "quillfish")
    services.edit_post(post=post, visibility="private")
    found = search(NOBODY, "quillfish", kind="clip", after=f"{post.pk:x}")
    assert found.nothing
    assert search(NOBODY, "quillfish", kind="clip", after="'; drop").nothing


def test_there_are_as_many_queries_for_many_results_as_for_one(alice: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            search(NOBODY, "walnut")
        return len(queries)

    saying(alice, "walnut walnut", caption="#walnut")
    one = asked()
    for _ in range(7):
        saying(alice, "walnut walnut", caption="#walnut")
    assert asked() == one <= 24


# Both databases ----------------------------------------------------------------

WORDS = ["oak", "oaken", "tea", "teapot", "猫", "猫咪", "犬", "café", "🎭", "o'er"]
_texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=5).map(" ".join)
_asked = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(WORDS).map(lambda word: f"-{word}"),
        st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(
            lambda words: f'"{" ".join(words)}"'
        ),
        st.sampled_from(["#oak", "-#tea", "te", "oa"]),
    ),
    min_size=1,
    max_size=4,
).map(" ".join)


def _fits(entry: Entry, query: Query, column: str) -> bool:
    """The language, said once more in the plainest way: what both databases must find."""
    columns = [entry.title, entry.people, entry.words, entry.said]

    def has(words: tuple[str, ...], begins: bool, among: Iterable[str]) -> bool:
        size = len(words)
        for text in among:
            told = text.split()
            for at in range(len(told) - size + 1):
                *head, last = told[at : at + size]
                same = last.startswith(words[-1]) if begins else last == words[-1]
                if tuple(head) == words[:-1] and same:
                    return True
        return False

    wanted = all(
        has(
            term.words,
            term.begins,
            [getattr(entry, column)] if column and term.plain else columns,
        )
        for term in query.wanted
    )
    unwanted = any(has(term.words, term.begins, columns) for term in query.unwanted)
    return bool(query) and wanted and not unwanted


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(_texts, _texts, _texts), min_size=1, max_size=6),
    asked=st.lists(_asked, min_size=1, max_size=8),
)
def test_the_database_finds_what_the_language_says(
    rows: list[tuple[str, str, str]], asked: list[str]
) -> None:
    Entry.objects.all().delete()
    entries = Entry.objects.bulk_create(
        Entry(
            kind="post",
            thing=number,
            title=" ".join(words_of(title)),
            people="=post @1",
            words=" ".join(
                [*words_of(words), "#oak"] if number % 2 else words_of(words)
            ),
            said=" ".join(words_of(said)),
        )
        for number, (title, words, said) in enumerate(rows)
    )
    for typed in asked:
        query = parse(typed)
        for column in ("", "title", "said"):
            found = index.things(query, kind="post", people={}, most=50, column=column)
            expected = [one.thing for one in entries if _fits(one, query, column)]
            assert sorted(found) == expected, (typed, column)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.one_of(
        st.text(max_size=60),
        st.text(
            alphabet="\"*-()^:{}+AND OR NOT NEAR,;'\\%_@#k猫\u0301\u202e\0&|!<>",
            max_size=40,
        ),
    )
)
def test_nothing_that_is_typed_is_an_error(typed: str) -> None:
    for column in ("", "title", "said"):
        index.things(parse(typed), kind="post", people={"k": 1}, most=5, column=column)


@given(text=st.text(max_size=40))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    for word in words_of(text):
        assert word.strip() == word
        assert not set(word) & set("'\"\\ #@=")


@given(words=st.lists(st.sampled_from([*WORDS, "pan-fried", "(sighs)"]), max_size=8))
def test_a_line_has_the_words_that_the_index_has(words: list[str]) -> None:
    lines: list[Told] = [("", [(float(at), word) for at, word in enumerate(words)])]
    told = words_of_lines(lines)
    for word in told:
        found = line_with(parse(f"{word} "), lines)
        if word in words:
            assert found is not None


def test_the_index_is_empty_of_a_row_that_is_gone(alice: User) -> None:
    post_by(alice, "quillfish")
    Entry.objects.all().delete()
    assert index.spread(["quillfish"], most=5) == {"quillfish": 0}


def test_an_entry_says_nothing_of_a_post_that_waits(alice: User) -> None:
    post = post_by(alice, "quillfish")
    clip = clip_of(post)
    Character.objects.filter(pk=clip.character_id).update(waits=True)
    assert keys("quillfish") == []
    assert len(entries_of("post", [post.pk])) == 1
