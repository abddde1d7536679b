"""Writes the demo estate's site file: sections of readable YAML with comments, as a person would keep it."""

from __future__ import annotations

from importlib.resources import files

from config.demo.layout import FLOORS, PODIUM_FEEDERS, PUMP_SETS, TOWERS, Feeder, Names, detectors, tower_feeders

# Modbus gateways in the order of their ports: base_port, base_port + 1, ...
_GATEWAYS: tuple[tuple[str, Names], ...] = (
    ("gw-lift-1", Names("1号楼电梯网关", "Tower 1 elevator gateway")),
    ("gw-lift-2", Names("2号楼电梯网关", "Tower 2 elevator gateway")),
    ("gw-lift-3", Names("裙楼电梯网关", "Podium elevator gateway")),
    ("gw-fire-1", Names("1#火灾报警控制器", "Fire panel 1")),
    ("gw-fire-2", Names("2#火灾报警控制器", "Fire panel 2")),
    ("gw-pump", Names("水泵房网关", "Pump room gateway")),
    ("gw-meter-1", Names("1号楼电表网关", "Tower 1 meter gateway")),
    ("gw-meter-2", Names("2号楼电表网关", "Tower 2 meter gateway")),
    ("gw-meter-3", Names("裙楼电表网关", "Podium meter gateway")),
)
CONNECTIONS = len(_GATEWAYS)  # TCP ports that the demo needs from base_port upward

_LIFT_COMPANY = "示例电梯维保有限公司（虚构）"
_FIRE_COMPANY = "示例消防技术服务有限公司（虚构）"
_WATER_COMPANY = "示例水务设备有限公司（虚构）"
_PHONE = "000-0000-{:04d}"  # no such number exists


def site_text(base_port: int, broker_port: int, hint_zh: str, hint_en: str) -> str:
    """The whole site file. Gateways listen on 127.0.0.1 from ``base_port`` upward, the MQTT broker on ``broker_port``;
    the hint (one line each) stands on the sign-on panel."""
    sections = (
        _head(Names(_quoted(hint_zh), _quoted(hint_en))),
        _locations(),
        _connections(base_port, broker_port),
        files("config.demo").joinpath("stations.yaml").read_text(encoding="utf-8"),
        "equipment:\n" + _elevators() + _pumps() + _fire() + _electricity() + _water() + _manual(),
        _plans(),
        _energy(),
        _duty(),
    )
    return "\n".join(sections)


def _quoted(text: str) -> str:
    """``text`` inside YAML's double quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _head(hint: Names) -> str:
    return f"""\
# The demo estate of Building Console: an invented estate whose devices are simulated on this computer.
# It is an ordinary site file: copy lines from here into your own (docs/configuration.md explains every key).
site:
  id: jinyun
  name: {Names("锦云府（演示）", "Jinyun Estate (demo)")}
  timezone: Asia/Shanghai
  hint: {hint}
