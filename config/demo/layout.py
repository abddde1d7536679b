"""What stands where in the demo estate: plain data, from which `site.py` writes the file."""

from __future__ import annotations

from dataclasses import dataclass

FLOORS = 33
NODES = 200  # of each fire panel


@dataclass(frozen=True, slots=True)
class Names:
    """A name in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        """As YAML."""
        return f'{{zh: "{self.zh}", en: "{self.en}"}}'


TOWERS = (("T1", Names("1号楼", "Tower 1")), ("T2", Names("2号楼", "Tower 2")))


@dataclass(frozen=True, slots=True)
class Feeder:
    """An electricity meter: what it feeds and its rating."""

    id: str
    name: Names
    load: str
    power_kw: int


def tower_feeders(tower: str, name: Names) -> tuple[Feeder, ...]:
    """The twelve meters of a tower's distribution room."""
    risers = tuple(
        Feeder(
            f"{tower}-EM{index + 2:02d}",
            Names(f"{name.zh}居民用电 {first}～{last}层", f"{name.en} homes, floors {first}-{last}"),
            "residential",
            90,
        )
        for index, (first, last) in enumerate(((1, 5), (6, 11), (12, 17), (18, 22), (23, 28), (29, 33)))
    )
    return (
        Feeder(f"{tower}-EM01", Names(f"{name.zh}进线总表", f"{name.en} incoming"), "incoming", 560),
        *risers,
        Feeder(f"{tower}-EM08", Names(f"{name.zh}公共照明", f"{name.en} public lighting"), "lighting", 24),
        Feeder(f"{tower}-EM09", Names(f"{name.zh}电梯动力", f"{name.en} elevators"), "elevators", 80),
        Feeder(f"{tower}-EM10", Names(f"{name.zh}水泵房动力", f"{name.en} pump room"), "pumps", 36),
        Feeder(f"{tower}-EM11", Names(f"{name.zh}地库充电桩", f"{name.en} car chargers"), "charging", 120),
        Feeder(f"{tower}-EM12", Names(f"{name.zh}弱电与消防", f"{name.en} control and fire"), "constant", 12),
    )


PODIUM_FEEDERS = (
    Feeder("P-EM01", Names("商业裙楼进线总表", "Podium incoming"), "incoming", 900),
    Feeder("P-EM02", Names("一层商铺", "Shops, floor 1"), "commercial", 110),
    Feeder("P-EM03", Names("二层商铺", "Shops, floor 2"), "commercial", 110),
    Feeder("P-EM04", Names("三层餐饮", "Restaurants, floor 3"), "commercial", 140),
    Feeder("P-EM05", Names("四层影院", "Cinema, floor 4"), "commercial", 90),
    Feeder("P-EM06", Names("超市", "Supermarket"), "commercial", 160),
    Feeder("P-EM07", Names("超市冷库", "Cold store"), "constant", 45),
    Feeder("P-EM08", Names("中央空调 1#", "Air conditioning 1"), "hvac", 180),
    Feeder("P-EM09", Names("中央空调 2#", "Air conditioning 2"), "hvac", 180),
    Feeder("P-EM10", Names("公共照明与广告", "Public lighting and signs"), "lighting", 60),
    Feeder("P-EM11", Names("客货电梯动力", "Elevators"), "elevators", 45),
    Feeder("P-EM12", Names("排污泵与消防泵", "Sewage and fire pumps"), "pumps", 110),
)


@dataclass(frozen=True, slots=True)
class PumpSet:
    """A pump room: its station and its pumps. ``units``: the first is the station's, the pumps follow."""

    id: str
    name: Names
    type: str
    kind: str
    pump_kind: str
    location: str
    setpoint_bar: float
    pumps: tuple[Names, ...]
    isolation: str


PUMP_SETS = (
    PumpSet(
        "T1-DW", Names("1号楼生活水泵组", "Tower 1 domestic water set"), "demo_water_station", "secondary_water_supply",
        "domestic_pump", "T1-PR", 11.0,
        (Names("1#生活泵", "Domestic pump 1"), Names("2#生活泵", "Domestic pump 2"), Names("3#生活泵", "Domestic pump 3")),
        "1号楼泵房 AP1 柜",
    ),
    PumpSet(
        "T2-DW", Names("2号楼生活水泵组", "Tower 2 domestic water set"), "demo_water_station", "secondary_water_supply",
        "domestic_pump", "T2-PR", 11.0, (Names("1#生活泵", "Domestic pump 1"), Names("2#生活泵", "Domestic pump 2")),
        "2号楼泵房 AP1 柜",
    ),
    PumpSet(
        "P-SP", Names("地下室集水坑泵组", "Basement sump"), "demo_sump_station", "sump", "sewage_pump", "P-SUMP", 0.0,
        (Names("1#排污泵", "Sewage pump 1"), Names("2#排污泵", "Sewage pump 2")), "地库 AP3 柜",
    ),
    PumpSet(
        "P-FP", Names("消防水泵组", "Fire water set"), "demo_water_station", "fire_pump", "fire_pump", "P-FPR", 8.5,
        (Names("消防主泵", "Fire pump"), Names("稳压泵", "Jockey pump")), "消防泵房 AP2 柜",
    ),
)  # fmt: skip


def detectors(panel: str) -> list[Names]:
    """Names of a panel's nodes, in address order: panel 1 watches the towers, panel 2 podium and basements."""
    if panel == "F1":
        towers = [
            Names(f"{name.zh}{floor}层{place.zh}", f"{name.en} floor {floor}, {place.en}")
            for _, name in TOWERS
            for floor in range(1, FLOORS + 1)
            for place in (Names("前室感烟", "lobby smoke"), Names("走廊感烟", "corridor smoke"), Names("手报", "call point"))
        ]
        rest = [Names("1号楼电梯机房感烟", "Tower 1 machine room smoke"), Names("2号楼电梯机房感烟", "Tower 2 machine room smoke")]
        return (towers + rest)[:NODES]
    shops = [
        Names(f"裙楼{floor}层{area}区{place.zh}", f"Podium floor {floor} area {area}, {place.en}")
        for floor in range(1, 5)
        for area in "ABCDEF"
        for place in (
            Names("感烟 1", "smoke 1"),
            Names("感烟 2", "smoke 2"),
            Names("手报", "call point"),
            Names("喷淋水流", "flow switch"),
        )
    ]
    basement = [
        Names(f"地库{level}层{number}#{place.zh}", f"Basement {level} no. {number}, {place.en}")
        for level in (1, 2)
        for number in range(1, 27)
        for place in (Names("感烟", "smoke"), Names("感温", "heat"))
    ]
    return (shops + basement)[:NODES]
