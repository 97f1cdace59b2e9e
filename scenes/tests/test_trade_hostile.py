"""Whatever a file holds, an import ends soon: with a scene, or with a reason."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenes.machine import read_scene
from scenes.tests.trade_files import INK, SCXML, TWEE, XSTATE
from scenes.trade import TradeError, read

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 2.0
"""Of this thread's own time: on a quiet core it is under one."""

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def _tried(data: bytes) -> str:
    """What came of it, soon: ``scene`` or the code of the refusal."""
    begun = time.thread_time()
    try:
        found = read(data)
    except TradeError as error:
        refusal = error
    else:
        took = time.thread_time() - begun
        assert took < SECONDS
        read_scene(found.document)
        assert len(json.dumps(found.report.to_json())) < 300_000
        return "scene"
    assert time.thread_time() - begun < SECONDS
    assert refusal.message
    assert len(refusal.message) < 700
    return refusal.code


def _nested(depth: int, inner: Callable[[Any, int], Any], last: Any) -> Any:
    for i in range(depth):
        last = inner(last, i)
    return last


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _ink(*content: Any, **named: Any) -> bytes:
    root = [[*content, None], "done", named]
    return _json({"inkVersion": 21, "root": root, "listDefs": {}})


LONG = "x" * 1_000_000
BOMBS: dict[str, bytes] = {
    "open links": b":: A\n" + b"[[" * 500_000,
    "open macros": b":: A\n" + b"<<if " * 300_000,
    "harlowe macros": b":: A\n" + b"(if: $a)[" * 200_000,
    "nested ifs": b":: A\n" + b"<<if $a>>" * 100_000 + b"x",
    "quotes": b":: A\n" + b"<<set $a to '" * 100_000,
    "values": b":: A\n" + b"$a $b " * 200_000,
    "comments": b":: A\n" + b"/* <!-- /% " * 200_000,
    "tags of HTML": b":: A\n" + b"<a " * 500_000,
    "speakers": b":: A\n" + b"A: " * 500_000,
    "links": b":: A\n" + b"[[A]]" * 30_000,
    "sets": b":: A\nx\n" + b"<<set $a += 1>>x\n" * 4_000,
    "guarded sets": b":: A\n" + b"<<if $a>><<set $a += 1>><</if>>x\n" * 2_000,
    "many passages": b"".join(b":: p%d\n[[p%d]]\n" % (i, i + 1) for i in range(3900)),
    "too many passages": b":: a\n" * 300_000,
    "same names": b":: \xc3\xa4\nx\n" * 100_000,
    "names that collide": b"".join(b":: " + b"!" * (i + 1) + b"\nx\n" for i in range(900)),
    "a name of a megabyte": f":: {LONG}\nHello [[{LONG}]]\n".encode(),
    "a line of a megabyte": f":: A\n{LONG}\n".encode(),
    "a diamond": b"".join(
        b":: p%d\n[[a->p%d]] [[b->p%d]]\n" % (i, i + 1, i + 1) for i in range(60)
    ),
    "an evil regular expression": b":: A\n(a+)+$ [[(a+)+$]]\n",
    "brackets of XML": b"<a>" * 500_000,
    "deep XML": b"<scxml>" + b"<state>" * 100_000,
    "wide XML": b"<scxml>" + b"<state/>" * 200_000 + b"</scxml>",
    "an id of a megabyte": f"<scxml><state id='{LONG}'/></scxml>".encode(),
    "a condition of a megabyte": (
        f"<scxml><state id='a'><transition event='e' cond='{LONG}' target='a'/></state>"
        "</scxml>"
    ).encode(),
    "attributes": b"<scxml " + b" ".join(b"a%d='1'" % i for i in range(100_000)) + b"/>",
    "entities": b"<!DOCTYPE s [<!ENTITY a 'x'>]><scxml>&a;</scxml>",
    "outside entities": b"<!DOCTYPE s SYSTEM 'file:///etc/passwd'><scxml/>",
    "deep JSON": b'{"states":' * 50_000,
    "deep lists": b'{"inkVersion": 21, "root":' + b"[" * 90_000,
    "deep states": _json(
        _nested(60, lambda last, _: {"initial": "s", "states": {"s": last}}, {})
    ),
    "deep guards": _json(
        {
            "states": {
                "a": {
                    "on": {
                        "E": {
                            "guard": _nested(
                                90, lambda last, _: {"type": "not", "guard": last}, "x"
                            )
                        }
                    }
                }
            }
        }
    ),
    "wide states": _json({"states": {f"s{i}": {"on": {"E": "s0"}} for i in range(3900)}}),
    "too many states": _json({"states": {f"s{i}": {} for i in range(100_000)}}),
    "many events": _json({"states": {"a": {"on": {f"e{i}": "a" for i in range(50_000)}}}}),
    "odd states": _json({"states": {"a": 1, "b": [], "__proto__": None, "": {}}}),
    "an endless ink": _ink("^a", {"->": "0"}),
    "an ink that grows": _ink("^a ", {"->": "0.0"}),
    "an ink stack that grows": _ink("ev", 1, {"->": "0.1"}),
    "ink tunnels within tunnels": _ink({"->t->": "k"}, k=[{"->t->": "k"}, "->->", None]),
    "ink functions within functions": _ink(
        "ev", {"f()": "k"}, "out", "/ev", k=[{"f()": "k"}, "~ret", None]
    ),
    "ink diamonds": _ink(
        *(
            part
            for i in range(60)
            for part in (
                "ev", {"VAR?": f"v{i}"}, "/ev",
                [{"->": ".^.b", "c": True}, {"b": [f"^b{i} ", {"->": f"0.{5 * i + 4}"}]}],
                f"^x{i} ",
            )
        )
    ),
    "ink without sense": _ink(
        "pop", "out", "/str", "/#", "du", "~ret", "->->", "thread", "visit", "+", "?",
        {"*": "nowhere", "flg": 31}, {"->": "....^^"}, {"temp=": ""}, {"x()": "f", "exArgs": 9},
        {"->": "$r", "var": True}, {"CNT?": "9.9.9"}, None, True, 3.5,
    ),
    "ink paths that go up": _ink({"->": "." + "^." * 400 + "0"}),
    "an ink name of a megabyte": _ink({"->": LONG}, {"VAR?": LONG}),
    "ten megabytes": b":: A\n" + b"x" * 10_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_taken_within_a_second(name: str) -> None:
    _tried(BOMBS[name])


def test_what_grows_without_end_is_refused_with_the_reason() -> None:
    assert _tried(BOMBS["too many passages"]) == "too-large"
    assert _tried(BOMBS["too many states"]) == "too-large"
    assert _tried(BOMBS["deep XML"]) == "too-large"
    assert _tried(BOMBS["an ink that grows"]) == "too-large"
    assert _tried(BOMBS["entities"]) == "unreadable"


def test_what_is_merely_odd_is_taken() -> None:
    assert _tried(BOMBS["links"]) == "scene"
    assert _tried(BOMBS["a name of a megabyte"]) == "scene"
    assert _tried(BOMBS["odd states"]) == "scene"
    assert _tried(BOMBS["many passages"]) == "scene"
    assert _tried(BOMBS["ink without sense"]) == "scene"


_bits = st.sampled_from(
    [
        "[[", "]]", "->", "<-", "|", "][", "<<", ">>", "<</if>>", "<<if $a>>", "<<else>>",
        "<<elseif $b gt 1>>", "<<set $a to ", "$a", "$b", "1", "'x'", '"y"', "(if: $a)[",
        "(else:)[", "]", "(set: $b to it + 1)", "\n", "\n:: ", ":: B [t] {}\n", "A: ", "{",
        "}", "{{", "/*", "*/", "<b>", "''", "\\", "[[B]]", "<<goto 'B'>>", "(goto: 'B')",
        "<<link 'x' 'B'>>", "<</link>>", " ", "ä", "\u2028", "\x07", "visited('B')",
    ]
)  # fmt: skip


@quick
@given(st.lists(_bits, max_size=60))
def test_no_passage_breaks_the_importer(bits: list[str]) -> None:
    _tried((":: A\n" + "".join(bits) + "\n:: B\nend\n").encode())


_xml = st.recursive(
    st.sampled_from(
        [
            "<assign location='k' expr='k + 1'/>", "<log expr=\"'A: hi'\"/>", "<raise/>",
            "<transition event='e' target='a'/>", "<transition target='b' cond='k'/>",
            "<transition event='done.state.a f.*' target='b c'/>", "<script>x</script>",
            "<datamodel><data id='k' expr='1'/></datamodel>", "text", "<if cond='k'/>",
            "<history id='h'><transition target='b'/></history>", "<history id='i'/>",
        ]
    ),
    lambda inner: st.tuples(
        st.sampled_from(
            ["state id='a'", "state id='b'", "final", "parallel id='c'", "onentry", "state",
             "initial", "onexit", "transition event='x'", "other"]
        ),
        st.lists(inner, max_size=5),
    ).map(lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0].split()[0]}>"),
    max_leaves=25,
)  # fmt: skip


