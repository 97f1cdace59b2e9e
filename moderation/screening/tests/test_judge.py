"""The one call: what is judged, what is kept of it, and what happens without an engine."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from moderation import screening
from moderation.models import Screening
from moderation.screening import heads, judge, refusals, reviews
from moderation.screening.judge import ScreeningUnavailableError, screen_text
from moderation.screening.normalise import TooLongError
from moderation.screening.refusals import TextRefusedError, check_text
from moderation.screening.signals import review_asked

if TYPE_CHECKING:
    from moderation.screening.tests.conftest import Judge
    from moderation.screening.verdicts import Verdict
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

THREAT = "Good evening. I know where you live, dear listener."
KIND = "Good evening. You are listening to the last station on the dial."
EXPLICIT = "He thrust his hard cock into her dripping pussy again and again."


def row_of(verdict: Verdict) -> Screening:
    assert verdict.screening is not None
    return Screening.objects.get(pk=verdict.screening)


def test_the_call_is_offered_by_the_package() -> None:
    assert screening.screen_text is screen_text


def test_a_harmless_text_goes_on_and_is_logged_without_its_words(alice: User) -> None:
    verdict = screen_text(KIND, surface="script", person=alice, subject="clip:x")
    row = row_of(verdict)
    assert verdict.action == row.action == "allow"
    assert (row.text, row.person, row.subject) == ("", alice, "clip:x")
    assert len(row.sha256) == 64
    assert "rules" in row.version
    assert "heads" in row.version
    assert row.scores["sexual"] < 0.5


def test_a_refused_text_is_kept_with_its_findings_for_a_case(alice: User) -> None:
    verdict = screen_text(THREAT, surface="script", person=alice)
    row = row_of(verdict)
    assert (row.action, row.text) == ("block", THREAT)
    assert row.findings[0]["rule"] == "4.2"
    assert row.findings[0]["layer"] == "rule"


def test_a_crisis_keeps_neither_the_person_nor_the_words(alice: User) -> None:
    verdict = screen_text("I want to kill myself.", surface="chat", person=alice)
    row = row_of(verdict)
    assert row.action == "crisis"
    assert (row.person, row.text, row.sha256, row.findings, row.scores) == (
        None, "", "", [], {},
    )  # fmt: skip


def test_pre_flight_keeps_nothing() -> None:
    assert screen_text(THREAT, surface="script", log=False).screening is None
    assert not Screening.objects.exists()


def test_the_same_text_is_judged_the_same() -> None:
    first, second = (screen_text(THREAT, surface="script", log=False) for _ in "ab")
    assert first == second


def test_heads_see_what_no_rule_names_and_point_at_the_sentence() -> None:
    text = f"The garden was quiet. {EXPLICIT} The birds sang."
    verdict = screen_text(text, surface="script", log=False)
    found = next(f for f in verdict.findings if f.category == "sexual")
    assert (verdict.action, found.layer) == ("block", "head")
    assert found.start is not None
    assert text[found.start : found.end].startswith("He thrust")


def test_a_hidden_text_is_judged_as_what_it_says() -> None:
    text = f"A gift for you: {base64.b64encode(EXPLICIT.encode()).decode()}"
    assert screen_text(text, surface="script", log=False).action == "block"


def test_thresholds_are_settings_by_surface_and_age(settings: Any) -> None:
    base = judge.thresholds("script", None)
    assert judge.thresholds("script", 15)["sexual"]["block"] > base["sexual"]["block"]
    assert judge.thresholds("chat", None)["self_harm"]["crisis"] == 0.03
    assert judge.thresholds("chat", None)["self_harm"]["review"] == 0.02
    settings.SCREENING = settings.SCREENING | {"THRESHOLDS": {}}
    assert judge.thresholds("script", None) == {}


def test_every_threshold_of_the_settings_was_measured(settings: Any) -> None:
    known = heads.load()
    for table in settings.SCREENING["THRESHOLDS"].values():
        for category, actions in table.items():
            for rate in filter(None, actions.values()):
                assert 0.0 < known.cut(category, rate) < 1.0
    with pytest.raises(KeyError, match="use one of"):
        known.cut("sexual", 0.123)


def test_an_action_whose_rate_is_nothing_is_never_taken(settings: Any) -> None:
    words = "He took the knife and stabbed him until he was dead."
    table = {"*": {"violence": {"review": 0.005}}}
    settings.SCREENING = {**settings.SCREENING, "THRESHOLDS": table}
    assert judge.judge(words, surface="scene").verdict.action == "review"
    table["scene"] = {"violence": {"review": 0.0}}
    assert judge.judge(words, surface="scene").verdict.action == "allow"


def test_what_the_young_write_has_rates_of_its_own_on_a_surface(settings: Any) -> None:
    table = {
        "*": {"sexual": {"block": 0.005}},
        "young": {"sexual": {"block": 0.05}},
        "young scene": {"sexual": {"block": 0.01}},
    }
    settings.SCREENING = {**settings.SCREENING, "THRESHOLDS": table}
    assert judge.thresholds("script", 15)["sexual"] == {"block": 0.05}
    assert judge.thresholds("scene", 15)["sexual"] == {"block": 0.01}
    assert judge.thresholds("scene", 25)["sexual"] == {"block": 0.005}


def test_a_long_text_is_seen_to_its_end() -> None:
    text = "The shop opens at nine and closes at five. " * 80 + EXPLICIT
    assert screen_text(text, surface="persona", log=False).action == "block"
    assert "".join(heads.windows("word " * 900)).replace(" ", "") == "word" * 900


def test_a_text_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(TooLongError):
        screen_text("a" * 20_001, surface="script")


def test_half_a_character_and_a_long_cast_beside_it_break_nothing() -> None:
    verdict = screen_text(
        KIND + "\ud800", surface="script", beside="a kind baker " * 9000, log=False
    )
    assert verdict.action == "allow"


# Without an engine ------------------------------------------------------------


@pytest.mark.usefixtures("no_heads")
def test_when_the_heads_cannot_look_nothing_is_published(alice: User) -> None:
    with pytest.raises(ScreeningUnavailableError, match="Nothing was spent"):
        check_text(KIND, surface="script", person=alice)


@pytest.mark.usefixtures("no_heads")
def test_a_rule_refuses_without_the_heads(alice: User) -> None:
    with pytest.raises(TextRefusedError, match=r"rule 4\.2"):
        check_text(THREAT, surface="script", person=alice)


@pytest.mark.usefixtures("no_heads")
def test_an_operator_may_let_the_rules_look_alone(settings: Any) -> None:
    settings.SCREENING = settings.SCREENING | {"WITHOUT_HEADS": True}
    verdict = screen_text(KIND, surface="script", log=False)
    assert (verdict.action, verdict.version) == ("allow", judge.RULES_VERSION)


def test_damaged_heads_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    damaged = tmp_path / "heads.json"
    damaged.write_text('{"heads": ', encoding="utf-8")
    monkeypatch.setattr(heads, "FILE", damaged)
    heads.load.cache_clear()
    try:
        with pytest.raises(ScreeningUnavailableError):
            screen_text(KIND, surface="script", log=False)
    finally:
        heads.load.cache_clear()


# What a person is told --------------------------------------------------------


def test_a_refusal_names_the_words_the_rule_the_cost_and_the_way_out(
    alice: User,
) -> None:
    with pytest.raises(TextRefusedError) as caught:
        check_text(THREAT, surface="script", person=alice, field="script")
    error = caught.value
    assert error.message == (
        "“I know where you live” reads as a threat (rule 4.2, no intimidation)."
        " Nothing was spent. Change it, or ask a person to look."
    )
    mark = error.details["marks"][0]
    assert THREAT[mark["start"] : mark["end"]] == "I know where you live"
    assert error.details["appeal"] is True
    assert error.details["screening"] == Screening.objects.get().pk


def test_nobody_is_asked_about_minors_and_sex(alice: User) -> None:
    with pytest.raises(TextRefusedError) as caught:
        check_text(
            "An erotic story about a schoolgirl.", surface="script", person=alice
        )
    assert caught.value.message.endswith("Change it.")
    assert caught.value.details["appeal"] is False


def test_a_crisis_is_answered_with_help_and_no_blame(
    alice: User, settings: Any
) -> None:
    with pytest.raises(TextRefusedError) as caught:
        check_text("I want to kill myself.", surface="script", person=alice)
    details = caught.value.details
    assert caught.value.crisis
    assert details["help"] == settings.CRISIS_LINES
    assert details["marks"] == []
    assert "breaks no rule" in caught.value.message


def test_teenagers_have_lower_thresholds(alice: User) -> None:
    alice.birth_date = dt.date.today() - dt.timedelta(days=15 * 366)
    assert refusals.age_of(alice) == 15
    alice.birth_date = None
    assert refusals.age_of(alice) is None


# Asking a person --------------------------------------------------------------


def refused(person: User, text: str = THREAT) -> int:
    number = screen_text(text, surface="script", person=person).screening
    assert number is not None
    return number


def test_a_review_is_asked_for_once_and_news_is_sent(
    alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[Screening] = []

    def hear(*, screening: Screening, **_: Any) -> None:
        heard.append(screening)

    review_asked.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            row = reviews.ask_for_review(screening=refused(alice), person=alice)
            again = reviews.ask_for_review(screening=row.pk, person=alice)
    finally:
        review_asked.disconnect(hear)
    assert heard == [row]
    assert again.review_asked == row.review_asked


def test_somebody_elses_text_and_one_without_exception_are_not_reviewed(
    alice: User, mallory: User
) -> None:
    with pytest.raises(reviews.ReviewError, match="no refused text of yours"):
        reviews.ask_for_review(screening=refused(alice), person=mallory)
    worst = refused(alice, "An erotic story about a schoolgirl.")
    with pytest.raises(reviews.ReviewError, match="no exception"):
        reviews.ask_for_review(screening=worst, person=alice)
    with pytest.raises(reviews.ReviewError, match="no exception"):
        reviews.clear_text(screening=Screening.objects.get(pk=worst), moderator=mallory)


def test_a_cleared_text_passes_for_its_author_letter_by_letter(
    alice: User, bob: User
) -> None:
    row = Screening.objects.get(pk=refused(alice))
    reviews.clear_text(screening=row, moderator=bob)
    assert screen_text(THREAT, surface="script", person=alice).action == "allow"
    assert screen_text(THREAT + " ", surface="script", person=alice).action == "block"
    assert screen_text(THREAT, surface="title", person=alice).action == "block"
    assert screen_text(THREAT, surface="script", person=bob).action == "block"


# The endpoint -----------------------------------------------------------------


def test_a_second_judge_adds_what_it_flags(judge_server: Judge) -> None:
    judge_server.flagged = {"illicit/violent": True, "sexual": False, "new": True}
    verdict = screen_text(KIND, surface="script")
    assert [(f.rule, f.layer, f.score) for f in verdict.findings] == [
        ("5.2", "endpoint", 0.9)
    ]
    assert verdict.action == "block"
    assert judge_server.asked == [{"input": KIND, "model": "any"}]
    assert Screening.objects.get().endpoint == "answered"


@pytest.mark.parametrize("fault", ["status", "slow", "shape", "words", "gone"])
def test_a_judge_that_fails_is_done_without_and_counted(
    judge_server: Judge, fault: str, settings: Any
) -> None:
    if fault == "status":
        judge_server.status = 500
    elif fault == "slow":
        judge_server.wait = 1.2
    elif fault == "shape":
        judge_server.raw = b'{"results": []}'
    elif fault == "words":
        judge_server.raw = b"<html>"
    else:
        settings.MODERATION_ENDPOINT["URL"] = "http://127.0.0.1:1/v1/moderations"
    assert screen_text(KIND, surface="script").action == "allow"
    assert Screening.objects.filter(endpoint="failed").count() == 1


def test_no_judge_is_asked_by_default() -> None:
    screen_text(KIND, surface="script")
    assert Screening.objects.get().endpoint == "off"