"""


def _locations() -> str:
    lines = ["# Buildings, their plant rooms and floors.", "locations:"]

    def place(id_: str, name: Names, parent: str = "", kind: str = "building") -> None:
        above = f", parent: {parent}" if parent else ""
        lines.append(f"  - {{id: {id_}, name: {name}{above}, kind: {kind}}}")

    for tower, name in TOWERS:
        place(tower, name)
        place(f"{tower}-MR", Names("电梯机房", "Machine room"), tower, "room")
        place(f"{tower}-PR", Names("生活泵房", "Pump room"), tower, "room")
        place(f"{tower}-ER", Names("配电间", "Distribution room"), tower, "room")
        for floor in range(1, FLOORS + 1):
            place(f"{tower}-F{floor:02d}", Names(f"{floor}层", f"Floor {floor}"), tower, "floor")
    place("P", Names("商业裙楼", "Shopping podium"))
    for floor in range(1, 5):
        place(f"P-F{floor}", Names(f"{floor}层", f"Floor {floor}"), "P", "floor")
    place("P-B1", Names("地下一层", "Basement 1"), "P", "floor")
    place("P-B2", Names("地下二层", "Basement 2"), "P", "floor")
    place("P-ER", Names("配电房", "Distribution room"), "P", "room")
    place("P-MR", Names("电梯机房", "Machine room"), "P", "room")
    place("P-FCR", Names("消防控制室", "Fire control room"), "P", "room")
    place("P-FPR", Names("消防泵房", "Fire pump room"), "P-B2", "room")
    place("P-SUMP", Names("集水坑", "Sump"), "P-B2", "room")
    return "\n".join(lines) + "\n"


def _connections(base_port: int, broker_port: int) -> str:
    lines = ["# Every gateway is a TCP port of this computer; on a real site these are the gateways' addresses.", "connections:"]
    for index, (id_, name) in enumerate(_GATEWAYS):
        lines.append(
            f"  - {{id: {id_}, protocol: modbus-tcp, name: {name}, host: 127.0.0.1, port: {base_port + index}, timeout_ms: 500}}"
        )
    broker = Names("水表 MQTT 服务器", "Water meter MQTT broker")
    lines.append(f"  - {{id: broker, protocol: mqtt, name: {broker}, host: 127.0.0.1, port: {broker_port}}}")
    return "\n".join(lines) + "\n"


def _elevators() -> str:
    lines = ["  # Elevators: four in each tower, two in the podium. Fast polls make the car move on the screen."]
    count = 0

    def car(id_: str, name: Names, *, gateway: str, unit: int, room: str, rated: str) -> None:
        nonlocal count
        count += 1
        lines.append(
            f"  - {{id: {id_}, type: monarch_nice3000, name: {name}, location: {room}, connection: {gateway}, unit: {unit},\n"
            f'     with: {{trapped_bit: 3}}, rated: {{make: 默纳克, model: NICE3000+, load_kg: "1000", {rated}}},\n'
            f"     poll: {{current_floor: 500, direction: 500, trapped: 500, fault_code: 500}},\n"
            f"     facts: {{{_facts(_LIFT_COMPANY, 100)}, rescue_code: 示例-{count:03d}, certificate: 梯-示例-{count:04d}}}}}"
        )

    for tower, tower_name in TOWERS:
        short = tower.removeprefix("T")
        for number in range(1, 5):
            kind = Names("消防梯", "firefighters' lift") if number == 4 else Names("客梯", "passenger lift")
            name = Names(f"{short}-{number}# {kind.zh}", f"Lift {short}-{number}, {kind.en}")
            rated = f'floors: "{FLOORS}", speed_m_s: "2.5", building: {tower_name.zh}'
            car(f"{tower}-L{number}", name, gateway=f"gw-lift-{short}", unit=number, room=f"{tower}-MR", rated=rated)
    for number, kind in enumerate((Names("客梯", "passenger lift"), Names("货梯", "goods lift")), 1):
        name = Names(f"裙楼 {number}# {kind.zh}", f"Podium lift {number}, {kind.en}")
        car(
            f"P-L{number}",
            name,
            gateway="gw-lift-3",
            unit=number,
            room="P-MR",
            rated='floors: "6", speed_m_s: "1.0", use: commercial',
        )
    return "\n".join(lines) + "\n"


def _facts(company: str, number: int) -> str:
    """Who maintains it, as YAML within braces."""
    return f'maintenance_company: {company}, maintenance_phone: "{_PHONE.format(number)}"'


def _pumps() -> str:
    lines = ["  # Pump sets: a station (the pump room's PLC) and its pumps, all behind one gateway."]
    unit = 1
    for order, pump_set in enumerate(PUMP_SETS):
        fire = pump_set.kind == "fire_pump"
        limits = ", with: {pressure_low_mpa: 0.6, pressure_high_mpa: 1.2, level_low_m: 2.0}" if fire else ""
        setpoint = f', rated: {{setpoint_bar: "{pump_set.setpoint_bar}"}}' if pump_set.setpoint_bar else ""
        lines.append(
            f"  - {{id: {pump_set.id}, type: {pump_set.type}, kind: {pump_set.kind}, name: {pump_set.name}, "
            f"location: {pump_set.location}, connection: gw-pump, unit: {21 + order}{limits}{setpoint},\n"
            f"     facts: {{{_facts(_WATER_COMPANY, 200)}, isolation_point: {pump_set.isolation}}}}}"
        )
        system = "fire" if fire else "water"
        for number, name in enumerate(pump_set.pumps, 1):
            lines.append(
                f"  - {{id: {pump_set.id}{number}, type: grundfos_cim500, kind: {pump_set.pump_kind}, system: {system}, "
                f"name: {name}, location: {pump_set.location}, parent: {pump_set.id}, connection: gw-pump, unit: {unit},\n"
                f"     facts: {{isolation_point: {pump_set.isolation} {number} 号回路}}}}"
            )
            unit += 1
    return "\n".join(lines) + "\n"


def _fire() -> str:
    lines = ["  # Fire panels: 200 nodes each, named as on the panel itself."]
    for number, panel in enumerate(("F1", "F2"), 1):
        names = detectors(panel)
        label = Names(f"{number}#火灾报警控制器", f"Fire panel {number}")
        lines.append(
            f"  - id: {panel}\n    type: gst_fire_modbus\n    name: {label}\n    location: P-FCR\n"
            f"    connection: gw-fire-{number}\n    unit: 1\n    with: {{nodes: {len(names)}}}\n"
            f"    facts: {{{_facts(_FIRE_COMPANY, 300)}, keys: 消防控制室钥匙箱 {number} 号}}\n"
            "    names:"
        )
        lines += [f"      node_{node}: {name}" for node, name in enumerate(names, 1)]
    return "\n".join(lines) + "\n"


def _electricity() -> str:
    lines = ["  # Electricity meters: twelve on each gateway. `load` tells the simulator what hangs on the meter."]
    rooms = [(tower, f"{tower}-ER", tower_feeders(tower, name)) for tower, name in TOWERS] + [("P", "P-ER", PODIUM_FEEDERS)]
    for gateway, (_, room, feeders) in enumerate(rooms, 1):
        lines += [_meter(feeder, room, f"gw-meter-{gateway}", unit) for unit, feeder in enumerate(feeders, 1)]
    return "\n".join(lines) + "\n"


def _meter(feeder: Feeder, room: str, gateway: str, unit: int) -> str:
    line = (
        f"  - {{id: {feeder.id}, type: eastron_sdm630, name: {feeder.name}, location: {room}, connection: {gateway}, unit: {unit}, "
        f'rated: {{load: {feeder.load}, power_kw: "{feeder.power_kw}"}}'
    )
    return f"{line}{_mains(room.partition('-')[0])}}}" if feeder.load == "incoming" else f"{line}}}"


def _mains(building: str) -> str:
    """The incoming meter sees a power cut: one cause, behind which everything of the building folds."""
    text = Names("市电失电", "Mains failure")
    cause = Names("供电中断或进线开关跳闸", "The supply failed or the incoming breaker tripped")
    consequence = Names(
        "电梯、水泵停运，应急照明和消防设备由备用电源供电", "Lifts and pumps stand still; what has a standby supply runs on it"
    )
    action = Names(
        "联系供电部门；逐梯确认无人被困；检查备用电源",
        "Call the utility; make sure that nobody is trapped; check the standby supply",
    )
    return (
        f",\n     alarms: [{{key: mains, point: voltage_l1, kind: calculated, priority: 2, explains: [{building}], text: {text},\n"
        '      expression: "voltage_l1 < 50 and voltage_l2 < 50 and voltage_l3 < 50",\n'
        f"      cause: {cause}, consequence: {consequence},\n      action: {action}}}]"
    )


def _water() -> str:
    lines = ["  # Water meters: JSON over MQTT, ten zones in each tower and four in the podium."]

    def meter(id_: str, name: Names, place: str, peak: float, use: str) -> None:
        topic = f"meters/water/{id_.lower()}"
        lines.append(
            f"  - {{id: {id_}, type: mqtt_water_meter, name: {name}, location: {place}, connection: broker, "
            f"with: {{topic: {topic}, availability_topic: {topic}/state, interval_ms: 5000}}, "
            f'rated: {{flow_m3h: "{peak}", use: {use}}}}}'
        )

    for tower, name in TOWERS:
        for zone in range(10):
            first = zone * 10 // 3 + 1
            last = (zone + 1) * 10 // 3 if zone < 9 else FLOORS
            meter(
                f"{tower}-WM{zone + 1:02d}", Names(f"{name.zh} {first}～{last}层水表", f"{name.en} floors {first}-{last} water"),
                f"{tower}-F{first:02d}", 1.5, "residential",
            )  # fmt: skip
    for number, (name, peak) in enumerate(
        (
            (Names("餐饮用水", "Restaurants water"), 6.0),
            (Names("超市用水", "Supermarket water"), 2.5),
            (Names("公共卫生间用水", "Public toilets water"), 3.0),
            (Names("空调补水", "Cooling make-up water"), 2.0),
        ),
        1,
    ):
        meter(f"P-WM{number:02d}", name, f"P-F{number}", peak, "commercial")
    return "\n".join(lines) + "\n"


def _manual() -> str:
    """Meters and gauges without a wire, read on a round through the plant rooms."""
    name = Names("泵房人工抄表", "Pump room round")
    gas, tenant = Names("锅炉房燃气表", "Boiler room gas meter"), Names("商户 3-12 水表", "Shop 3-12 water meter")
    inlet = Names("市政进水压力表", "City main pressure gauge")
    hydrant = Names("末端试水装置压力表", "Far-end sprinkler test gauge")
    points = (
        ("gas", gas, "kind: counter, unit: m³, decimals: 1, plausible: [0, 999999.9], wraps_at: 1000000",
         "remind: monthly 25 09:00, max_daily: 400, photo: required"),
        ("shop_water", tenant, "kind: counter, unit: m³, decimals: 2, plausible: [0, 99999.99], wraps_at: 100000",
         "remind: monthly 25 09:00, max_daily: 20"),
        ("inlet_pressure", inlet, "unit: MPa, decimals: 2, normal: [0.2, 0.5], plausible: [0, 1.6]", "remind: weekly mon 09:00"),
        ("test_pressure", hydrant, "unit: MPa, decimals: 2, normal: [0.05, 0.5], plausible: [0, 1.6]", "remind: weekly mon 09:00"),
    )  # fmt: skip
    lines = [
        "  # Read by people: no wire, no connection.",
        f"  - {{id: P-MR, type: manual_readings, name: {name}, location: P-FPR, system: metering, points: [",
        *(f"      {{key: {key}, name: {title}, source: manual, {what}, {when}}}," for key, title, what, when in points),
        "    ]}",
    ]
    return "\n".join(lines) + "\n"


def _plans() -> str:
    return """\
