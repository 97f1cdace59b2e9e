import pytest

from socialapp.accounts import handles


@pytest.mark.parametrize("handle", ["ren", "dame.orsolya", "hob_7", "a1b"])
def test_ordinary_handles_are_well_formed(handle: str) -> None:
    assert handles.well_formed(handle)


@pytest.mark.parametrize(
    "handle",
    [
        "ab",
        ".ren",
        "ren.",
        "Ren",
        "r en",
        "r..n",
        "rеn",
        "x" * 31,
        "ren\n",
        "ren\u202e",
    ],
)
def test_odd_handles_are_not(handle: str) -> None:
    assert not handles.well_formed(handle)


def test_look_alikes_have_one_skeleton() -> None:
    same = {handles.skeleton(h) for h in ("alice", "a1ice", "al.ice", "a_l_i_c_e")}
    assert len(same) == 1
    assert handles.skeleton("modern") == handles.skeleton("modem")


def test_different_names_have_different_skeletons() -> None:
    assert handles.skeleton("ren") != handles.skeleton("wren")


@pytest.mark.parametrize("handle", ["admin", "adm1n", "tr0upe", "sta.ff", "everyone"])
def test_what_speaks_for_the_house_is_reserved(handle: str) -> None:
    assert handles.reserved(handle)


def test_the_first_free_name_is_suggested() -> None:
    taken = {"thistle.writes"}
    assert handles.suggest("thistle", free=lambda h: h not in taken) == "thistle.plays"


def test_nothing_is_suggested_when_all_are_taken() -> None:
    assert handles.suggest("thistle", free=lambda _: False) is None


def test_suggestions_for_long_names_fit() -> None:
    found = handles.suggest("x" * 60, free=lambda _: True)
    assert found is not None
    assert handles.well_formed(found)
