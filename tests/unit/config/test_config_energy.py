"""The energy section: nights, prices by time of day, targets; and what is wrong in it, with its line."""

from __future__ import annotations

from config_builders import codes, site

from config.demo.site import site_text
from config.loader import load_text
from console.domain.energy import EnergyPolicy, overlapping

GOOD = """\
energy:
  night: 23:30-05:00
  tariffs:
    - unit: kW·h
      periods:
        - {name: 峰, price: 1.1, hours: ["10:00-12:00", "14:00-19:00"]}
        - {name: 谷, price: 0.3, hours: ["23:00-07:00"], months: [1, 12]}
        - {name: 平, price: 0.6}
    - {unit: m³, currency: 元, periods: [{name: 水, price: 5}]}
  targets:
    - {unit: kW·h, months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}
"""


def policy(more: str) -> EnergyPolicy:
    loaded = load_text(site() + more, "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    return loaded.estate.energy


def test_without_a_word_there_are_no_prices_and_the_night_is_from_two_to_five() -> None:
    assert policy("") == EnergyPolicy((), (), (120, 300))


def test_prices_nights_and_targets_are_read() -> None:
    read = policy(GOOD)
    assert read.night == (1410, 300)
    power, water = read.tariffs
    assert [(each.name.zh, each.price, each.hours, each.months) for each in power.periods] == [
        ("峰", 1.1, ((600, 720), (840, 1140)), ()),
        ("谷", 0.3, ((1380, 1440), (0, 420)), (1, 12)),  # over midnight: two parts of one day
        ("平", 0.6, (), ()),
    ]
    assert (power.currency, water.currency) == ("¥", "元")
    assert read.target("kW·h", 12) == 12.0


def test_hours_that_end_at_midnight_are_one_part() -> None:
    more = 'energy: {tariffs: [{unit: kW·h, periods: [{name: 晚, price: 1, hours: ["22:00-24:00", "20:00-0:00"]}]}]}\n'
    periods = load_text(site() + more.replace(', "20:00-0:00"', ""), "site.yaml").estate.energy.tariffs[0].periods  # type: ignore[union-attr]
    assert periods[0].hours == ((1320, 1440),)
    zero = policy(more.replace('"22:00-24:00", ', ""))
    assert zero.tariffs[0].periods[0].hours == ((1200, 1440),)


def test_what_is_wrong_is_said_with_its_line() -> None:
    base = len(site().splitlines())
    overlap = GOOD.replace('"14:00-19:00"]', '"11:00-19:00", "22:00-23:30"]')
    assert codes(site() + overlap) == [(base + 5, "tariff_overlap")]
    assert codes(site() + GOOD.replace("unit: m³", "unit: kW·h")) == [(base + 9, "tariff_twice")]
    assert codes(site() + GOOD.replace(", 11, 12]", ", 11]")) == [(base + 11, "target_months")]
    twice = GOOD + "    - {unit: kW·h, months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}\n"
    assert codes(site() + twice) == [(base + 12, "target_twice")]
    for wrong in ("25:00-26:00", "10:00", "10:00-10:00", "24:00-02:00"):
        assert [line for line, _ in codes(site() + GOOD.replace("10:00-12:00", wrong))] == [base + 6], wrong
    assert [line for line, _ in codes(site() + GOOD.replace("[1, 12]", "[0, 13]"))] != []


def test_the_demo_estate_has_prices_without_a_gap_and_says_that_they_are_examples() -> None:
    loaded = load_text(site_text(5020, 1883, "x", "y"), "site.yaml")
    assert loaded.estate is not None, loaded.mistakes
    shown = loaded.estate.energy
    assert {tariff.unit for tariff in shown.tariffs} == {target.unit for target in shown.targets} == {"kW·h", "m³"}
    for tariff in shown.tariffs:
        assert overlapping(tariff.periods) is None
        assert all("示例" in period.name.zh and "example" in period.name.en for period in tariff.periods)
        assert any(not period.hours for period in tariff.periods)
