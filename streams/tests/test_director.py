"""A show that is directed: lines follow each other, everybody acts, others cut in."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from moderation.screening.refusals import TextRefusedError
from socialapp.content import library
from socialapp.engines.testing import check_performance
from streams import selectors, services
from streams.errors import StreamError
from streams.models import Stream, Wish
from streams.protocol.events import (
    AudioChunk,
    LineCut,
    PoseKeys,
    StreamEnded,
    TopicChosen,
)
from streams.tests.directing import Director, show_of, words_of

if TYPE_CHECKING:
    from pytest_django import Settings

    from socialapp.accounts.models import User
    from streams.protocol.events import Line

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_lines_follow_each_other_and_everybody_acts(alice: User) -> None:
    director = Director(show_of(alice))
    lines = director.say(4)
    assert [line.seat for line in lines] == ["a", "b", "a", "b"]
    assert [line.line for line in lines] == [1, 2, 3, 4]
    for line in lines:
        check_performance(line.performance)
        silent = [p for p in line.performance.parts if p.seat != line.seat]
        assert all(part.poses and not part.captions for part in silent)
        assert line.performance.stage.camera[0].at == 0.0
    for one, two in pairwise(lines):
        assert two.at >= one.at + one.performance.seconds - 0.001


def test_the_sound_of_a_line_is_small_and_its_own(alice: User) -> None:
    director = Director(show_of(alice))
    line = director.say(1)[0]
    chunks = [one for one in director.events if isinstance(one, AudioChunk)]
    sound = line.performance.part("a").sound
    if sound is None:
        pytest.skip("No voice speaks here")
    assert {chunk.codec for chunk in chunks} == {"opus"}
    assert sound.ref.endswith(".opus")
    data = b"".join(chunk.data for chunk in chunks)
    assert data.startswith(b"OggS")
    assert len(data) < 8000 * line.performance.seconds


def test_a_line_is_sent_ahead_by_the_delay_and_not_before(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    sent: list[float] = []
    real_cue, real_line = selectors.cue, services.perform_line

    def cue(stream_id: int, after: int) -> selectors.Cue | None:
        found = real_cue(stream_id, after)
        looked.append(found.clock if found else 0.0)
        return found

    def perform_line(**given: Any) -> Line:
        line = real_line(**given)
        sent.append(line.at - looked[-1])
        return line

    monkeypatch.setattr(selectors, "cue", cue)
    monkeypatch.setattr(services, "perform_line", perform_line)
    Director(show_of(alice, delay_seconds=3.0)).say(4)
    assert all(2.999 <= seconds <= 3.101 for seconds in sent)


def test_one_character_alone_speaks_to_those_who_watch(alice: User) -> None:
    director = Director(show_of(alice, "Hob"))
    lines = director.say(5)
    assert {line.seat for line in lines} == {"a"}
    assert len({words_of(line) for line in lines}) == 5


def test_three_take_turns(alice: User) -> None:
    director = Director(show_of(alice, "Hob", "Sunniva", "Kiko"))
    assert [line.seat for line in director.say(6)] == ["a", "b", "c"] * 2


def test_two_of_the_same_name_are_refused(alice: User) -> None:
    with pytest.raises(StreamError, match="same name"):
        show_of(alice, "Hob", "hob")


# Duets ------------------------------------------------------------------------


def test_a_written_duet_is_played_in_its_own_words(alice: User) -> None:
    outline = library.duet("cloud_cover")
    names = [library.cast_member(who)["name"] for who in outline["seats"].values()]
    # The seats are those of the duet, whatever the order of the cast.
    director = Director(show_of(alice, *reversed(names), duet="cloud_cover"))
    for line, turn in zip(director.say(4), outline["turns"], strict=False):
        assert line.seat == turn["speaker"]
        assert words_of(line).split() in [text.split() for text in turn["lines"]]


def test_a_duet_is_for_its_own_two(alice: User) -> None:
    with pytest.raises(StreamError, match="written for Hob"):
        show_of(alice, "Tamsin", "Kiko", duet="cloud_cover")
    with pytest.raises(StreamError, match="no such duet"):
        show_of(alice, "Tamsin", "Kiko", duet="swan_lake")


# The host ---------------------------------------------------------------------


def test_a_cut_frees_the_stage_and_the_wish_comes_next(alice: User) -> None:
    director = Director(show_of(alice))
    director.say(2)
    cuts = services.cut_line(stream=director.stream)
    assert cuts[-1].line == 2
    services.ask_for(stream=director.stream, text="The tea is cold.", speaker="b")
    director.step()
    # Sent at once: it waits for the delay alone, not for the end of what was cut.
    line = director.lines[2]
    assert line.seat == "b"
    assert "The tea is cold." in words_of(line)
    assert Wish.objects.get().line == line.line
    assert director.say(4)[-1].seat == "a"


def test_what_was_cut_before_it_was_heard_is_said_yet(alice: User) -> None:
    director = Director(show_of(alice, delay_seconds=3.0))
    director.say(2)
    services.ask_for(stream=director.stream, text="Somebody left the oven on.")
    asked = director.say(3)[-1]
    assert "Somebody left the oven on." in words_of(asked)
    before = director.direction.state
    cuts = services.cut_line(stream=director.stream)
    assert asked.line in {cut.line for cut in cuts}
    assert director.direction.state != before
    director.take_over()
    again = director.say(4)[-1]
    assert "Somebody left the oven on." in words_of(again)
    assert len(director.say(5)) == 5
    assert not director.stream.wishes.filter(line__isnull=True).exists()


def test_a_line_that_was_heard_in_part_is_not_said_again(alice: User) -> None:
    director = Director(show_of(alice, delay_seconds=0.0))
    begun = director.say(1)[-1]
    director.until(
        lambda: (
            selectors.heads([director.stream.pk])[director.stream.pk].clock
            > begun.at + 0.2
        )
    )
    assert len(director.lines) == 1
    state = director.direction.state
    services.cut_line(stream=director.stream)
    assert director.direction.state == state


def test_an_old_line_that_is_removed_does_not_stop_the_present_one(
    alice: User,
) -> None:
    director = Director(show_of(alice))
    old, new = director.say(2)
    rows = director.stream.events
    services.remove_line(event=rows.get(seq=old.seq), level="hidden")
    assert director.say(3)[-1].at >= new.at + new.performance.seconds - 0.001


def test_a_wish_is_taken_up_by_a_line_that_was_not_sent_yet(alice: User) -> None:
    director = Director(show_of(alice))
    director.say(2)
    director.step()
    services.ask_for(stream=director.stream, text="Somebody left the oven on.")
    assert "Somebody left the oven on." in words_of(director.say(3)[-1])


def test_a_wish_is_screened_and_few_may_wait(alice: User) -> None:
    stream = show_of(alice)
    with pytest.raises(TextRefusedError):
        services.ask_for(stream=stream, text="I will kill you tomorrow, Bob")
    with pytest.raises(StreamError, match="seat"):
        services.ask_for(stream=stream, text="Wave.", speaker="z")
    for text in ("Wave.", "Nod.", "Bow."):
        services.ask_for(stream=stream, text=text)
    with pytest.raises(StreamError, match="waiting"):
        services.ask_for(stream=stream, text="Jump.")
    services.end_stream(stream=stream)
    with pytest.raises(StreamError, match="on stage"):
        services.ask_for(stream=stream, text="Wave.")


def test_a_pause_holds_the_next_line_and_faces_go_on(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    posed: list[PoseKeys] = []
    monkeypatch.setattr(
        services, "pose", lambda *, at, part, **_: posed.append(PoseKeys(at, part))
    )
    director = Director(show_of(alice))
    director.say(2)
    services.pause_stream(stream=director.stream)
    director.watched()
    director.run(15)
    posed.clear()
    director.run(20)
    assert len(director.lines) == 2
    seats = [one.part.seat for one in posed]
    assert seats.count("a") == seats.count("b") >= 4
    begins = sorted({one.at for one in posed})
    assert all(two - one >= 3.9 for one, two in pairwise(begins))
    services.resume_stream(stream=director.stream)
    resumed = director.events[-1].at
    assert director.say(3)[-1].at >= resumed + 2.0


def test_an_end_and_a_new_claim_stop_a_director_at_its_next_step(alice: User) -> None:
    director = Director(show_of(alice))
    director.say(1)
    old = director.show
    director.take_over()
    assert old.step() is None
    assert director.step() is not None
    services.end_stream(stream=director.stream, reason="stopped")
    assert director.step() is None


# The audience ------------------------------------------------------------------


def test_what_the_audience_votes_for_is_talked_about(
    alice: User, bob: User, settings: Settings
) -> None:
    settings.STREAM_VOTE_SECONDS = 20
    director = Director(show_of(alice, topics=["Clouds", "Bread", "Stairs"]))
    director.say(1)
    closes = selectors.vote_closes(director.stream.pk)
    assert closes >= 20.0
    assert selectors.lobby(director.stream.pk).welcome.vote_closes == closes
    services.vote(stream=director.stream, person=bob, topic=2)
    director.until(lambda: any(isinstance(one, TopicChosen) for one in director.events))
    chosen = next(one for one in director.events if isinstance(one, TopicChosen))
    assert chosen.text == "Bread"
    assert chosen.at >= closes
    assert director.direction.topic == "Bread"
    director.watched()
    director.until(lambda: director.direction.state["topic"] == "Bread")
    assert "Bread" in words_of(director.lines[-1])
    director.run(1)
    # The next vote is announced as soon as they have turned to this topic.
    assert selectors.vote_closes(director.stream.pk) > chosen.at


def test_a_topic_that_the_host_chose_survives_its_director(alice: User) -> None:
    director = Director(show_of(alice, topics=["Clouds"]))
    director.say(2)
    services.choose_topic(stream=director.stream, topic=1)
    director.take_over()
    director.watched()
    director.until(lambda: director.direction.state["topic"] == "Clouds")
    assert "Clouds" in words_of(director.lines[-1])


def test_when_nobody_watches_it_goes_quiet_and_comes_back(
    alice: User, settings: Settings
) -> None:
    settings.STREAM_QUIET_SECONDS = 20
    director = Director(show_of(alice))
    director.say(1)
    director.deserted()
    director.run(40)
    said = len(director.lines)
    director.run(60)
    assert len(director.lines) == said
    assert director.state == Stream.State.LIVE
    director.watched()
    director.until(lambda: len(director.lines) > said)


def test_when_nobody_comes_back_it_ends(alice: User, settings: Settings) -> None:
    settings.STREAM_QUIET_SECONDS = 5
    settings.STREAM_IDLE_MINUTES = 2
    director = Director(show_of(alice))
    director.run(130)
    stream = Stream.objects.get(pk=director.stream.pk)
    assert (stream.state, stream.end_reason) == ("ended", "idle")


# Limits -----------------------------------------------------------------------


def test_at_the_end_of_its_time_a_show_says_goodbye(
    alice: User, settings: Settings
) -> None:
    settings.STREAM_MINUTES = 1
    director = Director(show_of(alice))
    director.watched()
    director.until(lambda: director.state == Stream.State.ENDED)
    assert "Thank you" in words_of(director.lines[-1])
    last = director.lines[-1]
    ended = director.events[-1]
    assert isinstance(ended, StreamEnded)
    assert ended.reason == "finished"
    assert ended.at >= last.at + last.performance.seconds


def test_a_host_has_so_many_minutes_a_day(alice: User, settings: Settings) -> None:
    settings.STREAM_MINUTES_PER_DAY = 5
    director = Director(show_of(alice))
    director.pass_time(301)
    services.end_stream(stream=director.stream)
    with pytest.raises(StreamError, match="5 are allowed") as refused:
        show_of(alice)
    assert refused.value.code == "quota"


# Takeover ----------------------------------------------------------------------


def test_who_takes_over_repeats_nothing_and_leaves_nothing_out(
    alice: User,
) -> None:
    """Killed after each line: what is said is what one director would have said."""
    stream = show_of(alice)
    Stream.objects.filter(pk=stream.pk).update(key="sameseed")
    stream.refresh_from_db()
    director = Director(stream)
    for count in range(1, 7):
        director.say(count)
        director.take_over()
    broken = [(line.seat, words_of(line)) for line in director.lines]
    assert [line.line for line in director.lines] == [1, 2, 3, 4, 5, 6]
    for one, two in pairwise(director.lines):
        assert two.at >= one.at + one.performance.seconds - 0.001
    Stream.objects.filter(pk=stream.pk).update(key="other")
    services.end_stream(stream=stream)
    again = show_of(alice)
    Stream.objects.filter(pk=again.pk).update(key="sameseed")
    again.refresh_from_db()
    whole = Director(again).say(6)
    assert [(line.seat, words_of(line)) for line in whole] == broken


def test_a_cut_is_known_to_who_takes_over(alice: User) -> None:
    director = Director(show_of(alice))
    director.say(2)
    cut = services.cut_line(stream=director.stream)[-1]
    assert isinstance(cut, LineCut)
    director.take_over()
    assert director.show._free_at == cut.at
    assert director.say(3)[-1].line == 3
