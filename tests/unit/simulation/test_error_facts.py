"""The simulation stays near what was measured of real receivers; docs/error-model.md shows both."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from benchmarks.error_fits import pictures, simulated
from benchmarks.error_fits.real import collar_facts, noise_fit
from throughcare.simulation.error_facts import COLLAR_NOISE, COLLARS, PHONES, RIDES, SHARES, CollarFacts
from throughcare.simulation.errors import ErrorModel, Sky
from throughcare.simulation.movement import Setting
from throughcare.simulation.processes import autocorrelated


@pytest.fixture(scope="module")
def tags() -> CollarFacts:
    return simulated.collars(model=ErrorModel(), stations=300, seed=7)


def test_quantiles_of_the_error_in_the_open_are_those_of_collars_within_15_percent(tags: CollarFacts) -> None:
    assert tags.error_m == pytest.approx(COLLARS.error_m, rel=0.15)


def test_quantiles_about_the_mean_of_a_site_are_those_of_collars_within_8_percent(tags: CollarFacts) -> None:
    assert tags.within_m == pytest.approx(COLLARS.within_m, rel=0.08)


def test_the_bias_of_sites_is_that_of_collars_within_15_percent(tags: CollarFacts) -> None:
    assert tags.site_bias_m[:2] == pytest.approx(COLLARS.site_bias_m[:2], rel=0.15)


def test_autocorrelation_from_5_to_50_minutes_is_that_of_collars_within_a_thirtieth(
    tags: CollarFacts,
) -> None:
    assert tags.autocorrelation == pytest.approx(COLLARS.autocorrelation, abs=0.033)


def test_the_tail_of_the_simulation_is_heavier_than_the_tail_of_collars(tags: CollarFacts) -> None:
    assert COLLARS.far < tags.far < 0.01


@pytest.mark.parametrize("setting", [Setting.ON_FOOT, Setting.ON_CYCLE, Setting.IN_VEHICLE])
def test_errors_on_the_move_lie_between_the_best_receiver_and_the_worst_phones(setting: Setting) -> None:
    row = simulated.moving(model=ErrorModel(), setting=setting, seed=7)
    best = np.min([r.error_m for r in RIDES.by_receiver], axis=0)
    worst = np.max([r.error_m for r in PHONES.moving_by_mode], axis=0)
    assert (best < row.error_m).all()
    assert (row.error_m < worst).all()


def test_the_share_within_the_stated_accuracy_is_in_the_range_of_phones() -> None:
    row = simulated.moving(model=ErrorModel(), setting=Setting.IN_VEHICLE, seed=7)
    shares = [r.inside for r in PHONES.moving_by_mode if r.inside is not None]
    assert row.inside is not None
    assert min(shares) < row.inside < max(shares)


def test_the_model_carries_the_fit_outdoors_and_nowhere_else() -> None:
    model = ErrorModel()
    carried = [
        (model.sigma_m[sky], model.bias_m[sky], model.slow_share[sky], model.slow_tau_s[sky]) for sky in Sky
    ]
    fitted = (COLLAR_NOISE.sigma_m, COLLAR_NOISE.bias_m, COLLAR_NOISE.slow_share, COLLAR_NOISE.slow_tau_s)
    assert [sky for sky in Sky if carried[sky] == fitted] == [Sky.OUTDOORS]
    assert model.breathing == COLLAR_NOISE.breathing


def test_the_fit_is_what_the_committed_facts_give() -> None:
    assert noise_fit(COLLARS) == COLLAR_NOISE


def test_the_fit_finds_the_parameters_of_the_model_that_made_the_errors() -> None:
    rng = np.random.default_rng(3)
    t_s = np.arange(0.0, 86_400.0, 300.0)
    runs = []
    for _ in range(300):
        breath = np.exp(0.3 * autocorrelated(rng=rng, t_s=t_s, tau_s=1500.0)[0])
        slow = autocorrelated(rng=rng, t_s=t_s, tau_s=1200.0, columns=2)
        noise = np.sqrt(0.6) * slow + np.sqrt(0.4) * rng.standard_normal(slow.shape)
        runs.append(2.0 * breath * noise + 3.0 * rng.standard_normal((2, 1)))
    found = noise_fit(collar_facts(runs))
    assert found.sigma_m == pytest.approx(2.0, rel=0.05)
    assert found.bias_m == pytest.approx(3.0, rel=0.1)
    assert found.slow_share == pytest.approx(0.6, abs=0.05)
    assert found.slow_tau_s == pytest.approx(1200.0, rel=0.1)
    assert found.breathing == pytest.approx(0.3, abs=0.05)


def test_a_wild_fix_is_counted_and_moves_no_other_fact() -> None:
    rng = np.random.default_rng(4)
    runs = [rng.standard_normal((2, 200)) for _ in range(4)]
    wild = [np.concatenate([runs[0], [[900.0], [0.0]]], axis=1), *runs[1:]]
    calm, struck = collar_facts(runs), collar_facts(wild)
    assert struck.far == pytest.approx(1 / 801, abs=1e-5)
    assert (struck.site_bias_m, struck.within_m) == (calm.site_bias_m, calm.within_m)


def test_noise_with_a_correlation_time_of_each_step_keeps_its_variance_and_forgets_at_its_own_pace() -> None:
    t_s = np.arange(0.0, 6_000_000.0, 60.0)
    tau_s = np.where(t_s < 3_000_000.0, 120.0, 1200.0)
    noise = autocorrelated(rng=np.random.default_rng(5), t_s=t_s, tau_s=tau_s)[0]
    for half, lasts_s in ((noise[:50_000], 120.0), (noise[50_000:], 1200.0)):
        assert half.var() == pytest.approx(1.0, abs=0.12)
        assert np.mean(half[1:] * half[:-1]) / half.var() == pytest.approx(np.exp(-60.0 / lasts_s), abs=0.02)


def test_the_picture_says_in_words_what_it_draws(tmp_path: Path, tags: CollarFacts) -> None:
    path = tmp_path / "picture.svg"
    pictures.collars(COLLARS, tags, path)
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    title, words = root.find(f"{space}title"), root.find(f"{space}desc")
    assert title is not None
    assert words is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    for share, metres in zip(SHARES, COLLARS.error_m, strict=True):
        assert f"{share:.0%} within {metres:.1f} m real" in (words.text or "")
    assert len(root.findall(f"{space}circle")) == len(SHARES) + len(COLLARS.autocorrelation) + 1
