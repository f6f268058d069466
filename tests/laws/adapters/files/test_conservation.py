"""Whatever a file holds, reading it ends in a refusal or in an account of every row; where blocks end changes nothing."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.lib.position_files import ANY_BUDGET, SOUND, check_nothing_lost, csv_text, facts, read, told
from throughcare.adapters.files.cells import NULL_WORDS, numbers
from throughcare.adapters.files.options import ReadOptions
from throughcare.adapters.files.positions_out import write_positions, write_readings
from throughcare.adapters.files.reading import open_positions, open_statuses
from throughcare.adapters.files.times import times
from throughcare.kernel.errors import RefusedInput
from throughcare.monitoring.fixes import Positions, Source
from throughcare.monitoring.status import Readings, StatusKind

CELLS = st.one_of(
    st.sampled_from(
        [
            *NULL_WORDS,
            "51.5",
            "-1.3",
            "0",
            " 7 ",
            "1e5",
            "1e999",
            "91",
            "-200",
            "nan",
            "0x1A",
            "1_0",
            "\uff15",
            "2026-03-02T19:00:00Z",
            "2026-03-02 19:00",
            "2026-10-25T01:30:00",
            "2026-03-02T19Z",
            "2026-03-02",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59+14:00",
            "1572000000",
            "1572000000123",
            "99999999999999999999",
            "T1",
            '"q"',
            "a\rb",
            "é",
            "=1+1",
        ]
    ),
    st.text(max_size=12),
    st.floats().map(repr),
    st.integers().map(str),
)
ROWS = st.lists(st.dictionaries(st.sampled_from(list(SOUND)), CELLS, max_size=4), max_size=12)
ENDINGS = st.sampled_from([".csv", ".ndjson", ".parquet", ".gpx", ".nmea", ".csv.gz", ".nmea.gz"])


def sound_bytes(ending: str) -> bytes:
    """Return a whole file of that ending, to be damaged."""
    if ending.startswith(".csv"):
        data = csv_text({}, {"latitude": "52"}).encode()
    elif ending == ".ndjson":
        data = (json.dumps(SOUND) + "\n").encode() * 3
    elif ending == ".parquet":
        sink = io.BytesIO()
        pq.write_table(pa.table({name: [value] * 3 for name, value in SOUND.items()}), sink)
        data = sink.getvalue()
    elif ending == ".gpx":
        point = b'<trkpt lat="51" lon="1"><time>2026-03-02T19:00:00Z</time></trkpt>'
        data = b"<gpx><trk><trkseg>" + point * 3 + b"</trkseg></trk></gpx>"
    else:
        data = b"$GPRMC,092835.00,A,4804.14539,N,01621.54005,E,0.250,,210615,,,A*71\r\n" * 3
    return gzip.compress(data) if ending.endswith(".gz") else data


def account(data: bytes, ending: str, block_bytes: int = 2**24) -> int:
    """Read the bytes as positions and as statuses; return the rows, every one accounted for."""
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        path.write_bytes(data)
        for opened in (open_positions, open_statuses):
            with suppress(RefusedInput):
                chunks = list(opened(path, options=ReadOptions(budget=ANY_BUDGET, block_bytes=block_bytes)))
                check_nothing_lost(chunks)
                rows += sum(chunk.rows for chunk in chunks)
    return rows


@given(st.binary(max_size=400), ENDINGS)
def test_no_bytes_make_a_reader_fail_in_any_other_way_than_a_refusal(data: bytes, ending: str):
    assert account(data, ending) >= 0
    assert account(gzip.compress(data), ending) >= 0


@given(ENDINGS, st.data())
def test_no_damage_to_a_sound_file_makes_a_reader_fail_or_lose_a_row(ending: str, data: st.DataObject):
    damaged = bytearray(sound_bytes(ending))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    assert account(bytes(damaged), ending) >= 0


@given(ENDINGS, st.floats(0, 1))
def test_a_sound_file_cut_anywhere_keeps_its_account(ending: str, share: float):
    whole = sound_bytes(ending)
    assert account(whole[: int(len(whole) * share)], ending) <= account(whole, ending)


@given(ROWS, st.integers(1, 300))
@example([{"latitude": "a\rb"}, {}], 50)
@example([{"device_id": '"x'}, {"device_id": 'y"'}], 5000)
def test_where_the_blocks_of_a_csv_file_end_changes_nothing(rows: list[dict[str, str]], block_bytes: int):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text(csv_text(*rows), encoding="utf-8", newline="")
        lines = [line for line in path.read_bytes().split(b"\n")[1:] if line.strip()]
        if not lines:
            return
        whole, small = read(path), read(path, block_bytes=block_bytes)
    assert facts(whole[0]) == facts(small[0])
    assert sorted(map(str, told(whole[1]))) == sorted(map(str, told(small[1])))
    assert whole[2] == small[2]
    assert len(whole[0]) + len(whole[1]) == len(lines)


JSON_VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), CELLS)
RECORDS = st.lists(
    st.dictionaries(st.sampled_from(["device", "t", "lat", "lon", "accuracy", "x"]), JSON_VALUES), min_size=1
)


@given(RECORDS, st.integers(1, 300))
def test_where_the_blocks_of_an_ndjson_file_end_changes_nothing(
    records: list[dict[str, object]], block_bytes: int
):
    first = {"device": "T1", "t": "2026-03-02T19:00:00Z", "lat": 51.0, "lon": 1.0, "accuracy": 5.0}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.ndjson"
        path.write_text("".join(json.dumps(record) + "\n" for record in [first, *records]), encoding="utf-8")
        whole, small = read(path), read(path, block_bytes=block_bytes)
    assert facts(whole[0]) == facts(small[0])
    assert Counter((r.row, r.field, r.reason) for r in whole[1]) == Counter(
        (r.row, r.field, r.reason) for r in small[1]
    )
    assert len(whole[0]) + len(whole[1]) == 1 + len(records)


@given(st.lists(CELLS, min_size=1, max_size=6), st.sampled_from([None, "Europe/London"]))
def test_a_cell_means_the_same_whatever_stands_beside_it(cells: list[str], zone: str | None):
    together = times(pa.array(cells), zone=zone)
    numbered = numbers(pa.array(cells))
    for i, cell in enumerate(cells):
        alone = times(pa.array([cell]), zone=zone)
        assert alone.t_us[0] == together.t_us[i]
        assert alone.missing[0] == together.missing[i]
        assert [k for k, m in alone.problems.items() if m[0]] == [
            k for k, m in together.problems.items() if m[i]
        ]
        number = numbers(pa.array([cell]))
        assert (number.missing[0], number.bad[0]) == (numbered.missing[i], numbered.bad[i])
        assert number.values[0] == numbered.values[i] or number.missing[0] or number.bad[0]


def floats(low: float, high: float, *, missing: bool = True) -> st.SearchStrategy[float]:
    values = st.floats(low, high)
    return st.one_of(values, st.just(float("nan"))) if missing else values


INSTANTS = st.integers(315_964_800_000_000, 4_102_444_799_999_999)
POSITIONS = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T-2", 'odd "one"', "with,comma", "=7"]),
        INSTANTS,
        floats(-90, 90, missing=False),
        floats(-180, 180, missing=False).filter(lambda lon: lon != 0.0),
        floats(0.001, 5000),
        st.sampled_from([0.68, 0.95, float("nan")]),
        st.sampled_from([int(source) for source in Source]),
        INSTANTS,
        floats(0, 100),
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@given(POSITIONS)
def test_positions_that_are_written_are_read_back_the_same(ending: str, rows: list[tuple[object, ...]]):
    names, t, lat, lon, accuracy, level, source, received, hdop = map(list, zip(*rows, strict=True))
    keys = tuple(dict.fromkeys(names))
    given_positions = Positions.build(
        key=[keys.index(name) for name in names],
        keys=keys,
        t_us=t,
        lat_deg=lat,
        lon_deg=lon,
        accuracy_m=accuracy,
        level=level,
        source=source,
        received_us=received,
        hdop=hdop,
        row=list(range(1, len(rows) + 1)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write_positions(path, [given_positions])
        found, rejects, _ = read(path)
    assert rejects == []
    assert facts(found) == facts(given_positions)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@given(
    st.lists(st.tuples(INSTANTS, st.sampled_from(list(StatusKind)), floats(-1e6, 1e6), INSTANTS), min_size=1)
)
def test_readings_that_are_written_are_read_back_the_same(ending: str, rows: list[tuple[object, ...]]):
    t, kind, value, received = map(list, zip(*rows, strict=True))
    size = len(rows)
    given_readings = Readings.build(
        key=[0] * size,
        keys=("U1",),
        t_us=t,
        kind=kind,
        value=value,
        received_us=received,
        row=range(1, size + 1),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        write_readings(path, [given_readings])
        chunks = list(open_statuses(path))
    assert [chunk.rejects for chunk in chunks] == [()]
    assert facts(chunks[0].readings) == facts(given_readings)