# Plans of this estate beside those that come with the equipment types: the daily rounds, due from tomorrow.
plans:
  - equipment: T1-DW
    key: daily_round
    title: {zh: 生活泵房每日巡查（示例）, en: Daily pump room round (example)}
    every: 1 d
    lead: 1 d
    work: 0.5
    source: {zh: 示例，按本小区制度修改, en: "Example, to be edited"}
    checklist:
      - {zh: 抄录出水压力和水箱液位, en: Note discharge pressure and tank level}
      - {zh: 听水泵有无异响，看有无渗漏, en: "Listen for noise, look for leaks"}
      - {zh: 泵房门锁、照明、通风, en: "Door, lights, ventilation"}
  - equipment: F1
    key: daily_round
    title: {zh: 消防控制室每日检查（示例）, en: Daily fire control room check (example)}
    every: 1 d
    lead: 1 d
    work: 0.5
    source: {zh: 示例，按本小区制度修改, en: "Example, to be edited"}
    checklist:
      - {zh: 控制器处于自动、无未处理的报警和故障, en: "Panel in auto, no open alarms or faults"}
      - {zh: 打印纸、钥匙、应急照明, en: "Printer paper, keys, emergency light"}
  - equipment: T1-DW
    key: tank_cleaning
    title: {zh: 生活水箱清洗消毒（示例）, en: Tank cleaning and disinfection (example)}
    every: 6 months
    lead: 14 d
    shift: next
    work: 6
    source: {zh: 二次供水示例周期，以当地规定为准, en: "Example interval, local rules decide"}
    checklist:
      - {zh: 提前发停水通知, en: Announce the interruption}
      - {zh: 清洗、消毒、取样送检, en: "Clean, disinfect, take a sample"}
