from __future__ import annotations

import numpy as np
import pytest

from throughcare.monitoring.fixes import Source
from throughcare.simulation.errors import ErrorModel, Measured, Receiver, Regime, Sky, draw_receiver, measure
from throughcare.simulation.movement import Setting, Track
from throughcare.simulation.people import HomeClass

HONEST = Receiver(0.68, 1.0)
MODEL = ErrorModel()


def _still(setting: Setting, hours: float) -> tuple[Track, np.ndarray]:
    """Return a track that stays at the origin, and a time a minute."""
    t = np.arange(0.0, hours * 3600.0, 60.0)
    track = Track(
        np.array([0.0, t[-1]]), np.zeros(2), np.zeros(2), np.full(2, int(setting)), np.zeros(2, np.int64)
    )
    return track, t


def _measured(
    setting: Setting,
    *,
    seed: int = 0,
    home: HomeClass = HomeClass.GOOD,
    receiver: Receiver = HONEST,
    hours: float = 100.0,
) -> Measured:
    track, t = _still(setting, hours)
    return measure(
        rng=np.random.default_rng(seed), model=MODEL, receiver=receiver, home_class=home, track=track, t_s=t
    )


def _many(setting: Setting, **options: object) -> list[Measured]:
    return [_measured(setting, seed=seed, **options) for seed in range(25)]  # type: ignore[arg-type]


def _errors_m(measured: Measured, source: Source = Source.GNSS) -> np.ndarray:
    rows = measured.found & (measured.source == source)
    return np.hypot(measured.east_m, measured.north_m)[rows]


def test_outdoor_errors_have_the_quantiles_of_collars_at_surveyed_stations() -> None:
    errors = np.concatenate([_errors_m(m) for m in _many(Setting.AWAY_OUTDOORS)])
    for share, collar_m in (
        (50, 3.9),
        (68, 5.3),
        (95, 10.3),
        (99, 14.2),
    ):  # NoFence, data catalogue section 2
        assert np.percentile(errors, share) == pytest.approx(collar_m, rel=0.25), share


def test_the_bias_of_a_site_is_constant_and_differs_between_sites() -> None:
    runs = _many(Setting.AWAY_OUTDOORS)
    clean = [m.found & (m.regime == Regime.CLEAN) for m in runs]
    middles = np.array(
        [(m.east_m[ok].mean(), m.north_m[ok].mean()) for m, ok in zip(runs, clean, strict=True)]
    )
    assert np.median(np.hypot(*middles.T)) == pytest.approx(3.1, rel=0.45)  # NoFence: median 3.1 m
    first, second = (
        runs[0].east_m[clean[0]][:2500].mean(),
        runs[0].east_m[clean[0]][2500:].mean(),
    )
    assert abs(first - second) < 1.0


def test_errors_are_autocorrelated_indoors_for_many_minutes_and_outdoors_for_few() -> None:
    def lag(setting: Setting, steps: int) -> float:
        found = []
        for m in _many(setting):
            series = np.where(m.regime & ~Regime.OVERCONFIDENT == 0, m.east_m, np.nan)
            series = series - np.nanmean(series)
            pair = np.isfinite(series[steps:]) & np.isfinite(series[:-steps])
            found.append(np.corrcoef(series[steps:][pair], series[:-steps][pair])[0, 1])
        return float(np.mean(found))

    assert 0.78 < lag(Setting.HOME_INDOORS, 1) < 0.95
    assert 0.3 < lag(Setting.AWAY_OUTDOORS, 1) < 0.7
    assert lag(Setting.AWAY_OUTDOORS, 10) < lag(Setting.HOME_INDOORS, 10) < lag(Setting.HOME_INDOORS, 1)


@pytest.mark.parametrize(
    ("home", "available", "sigma_m"),
    [(HomeClass.GOOD, 0.90, 8.0), (HomeClass.FAIR, 0.70, 18.0), (HomeClass.POOR, 0.50, 35.0)],
)
def test_homes_see_the_sky_and_err_as_their_class_says(
    home: HomeClass, available: float, sigma_m: float
) -> None:
    runs = _many(Setting.HOME_INDOORS, home=home)
    gnss = np.concatenate([m.found & (m.source == Source.GNSS) for m in runs])
    assert gnss.mean() == pytest.approx(available, abs=0.03)
    spread = [np.std(m.east_m[m.found & (m.regime & ~Regime.OVERCONFIDENT == 0)]) for m in runs]
    assert np.mean(spread) == pytest.approx(sigma_m * np.exp(MODEL.breathing**2), rel=0.2)


