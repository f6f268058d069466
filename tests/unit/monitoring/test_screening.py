"""A record reaches a wearer only through an activation that was in force, or is kept out and says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.kernel.columns import NO_TIME_US
from throughcare.kernel.errors import RefusedInput
from throughcare.kernel.time import DAY_US, HOUR_US, SECOND_US, parse_instant, utc_datetime
from throughcare.monitoring.fixes import Positions
from throughcare.monitoring.screening import ROLLOVER_US, Screen, screen_positions, screen_statuses
from throughcare.monitoring.status import Readings, StatusKind
from throughcare.orders.model import Activation

START_US = parse_instant("2026-03-01T00:00:00Z")
END_US = parse_instant("2026-03-08T00:00:00Z")
NOW_US = parse_instant("2026-03-20T00:00:00Z")
MIDDLE_US = START_US + DAY_US
HOME = (51.06, -1.32)


def activation(
    name: str = "a1",
    device: str = "T1",
    start: str = "2026-03-01",
    end: str | None = "2026-03-08",
    unit: str | None = None,
):
    return Activation(
        activation_id=name,
        device_id=device,
        from_time=f"{start}T00:00:00Z",
        to_time=None if end is None else f"{end}T00:00:00Z",
        home_unit_id=unit,
        home_unit_place_id=None if unit is None else "home",
    )


def positions(*rows: dict[str, object], device: str = "T1") -> Positions:
    """Return positions given by what differs from a sound one."""
    names = [str(row.get("device", device)) for row in rows]
    keys = tuple(dict.fromkeys(names))
    columns = {
        "t_us": MIDDLE_US,
        "lat_deg": HOME[0],
        "lon_deg": HOME[1],
        "received_us": NO_TIME_US,
        "accuracy_m": 5.0,
    }
    given_columns = {name: [row.get(name, default) for row in rows] for name, default in columns.items()}
    key = [keys.index(name) for name in names]
    return Positions.build(key=key, keys=keys, row=range(1, len(rows) + 1), **given_columns)


def readings(*rows: tuple[str, int, StatusKind]) -> Readings:
    keys = tuple(dict.fromkeys(name for name, _, _ in rows))
    return Readings.build(
        key=[keys.index(name) for name, _, _ in rows],
        keys=keys,
        t_us=[t_us for _, t_us, _ in rows],
        kind=[int(kind) for _, _, kind in rows],
        row=range(1, len(rows) + 1),
    )


def screened(rows: Positions, activations=None, **options):
    result = screen_positions(rows, activations or [activation()], now_us=NOW_US, file="f.csv", **options)
    repeated = sum(note.count for note in result.notes if note.code == "exact_duplicate")
    assert len(rows) == len(result.fixes) + len(result.rejects) + repeated
    return result


def reasons(result) -> list[tuple[int, str]]:
    return [(reject.row, reject.reason) for reject in result.rejects]


def counts(result) -> dict[str, int]:
    return {note.code: note.count for note in result.notes}


def test_an_activation_holds_its_first_instant_and_not_its_last():
    result = screened(
        positions(
            {"t_us": START_US - 1},
            {"t_us": START_US},
            {"t_us": END_US - 1},
            {"t_us": END_US},
        )
    )
    assert result.fixes.row.tolist() == [2, 3]
    assert result.fixes.keys == ("a1",)
    assert reasons(result) == [(1, "outside_every_activation"), (4, "outside_every_activation")]


def test_a_device_goes_from_one_wearer_to_the_next():
    both = [activation("a1"), activation("a2", start="2026-03-08", end=None)]
    result = screened(positions({"t_us": END_US - 1}, {"t_us": END_US}), both)
    assert [result.fixes.keys[i] for i in result.fixes.key] == ["a1", "a2"]


def test_a_position_outside_names_the_nearest_activation():
    both = [activation("early", end="2026-03-02"), activation("late", start="2026-03-07")]
    result = screened(positions({"t_us": parse_instant("2026-03-06T00:00:00Z")}), both)
    assert "nearest activation is late" in result.rejects[0].words
    assert result.rejects[0].key == "T1"


def test_an_unknown_device_is_nobodys():
    result = screened(positions({"device": "T9"}))
    assert reasons(result) == [(1, "unknown_device")]
    assert "'T9'" in result.rejects[0].words


@pytest.mark.parametrize(
    ("t_us", "received_us", "bad"),
    [
        (MIDDLE_US, MIDDLE_US - 120 * SECOND_US, False),
        (MIDDLE_US, MIDDLE_US - 121 * SECOND_US, True),
        (NOW_US + 121 * SECOND_US, NO_TIME_US, True),
        (NOW_US + 120 * SECOND_US, NO_TIME_US, False),
    ],
)
def test_a_clock_may_run_ahead_of_receipt_or_now_by_the_skew_and_no_more(t_us, received_us, bad):
    result = screened(positions({"t_us": t_us, "received_us": received_us}), [activation(end=None)])
    assert [reason for _, reason in reasons(result)] == (["clock_in_future"] if bad else [])


@pytest.mark.parametrize("eras", [1, 2])
@pytest.mark.parametrize("received_us", [NO_TIME_US, MIDDLE_US + HOUR_US])
def test_a_gps_week_that_rolled_over_is_found_and_its_instant_given(eras, received_us):
    rows = positions({"t_us": MIDDLE_US - eras * ROLLOVER_US, "received_us": received_us})
    result = screened(rows)
    assert reasons(result) == [(1, "gps_week_rollover")]
    assert "2026-03-02T00:00:00Z" in result.rejects[0].words
    corrected = screened(rows, correct_week_rollover=True)
    assert corrected.fixes.t_us.tolist() == [MIDDLE_US]
    assert counts(corrected) == {"gps_week_corrected": 1}


def test_an_old_instant_is_no_rollover_unless_it_fits_receipt_and_activation():
    result = screened(
        positions(
            {"t_us": MIDDLE_US - ROLLOVER_US, "received_us": MIDDLE_US + 3 * DAY_US},
            {"t_us": START_US - DAY_US - ROLLOVER_US},
            {"t_us": MIDDLE_US - ROLLOVER_US - 8 * DAY_US},
        ),
        correct_week_rollover=True,
    )
    assert reasons(result) == [(row, "outside_every_activation") for row in (1, 2, 3)]


def test_swapped_coordinates_are_told_from_a_journey_by_the_orders_places():
    swapped = {"lat_deg": HOME[1], "lon_deg": HOME[0]}
    abroad = {"lat_deg": 40.0, "lon_deg": -3.7, "t_us": MIDDLE_US + 1}
    near = {"lat_deg": HOME[0] + 0.5, "t_us": MIDDLE_US + 2}
    rows = positions(swapped, abroad, near)
    result = screened(rows, places={"a1": [HOME]})
    assert reasons(result) == [(1, "latitude_longitude_swapped")]
    assert reasons(screened(rows, places={"other": [HOME]})) == []
    assert reasons(screened(rows)) == []


def test_a_swap_near_the_diagonal_is_not_called_one():
    equal = (45.0, 45.05)
    result = screened(positions({"lat_deg": 45.05, "lon_deg": 45.0}), places={"a1": [equal]})
    assert reasons(result) == []


def test_of_exact_duplicates_the_earliest_received_is_kept():
    rows = positions(
        {"received_us": NO_TIME_US},
        {"received_us": MIDDLE_US + 9},
        {"received_us": MIDDLE_US + 5},
        {"t_us": MIDDLE_US + 1},
    )
    result = screened(rows)
    assert result.fixes.row.tolist() == [3, 4]
    assert counts(result) == {"exact_duplicate": 2}


def test_records_of_one_instant_that_disagree_are_all_kept_and_counted():
    rows = positions({}, {"lat_deg": 51.07}, {}, {"t_us": MIDDLE_US + 1, "lat_deg": 51.07})
    result = screened(rows)
    assert result.fixes.row.tolist() == [1, 2, 4]
    assert result.rejects == ()
    assert counts(result) == {"exact_duplicate": 1, "conflicting_duplicate": 2}


def test_two_devices_at_one_instant_are_no_duplicates():
    rows = positions({}, {"device": "T2"})
    result = screened(rows, [activation(), activation("a2", "T2")])
    assert len(result.fixes) == 2
    assert result.notes == ()


def test_a_device_on_two_persons_at_once_is_refused_naming_both():
    with pytest.raises(RefusedInput, match=r"a1 .* and a2 .* at once"):
        Screen([activation("a1"), activation("a2", start="2026-03-07", end=None)], now_us=NOW_US)


def test_versions_of_an_order_may_repeat_an_activation_but_not_change_it():
    assert len(screened(positions({}), [activation(), activation()]).fixes) == 1
    with pytest.raises(RefusedInput, match="activation a1"):
        Screen([activation(), activation(end=None)], now_us=NOW_US)


def test_a_reject_tells_the_record_it_was_made_from():
    reject = screened(positions({"device": "T9"})).rejects[0]
    assert (reject.file, reject.row, reject.t_us) == ("f.csv", 1, MIDDLE_US)
    assert '"lat_deg": 51.06' in reject.raw
    assert '"received": null' in reject.raw


def test_no_rows_and_no_activations_are_no_trouble():
    assert len(screened(Positions.empty()).fixes) == 0
    result = screen_positions(positions({}), [], now_us=NOW_US, file="f", places={})
    assert [r.reason for r in result.rejects] == ["unknown_device"]


def test_inputs_are_not_changed():
    rows = positions({"t_us": MIDDLE_US - ROLLOVER_US}, {})
    before = rows.content().tolist()
    screened(rows, correct_week_rollover=True)
    assert rows.content().tolist() == before


def test_a_status_belongs_to_the_wearer_of_the_tag_or_of_the_home_unit():
    result = screen_statuses(
        readings(
            ("T1", MIDDLE_US, StatusKind.STRAP_OPEN),
            ("U1", MIDDLE_US, StatusKind.RADIO_HEARD),
            ("U9", MIDDLE_US, StatusKind.RADIO_HEARD),
            ("U1", END_US, StatusKind.UNIT_MOVED),
        ),
        [activation(unit="U1")],
        now_us=NOW_US,
        file="s.csv",
    )
    assert result.statuses.row.tolist() == [1, 2]
    assert result.statuses.keys == ("a1",)
    assert [(r.row, r.reason) for r in result.rejects] == [
        (3, "unknown_device"),
        (4, "outside_every_activation"),
    ]


def test_a_home_unit_that_two_wearers_share_speaks_for_itself_but_not_for_their_tags():
    rows = readings(
        ("U1", MIDDLE_US, StatusKind.UNIT_POWER_LOST),
        ("U1", MIDDLE_US, StatusKind.RADIO_HEARD),
        ("T2", MIDDLE_US, StatusKind.RADIO_HEARD),
    )
    both = [activation("a1", "T1", unit="U1"), activation("a2", "T2", unit="U1")]
    result = screen_statuses(rows, both, now_us=NOW_US, file="s.csv")
    owners = [
        (row, result.statuses.keys[key])
        for row, key in zip(result.statuses.row, result.statuses.key, strict=True)
    ]
    assert owners == [(1, "a1"), (1, "a2"), (3, "a2")]
    assert [(r.row, r.reason) for r in result.rejects] == [(2, "ambiguous_home_unit")]
    assert {note.code: note.count for note in result.notes} == {"shared_home_unit": 1}


def test_a_tag_may_be_replaced_while_the_home_unit_stays():
    fittings = [
        activation("a1", "T1", unit="U1"),
        activation("a2", "T2", start="2026-03-08", end=None, unit="U1"),
    ]
    rows = readings(("U1", END_US - 1, StatusKind.RADIO_HEARD), ("U1", END_US, StatusKind.RADIO_HEARD))
    result = screen_statuses(rows, fittings, now_us=NOW_US, file="s.csv")
    assert [result.statuses.keys[key] for key in result.statuses.key] == ["a1", "a2"]
    assert result.rejects == ()


DAYS = st.integers(0, 30)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), DAYS, st.integers(1, 9)), max_size=8),
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(-2, 42)), min_size=1, max_size=20),
)
def test_looking_up_columns_equals_asking_each_activation(spans, moments):
    activations = []
    for number, (device, first, days) in enumerate(spans):
        start, end = START_US + first * DAY_US, START_US + (first + days) * DAY_US
        if all(
            a.device_id != device or a.interval.stop_us <= start or a.interval.start_us >= end
            for a in activations
        ):
            activations.append(
                activation(f"a{number}", device, "2026-01-01", None).model_copy(
                    update={
                        "from_time": utc_datetime(start),
                        "to_time": utc_datetime(end),
                    }
                )
            )
    rows = positions(
        *({"device": d, "t_us": START_US + day * DAY_US + i} for i, (d, day) in enumerate(moments))
    )
    result = screen_positions(rows, activations, now_us=START_US + 99 * DAY_US, file="f")
    found = {
        int(row): result.fixes.keys[key] for row, key in zip(result.fixes.row, result.fixes.key, strict=True)
    }
    for row, (device, t_us) in enumerate(zip(moments, rows.t_us.tolist(), strict=True), start=1):
        expected = [
            a.activation_id for a in activations if a.device_id == device[0] and a.interval.contains(t_us)
        ]
        assert [found[row]] == expected if row in found else expected == []
