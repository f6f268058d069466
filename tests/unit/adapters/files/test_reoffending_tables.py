"""Tables of people, events and offences: nothing is lost, and bad rows cost no good one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib.markdown_tables import RULES
from throughcare.adapters.files.reoffending_tables import (
    known_columns,
    read_index_events,
    read_offences,
    read_people,
    read_spells,
)
from throughcare.kernel.errors import RefusedInput

HEADER = "offence_id,person_id,offence_date,proven_date,outcome,breach,tier"


def offences(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "offences.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_good_row_is_read_as_it_stands(tmp_path):
    read = read_offences(offences(tmp_path, "o1, p1 ,2023-03-01,2023-05-01,Conviction,yes,summary"))
    table = read.table
    assert (table.ids[0], table.person[0]) == (b"o1", b"p1")
    assert (str(table.on[0]), str(table.proven[0])) == ("2023-03-01", "2023-05-01")
    assert (table.outcome[0], table.tier[0], table.breach[0], table.recordable[0]) == (1, 3, True, True)
    assert read.unread == ()


def test_bad_rows_are_named_with_their_number_and_good_rows_are_kept(tmp_path):
    path = offences(
        tmp_path,
        "o1,p,2023-03-01,2023-05-01,conviction,no,",
        "o2,p,01/03/2023,2023-05-01,conviction,no,",
        "o3,p,2023-02-29,2023-05-01,conviction,no,",
        "o4,p,2023-03-01",
        "o5,p,2023-03-01,2023-05-01,conviction,perhaps,",
        "o6,p,2024-02-29,2024-05-01,caution,no,",
    )
    read = read_offences(path)
    assert read.rows.tolist() == [1, 6]
    assert read.table.ids.tolist() == [b"o1", b"o6"]
    assert [(row.row, row.wrong) for row in read.unread] == [
        (2, "offence_date cannot be read"),
        (3, "offence_date cannot be read"),
        (4, "has 3 cells, not 7"),
        (5, "breach cannot be read"),
    ]


def test_a_word_that_is_no_outcome_is_left_to_the_engine_to_reject(tmp_path):
    read = read_offences(offences(tmp_path, "o1,p,2023-03-01,2023-05-01,murmured,no,grave"))
    assert read.table.outcome[0] == read.table.tier[0] == 99


def test_an_empty_day_is_missing_and_other_letters_than_ascii_are_ids_too(tmp_path):
    read = read_offences(offences(tmp_path, "1,é,,,not_proven,,", "22,longer,2023-01-01,,not_proven,,"))
    assert np.isnat(read.table.on).tolist() == [True, False]
    assert [person.decode() for person in read.table.person.tolist()] == ["é", "longer"]


def test_parquet_of_dates_numbers_and_flags_is_the_same(tmp_path):
    path = tmp_path / "people.parquet"
    columns = {
        "person_id": [11, 12],
        "arm": pa.array(["treated", "comparison"]).dictionary_encode(),
        "born": pa.array(np.array(["1990-05-05", "NaT"], "datetime64[D]")),
        "matched": [True, None],
        "score": [0.25, None],
        "postcode": ["x", "y"],
    }
    pq.write_table(pa.table(columns), path)
    read = read_people(path)
    assert read.table.ids.tolist() == [b"11", b"12"]
    assert read.table.treated.tolist() == [1, 0]
    assert str(read.table.born[0]) == "1990-05-05"
    assert np.isnat(read.table.born[1])
    assert read.table.matched.all()
    assert read.table.score[0] == 0.25
    assert np.isnan(read.table.score[1])
    assert read.not_used == ("postcode",)


def test_a_score_that_is_no_number_is_named(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("person_id,score\na,0.5\nb,high\nc,\n", encoding="utf-8")
    read = read_people(path)
    assert read.rows.tolist() == [1, 3]
    assert read.unread[0].wrong == "score cannot be read"


def test_events_and_spells(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text(
        "person_id,kind,date\na,custody_release,2023-01-10\nb,holiday,2023-01-10\n", encoding="utf-8"
    )
    read = read_index_events(path)
    assert read.table.kind.tolist() == [0, 99]
    assert read.table.ids.tolist() == [b"1", b"2"]
    path.write_text("person_id,begins,ends\na,2023-01-10,\n", encoding="utf-8")
    assert np.isnat(read_spells(path).table.ends[0])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("person_id,offence_date\na,2023-01-01\n", "person_id, offence_date"),
        (HEADER + "\n", "none"),
        ("", "0 bytes"),
        (f"{HEADER},breach\n1,2,3,4,5,6,7,8\n", "breach"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_by_name(tmp_path, content, found):
    path = tmp_path / "offences.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RefusedInput, match=r"offences\.csv") as refused:
        read_offences(path)
    assert found in refused.value.found or found == "0 bytes"


def test_the_page_lists_every_column_that_is_read():
    page = (RULES.parent / "evaluation" / "reoffending.md").read_text(encoding="utf-8")
    for table, column, needed in known_columns():
        assert f"| {table} | {column} | {'yes' if needed else 'no'} |" in page