@quick
@given(st.lists(_xml, max_size=8))
def test_no_tree_of_scxml_breaks_the_importer(parts: list[str]) -> None:
    _tried(f"<scxml initial='a'>{''.join(parts)}</scxml>".encode())


_scalars = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -7,
        2**40,
        1.5,
        1e300,
        "",
        "a",
        "b",
        "#a",
        ".b",
        "x" * 300,
    ]
)
_any = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["states", "on", "always", "after", "entry", "exit", "type", "target", "guard",
             "cond", "actions", "params", "key", "value", "meta", "lines", "initial", "a",
             "b", "100", "guards", "context", "onDone", "id", "history", "assignment", ""]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@quick
@given(st.dictionaries(st.sampled_from(["a", "b", "c", ""]), _any), _any, _any)
def test_no_machine_breaks_the_importer(states: Any, on: Any, context: Any) -> None:
    _tried(_json({"states": states, "on": on, "context": context, "id": "m"}))


def _mutated(value: Any, random: Any) -> Any:
    """The same with something in it replaced."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(sorted(value))
        return {**value, key: _mutated(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        at = random.randrange(len(value))
        return [*value[:at], _mutated(value[at], random), *value[at + 1 :]]
    return random.choice(
        [None, 1, "", "end", "ev", "/ev", "str", "out", "^{a}", {"->": "0"}, [], {}, "~ret",
         {"*": "0", "flg": 7}, {"VAR?": "x"}, {"f()": "0"}, {"->t->": "0.c-0"}, "visit", "du"]
    )  # fmt: skip


@quick
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_no_changed_file_breaks_its_importer(random: Any, changes: int) -> None:
    ink, machine = INK, XSTATE
    for _ in range(changes):
        ink, machine = _mutated(ink, random), _mutated(machine, random)
    _tried(_json(ink))
    _tried(_json(machine))


@quick
@given(st.sampled_from([TWEE, SCXML]), st.data())
def test_no_torn_file_breaks_its_importer(text: str, data: Any) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    again = data.draw(st.integers(0, len(text)))
    _tried((text[:again] + text[begin:end]).encode())


@quick
@given(st.binary(max_size=300))
def test_no_bytes_break_the_door(data: bytes) -> None:
    _tried(data)
