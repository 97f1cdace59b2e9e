"""The queue and the case page backstage: what they show, do, count and refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from moderation import services
from moderation.models import Case, Decision, Exposure, LogEntry
from moderation.wordings import WORDINGS

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from moderation.tests.conftest import Card, MakePerson, Table
    from socialapp.accounts.models import User

QUEUE = "/admin/moderation/case/"
WHY = {
    "measure": "hide",
    "rule": "4.2",
    "reason": "It threatens a person by name.",
    "do": "decide",
}


@pytest.fixture
def case(card: Card, alice: User) -> Case:
    return services.report_subject(
        kind="card",
        key="one",
        reporter=alice,
        category="harassment",
        note="He wrote it to me.",
    ).case


@pytest.fixture
def desk(mod: User, client_of: ClientOf) -> Client:
    """A browser with a moderator in it."""
    return client_of(mod)


def page(case: Case) -> str:
    return f"{QUEUE}{case.pk}/change/"


def press(desk: Client, case: Case, **fields: str) -> Any:
    return desk.post(page(case), fields, follow=True)


@pytest.mark.django_db
def test_the_queue_holds_every_kind_in_one_list(
    table: Table, mallory: User, alice: User, desk: Client
) -> None:
    table.lay("c", mallory)
    services.report_subject(kind="card", key="c", reporter=alice, category="spam")
    services.report_subject(
        kind="profile", key="mallory", reporter=alice, category="hate"
    )
    shown = desk.get(QUEUE).content.decode()
    assert "@mallory" in shown
    assert "I know where you live" in shown
    assert shown.index(">hate<") < shown.index(">spam<")


@pytest.mark.django_db
def test_the_queue_shows_what_waits_unless_asked_otherwise(
    case: Case, desk: Client, mod: User
) -> None:
    assert "I know where you live" in desk.get(QUEUE).content.decode()
    services.decide_case(case=case, moderator=mod, measure="none")
    assert "I know where you live" not in desk.get(QUEUE).content.decode()
    for show, there in (("done", True), ("all", True), ("mine", False), ("due", False)):
        found = (
            "I know where you live" in desk.get(f"{QUEUE}?show={show}").content.decode()
        )
        assert found is there, show


@pytest.mark.django_db
def test_the_queue_is_searched_and_filtered(case: Case, desk: Client) -> None:
    for query in ("q=know+where", "q=mallory", "q=wrote+it", "kind=card"):
        assert "I know where you live" in desk.get(f"{QUEUE}?{query}").content.decode()
    assert "I know where you live" not in desk.get(f"{QUEUE}?q=hamlet").content.decode()


@pytest.mark.django_db
def test_the_queue_costs_the_same_for_one_case_and_for_thirty(
    case: Case,
    table: Table,
    mallory: User,
    desk: Client,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(30):
        table.lay(f"c{number}", mallory)
        services.open_case(kind="card", key=f"c{number}", category="spam", hold=False)
    with django_assert_max_num_queries(14):
        desk.get(QUEUE)


@pytest.mark.django_db
def test_the_page_sets_what_was_reported_beside_what_it_says_now(
    case: Case, card: Card, desk: Client
) -> None:
    card.words = "Good evening to you"
    shown = desk.get(page(case)).content.decode()
    for words in ("I know where you live", "Good evening to you", "He wrote it to me."):
        assert words in shown


@pytest.mark.django_db
def test_pictures_are_blurred_and_a_look_is_counted(
    case: Case, desk: Client, mod: User
) -> None:
    shown = desk.get(page(case)).content.decode()
    assert 'class="desk-media" data-blurred' in shown
    assert 'src="/media/cards/one.png"' in shown
    press(desk, case, do="reveal")
    today = Exposure.objects.get(moderator=mod)
    assert (today.cases, today.revealed) == (2, 1)


@pytest.mark.django_db
def test_a_claim_is_seen_by_the_others(
    case: Case, desk: Client, second: User, client_of: ClientOf
) -> None:
    press(desk, case, do="claim")
    other = client_of(second)
    assert "claimed by @mona" in other.get(page(case)).content.decode()
    assert "@mona" in other.get(QUEUE).content.decode()
    answer = press(other, case, **WHY)
    assert "@mona has this case" in answer.content.decode()
    press(desk, case, do="release")
    assert "claimed by" not in other.get(page(case)).content.decode()


@pytest.mark.django_db
def test_a_decision_goes_on_to_the_next_case_and_can_be_undone(
    case: Case, table: Table, card: Card, mallory: User, desk: Client
) -> None:
    table.lay("two", mallory, words="The next one")
    following = services.open_case(kind="card", key="two", category="spam", hold=False)
    answer = press(desk, case, **WHY)
    assert answer.redirect_chain[-1][0] == page(following)
    assert "Undo" in answer.content.decode()
    assert card.shown == "hidden"
    press(desk, case, do="undo", decision=Decision.objects.get().key)
    assert card.shown == "yes"


@pytest.mark.django_db
def test_the_last_case_leads_to_an_empty_queue(case: Case, desk: Client) -> None:
    answer = press(desk, case, do="leave")
    assert answer.redirect_chain[-1][0] == QUEUE
    assert "The queue is empty" in answer.content.decode()


@pytest.mark.django_db
def test_a_decision_without_facts_is_refused_on_the_page(
    case: Case, desk: Client
) -> None:
    answer = press(desk, case, **WHY | {"reason": ""})
    assert "Tell the author the facts" in answer.content.decode()
    answer = press(desk, case, do="dance")
    assert "does not know what to do" in answer.content.decode()
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_a_moderator_without_the_labels_right_gets_403_and_is_logged(
    case: Case, desk: Client
) -> None:
    answer = press(desk, case, **WHY | {"measure": "label", "label": "Harsh"})
    assert answer.status_code == 403
    assert "may not set labels" in answer.content.decode()
    assert LogEntry.objects.filter(action="role.refuse").exists()


@pytest.mark.django_db
def test_the_first_moderator_gets_403_on_the_appeal_and_the_second_decides(
    case: Case, mallory: User, desk: Client, second: User, client_of: ClientOf
) -> None:
    press(desk, case, **WHY)
    made = Decision.objects.get()
    services.appeal_decision(
        statement=made.statement, appellant=mallory, text="It is a quote."
    )
    assert "Appealed" in desk.get(QUEUE).content.decode()
    verdict = {"do": "appeal", "outcome": "upheld", "reason": "It is a quote."}
    assert press(desk, case, **verdict).status_code == 403
    other = client_of(second)
    press(other, case, do="ask", text="Which play?")
    assert "Which play?" in other.get(page(case)).content.decode()
    assert press(other, case, **verdict).status_code == 200
    assert Decision.objects.get(pk=made.pk).undone_by == second


@pytest.mark.django_db
def test_twenty_are_taken_at_a_stroke_and_put_back(
    table: Table, mallory: User, desk: Client
) -> None:
    for number in range(20):
        table.lay(f"c{number}", mallory)
        services.open_case(kind="card", key=f"c{number}", category="spam", hold=False)
    chosen = {
        "action": "spam-remove",
        "_selected_action": list(Case.objects.values_list("pk", flat=True)),
    }
    answer = desk.post(QUEUE, chosen, follow=True).content.decode()
    assert "20 decided." in answer
    assert {card.shown for card in table.cards.values()} == {"removed"}
    batch = Decision.objects.values_list("batch", flat=True).distinct().get()
    undo = reverse("admin:moderation_undo", args=[batch])
    assert undo in answer
    assert desk.get(undo).status_code == 403
    assert "20 undone" in desk.post(undo, follow=True).content.decode()
    assert {card.shown for card in table.cards.values()} == {"yes"}


@pytest.mark.django_db
def test_notes_are_read_by_the_next_moderator(
    case: Case, desk: Client, second: User, client_of: ClientOf
) -> None:
    press(desk, case, do="note", text="Second time this week.")
    other = client_of(second).get(page(case)).content.decode()
    assert "Second time this week." in other


@pytest.mark.django_db
def test_words_of_people_are_shown_and_not_run(
    table: Table, mallory: User, alice: User, desk: Client
) -> None:
    evil = "<script>alert(1)</script>"
    table.lay("evil", mallory, words=evil)
    case = services.report_subject(
        kind="card", key="evil", reporter=alice, category="other", note=evil
    ).case
    shown = desk.get(page(case)).content.decode() + desk.get(QUEUE).content.decode()
    assert evil not in shown
    assert "&lt;script&gt;" in shown
    assert evil not in press(desk, case, do="leave").content.decode()


# Doors -----------------------------------------------------------------------


@pytest.mark.django_db
def test_people_and_staff_without_a_role_get_nowhere(
    case: Case, alice: User, person: MakePerson, client_of: ClientOf
) -> None:
    clerk = person("clerk", "Labels")
    for client, status in ((client_of(alice), 302), (client_of(clerk), 403)):
        assert client.get(QUEUE).status_code == status
        assert client.get(page(case)).status_code == status
        assert client.post(page(case), WHY).status_code == status
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_a_moderator_can_neither_promote_anyone_nor_touch_the_log(
    case: Case, alice: User, desk: Client
) -> None:
    entry = LogEntry.objects.first()
    assert entry is not None
    assert desk.get("/admin/moderation/logentry/").status_code == 200
    change = f"/admin/moderation/logentry/{entry.pk}/change/"
    assert desk.get(change).status_code == 200
    assert desk.post(change, {"action": "case.close"}).status_code == 403
    assert (
        desk.post(
            f"/admin/moderation/logentry/{entry.pk}/delete/", {"post": "yes"}
        ).status_code
        == 403
    )
    assert desk.get("/admin/moderation/logentry/add/").status_code == 403
    promote = f"/admin/accounts/user/{alice.pk}/change/"
    assert desk.post(promote, {"is_staff": "on"}).status_code == 403
    assert desk.get("/admin/auth/group/").status_code == 403
    sidebar = desk.get(QUEUE).content.decode()
    assert "/admin/accounts/user/" not in sidebar


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["case", "appeal", "report", "decision", "statement", "logentry"],
)
def test_every_record_opens(
    case: Case, desk: Client, mod: User, mallory: User, name: str
) -> None:
    made = services.decide_case(
        case=case,
        moderator=mod,
        measure="hide",
        rule="4.2",
        reason="It threatens a person by name.",
    )
    services.appeal_decision(
        statement=made.statement, appellant=mallory, text="It is a quote."
    )
    url = f"/admin/moderation/{name}/"
    assert desk.get(f"{url}?show=all" if name == "case" else url).status_code == 200


def test_every_wording_is_enough_for_a_decision() -> None:
    assert len({one.id for one in WORDINGS}) == len(WORDINGS)
    for one in WORDINGS:
        assert one.rule
        assert 10 <= len(one.text) <= 500