def test_gaps_last_minutes_not_single_fixes() -> None:
    found = _measured(Setting.HOME_INDOORS, home=HomeClass.FAIR, hours=600).source == Source.GNSS
    lost = ~(found & _measured(Setting.HOME_INDOORS, home=HomeClass.FAIR, hours=600).found)
    gaps = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], lost.astype(int), [0]]))))[::2]
    assert gaps.mean() > 2.0
    assert gaps.max() > 10


def test_an_honest_radius_holds_about_its_stated_share_of_clean_errors() -> None:
    for level, low, high in ((0.68, 0.6, 0.8), (0.95, 0.9, 0.99)):
        runs = _many(Setting.HOME_INDOORS, receiver=Receiver(level, 1.0))
        inside = [
            (np.hypot(m.east_m, m.north_m) <= m.accuracy_m)[m.found & (m.regime == Regime.CLEAN)].mean()
            for m in runs
        ]
        assert low < np.mean(inside) < high


def test_an_optimistic_device_claims_too_small_a_radius_and_the_truth_says_so() -> None:
    optimist = _measured(Setting.HOME_INDOORS, receiver=Receiver(0.68, MODEL.optimist_factor))
    assert (optimist.regime[optimist.source == Source.GNSS] & Regime.OVERCONFIDENT).all()
    inside = np.hypot(optimist.east_m, optimist.north_m) <= optimist.accuracy_m
    assert inside[optimist.found & (optimist.source == Source.GNSS)].mean() < 0.45


def test_excursions_come_at_their_rate_and_some_are_blind() -> None:
    runs = _many(Setting.HOME_INDOORS, home=HomeClass.POOR)
    count = blind = 0
    for m in runs:
        flag = np.concatenate([[0], (m.regime & Regime.EXCURSION > 0).astype(int)])
        starts = np.flatnonzero(np.diff(flag) == 1)
        count += len(starts)
        blind += int((m.regime[starts] & Regime.OVERCONFIDENT > 0).sum())
    nights = 25 * 100.0 / 12.0
    assert count / nights == pytest.approx(4.0, rel=0.35)  # fewer are counted: some hide in gaps or overlap
    assert blind / count == pytest.approx(0.4, abs=0.08)


def test_wifi_and_cell_positions_have_errors_of_their_own_kind() -> None:
    runs = [_measured(Setting.AWAY_INDOORS, seed=seed) for seed in range(120)]
    wifi = [np.median(_errors_m(m, Source.WIFI)) for m in runs if (m.source == Source.WIFI).any()]
    cell = [np.median(_errors_m(m, Source.CELL)) for m in runs if (m.source == Source.CELL).any()]
    assert np.median(wifi) == pytest.approx(38, rel=0.3)
    assert np.median(cell) == pytest.approx(600, rel=0.3)
    radii = np.concatenate([m.accuracy_m[m.source == Source.WIFI] for m in runs])
    assert radii.min() >= 30
    assert radii.max() <= 75


def test_outliers_are_rare_and_reach_far() -> None:
    runs = _many(Setting.AWAY_OUTDOORS)
    struck = np.concatenate([(m.regime & Regime.OUTLIER > 0)[m.source == Source.GNSS] for m in runs])
    errors = np.concatenate([_errors_m(m) for m in runs])
    assert struck.mean() == pytest.approx(0.003, rel=0.3)
    assert 500 < errors.max() < 5_000


def test_a_model_with_a_short_table_is_refused() -> None:
    with pytest.raises(ValueError, match=f"sigma_m needs {len(Sky)} numbers"):
        ErrorModel(sigma_m=(1.0, 2.0))


def test_devices_differ_in_level_and_honesty() -> None:
    drawn = [draw_receiver(rng=np.random.default_rng(seed), model=MODEL) for seed in range(400)]
    assert np.mean([r.level == 0.95 for r in drawn]) == pytest.approx(0.5, abs=0.08)
    assert np.mean([r.factor < 1 for r in drawn]) == pytest.approx(0.15, abs=0.06)