"""


def _energy() -> str:
    return """\
# What electricity and water cost, and what a month may use. Prices, hours and targets are invented examples: write those of
# your own supply contract (尖峰平谷 hours and prices differ from city to city and from year to year).
energy:
  night: 02:00-05:00
  tariffs:
    - unit: kW·h
      periods:
        - {name: {zh: 尖（示例）, en: Critical peak (example)}, price: 1.28, hours: ["19:00-21:00"]}
        - {name: {zh: 峰（示例）, en: Peak (example)}, price: 1.06, hours: ["10:00-12:00", "14:00-19:00"]}
        - {name: {zh: 谷（示例）, en: Valley (example)}, price: 0.32, hours: ["23:00-07:00"]}
        - {name: {zh: 平（示例）, en: Flat (example)}, price: 0.66}
    - unit: m³
      periods:
        - {name: {zh: 综合水价（示例）, en: Water and sewage (example)}, price: 5.0}
  targets:
    - {unit: kW·h, months: [640000, 590000, 600000, 580000, 620000, 720000, 800000, 800000, 700000, 600000, 640000, 660000]}
    - {unit: m³, months: [14000, 13000, 14000, 14000, 15000, 16000, 17000, 17000, 16000, 15000, 14000, 14000]}
"""


def _duty() -> str:
    return """\
# Two shifts, four teams: two days, two nights, four days off in turn. Nothing leaves this computer before there is a channel.
roster:
  shifts:
    - {id: day, name: {zh: 早班, en: Day}, hours: "08:00-20:00"}
    - {id: night, name: {zh: 夜班, en: Night}, hours: "20:00-08:00"}
  teams:
    - {id: A, name: {zh: 甲班, en: Team A}, members: [{person: wang}, {person: 何俊, level: shift_leader}]}
    - {id: B, name: {zh: 乙班, en: Team B}, members: [{person: 马超}, {person: 林静, level: shift_leader}]}
    - {id: C, name: {zh: 丙班, en: Team C}, members: [{person: 高翔}, {person: 罗敏, level: shift_leader}]}
    - {id: D, name: {zh: 丁班, en: Team D}, members: [{person: 唐磊}, {person: 宋佳, level: shift_leader}]}
  cycle:
    - {day: A, night: D}
    - {day: A, night: D}
    - {day: B, night: A}
    - {day: B, night: A}
    - {day: C, night: B}
    - {day: C, night: B}
    - {day: D, night: C}
    - {day: D, night: C}
  since: 2026-01-01
  standing: [{person: zhou, level: supervisor}, {person: chen, level: manager}]
"""
