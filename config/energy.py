"""The energy section: night hours, prices by time of day, and what a month may consume."""

from __future__ import annotations

from config.fields import Context, Record
from console.domain.energy import EnergyPolicy, Target, Tariff, TariffPeriod, overlapping


def make_energy(record: Record | None, context: Context) -> EnergyPolicy:
    """The site's energy policy; nothing is preset but the night hours."""
    if record is None:
        return EnergyPolicy()
    tariffs: list[Tariff] = []
    for each in record.get("tariffs", []):
        if "unit" not in each:
            continue
        tariff = Tariff(each.get("unit"), tuple(_periods(each)), each.get("currency", "¥"))
        if any(other.unit == tariff.unit for other in tariffs):
            context.mistake(each.line_of("unit"), "tariff_twice", unit=tariff.unit)
        _overlap(tariff, each, context)
        tariffs.append(tariff)
    targets: list[Target] = []
    for each in record.get("targets", []):
        amounts = each.get("months", [])
        if "unit" not in each or "months" in each.bad:
            continue
        if len(amounts) != 12:
            context.mistake(each.line_of("months"), "target_months", count=len(amounts))
            continue
        if any(other.unit == each.get("unit") for other in targets):
            context.mistake(each.line_of("unit"), "target_twice", unit=each.get("unit"))
        targets.append(Target(each.get("unit"), tuple(amounts)))
    return EnergyPolicy(tuple(tariffs), tuple(targets), record.get("night", EnergyPolicy().night))


def _periods(record: Record) -> list[TariffPeriod]:
    found = []
    for each in record.get("periods", []):
        if "name" not in each or "price" not in each:
            continue
        hours: list[tuple[int, int]] = []
        for first, last in each.get("hours", []):
            hours += [(first, last)] if first < last else [(first, 1440), (0, last)] if last else [(first, 1440)]
        found.append(TariffPeriod(each.get("name"), each.get("price"), tuple(hours), tuple(each.get("months", ()))))
    return found


def _overlap(tariff: Tariff, record: Record, context: Context) -> None:
    both = overlapping(tariff.periods)
    if both is not None:
        names = sorted(period.name.zh for period in both)
        context.mistake(record.line_of("periods"), "tariff_overlap", one=names[0], other=names[1])
