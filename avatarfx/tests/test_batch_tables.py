"""Tables as people send them, and what spreadsheets make of what they get back."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile

import pytest

from avatarfx.batches import tables, template, writing
from avatarfx.batches.tables import Row, TableError


def rows_of(data: bytes) -> list[Row]:
    return list(tables.from_csv(io.BytesIO(data)).rows)


def values(data: bytes) -> list[dict[str, str]]:
    return [row.values for row in rows_of(data)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_spreadsheets_of_all_kinds_are_read(
    mark: str, encoding: str, ending: str
) -> None:
    lines = [("name", "seat"), ("Zoë", '"A; 1, b|\t"'), ("Åsa", "B2")]
    text = ending.join(mark.join(line) for line in lines) + ending
    found = values(text.encode(encoding))
    assert found == [
        {"name": "Zoë", "seat": "A; 1, b|"},
        {"name": "Åsa", "seat": "B2"},
    ]


def test_rows_are_counted_as_a_spreadsheet_counts_and_empty_ones_skipped() -> None:
    found = rows_of(b"name\nAda\n\n  \nBo\n")
    assert [(row.number, row.values["name"]) for row in found] == [
        (2, "Ada"),
        (5, "Bo"),
    ]


def test_a_row_with_too_many_cells_is_bad_and_the_others_are_not() -> None:
    found = rows_of(b"name,seat\nAda,1\nBo,2,three\nCy\n")
    assert [bool(row.problem) for row in found] == [False, True, False]
    assert "3 cells" in found[1].problem
    assert found[2].values == {"name": "Cy", "seat": ""}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"name\n", "no rows"),
        (b"name,name\nA,B\n", "Two columns"),
        (b"name,,seat\nA,B,C\n", "Column 2 has no name"),
        (b"PK\x03\x04xlsx", "no text"),
        (b"a\0b\n1\n", "no text"),
        (b"x" * 60 + b"\nA\n", "is no name"),
        (",".join(f"c{i}" for i in range(41)).encode() + b"\n1\n", "41 columns"),
        (b'name\n"' + b"x" * 200_000 + b'"\n', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words):
        rows_of(data)


def test_ten_thousand_rows_fit_and_one_more_does_not_in_little_memory() -> None:
    line = b"Ada Lovelace," + b"x" * 400 + b"\n"
    file = io.BytesIO(b"name,note\n" + line * tables.MOST_ROWS)
    tracemalloc.start()
    count = sum(1 for _ in tables.from_csv(file).rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == tables.MOST_ROWS
    assert peak < 3_000_000, "a row at a time, not a table"
    with pytest.raises(TableError, match=r"10,000"):
        rows_of(b"name,note\n" + line * (tables.MOST_ROWS + 1))


def test_rows_as_json_are_read_alike() -> None:
    table = tables.from_json([{"name": "Ada", "seat": 7}, {"name": None, "row": 1}])
    found = list(table.rows)
    assert table.columns == ("name", "seat")
    assert found[0].values == {"name": "Ada", "seat": "7"}
    assert "row" in found[1].problem
    with pytest.raises(TableError):
        list(tables.from_json([{"name": ["x"]}]).rows)
    with pytest.raises(TableError):
        tables.from_json([])


def test_a_text_is_filled_in_and_cells_stay_what_they_are() -> None:
    text = "Hello, { Name }. {{Not this}} {seat}!"
    assert template.places(text) == ["Name", "seat"]
    template.check(text, ["name", "Seat"])
    said = template.fill(text, {"name": "{seat} [angry]", "Seat": "4"})
    assert said == "Hello, {seat} (angry). {Not this} 4!"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello.", "same for every row"),
        ("Hello, {}.", "names no column"),
        ("Hello, {name.", "names no column"),
        ("Hello, {nam}.", "no such column"),
    ],
)
def test_a_text_that_cannot_be_filled_in_says_why(text: str, words: str) -> None:
    with pytest.raises(template.TemplateError, match=words):
        template.check(text, ["name"])


def test_an_empty_cell_is_named() -> None:
    with pytest.raises(template.RowError) as caught:
        template.fill("Hello, {NAME}.", {"name": ""})
    assert caught.value.column == "name"


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =cmd|' /C calc'!A0",
        "|x",
        "%x",
    ],
)
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    data = b"".join(writing.as_csv(["name"], [[cell], ["Ada"]]))
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read[1][0] == f"'{cell}"
    assert read[2] == ["Ada"]


def test_a_zip_is_written_a_file_at_a_time() -> None:
    pieces = list(
        writing.as_zip(
            [
                (writing.file_name(2, "Ada Lovelace", "mp4"), lambda: b"one"),
                (writing.file_name(3, "../../etc", "mp4"), lambda: None),
                (writing.file_name(4, "日本", "mp4"), lambda: b"two"),
            ]
        )
    )
    assert len(pieces) == 3
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["00002-ada-lovelace.mp4", "00004.mp4"]
        assert packed.read("00004.mp4") == b"two"
