"""Safety steps of an order: what has to be locked, permitted or announced before the work begins. Codes only, no sentences.

Which step belongs to which equipment is a template to be checked against the site's own rules; the dispatcher takes lines out or
adds some. Behind the steps: lock and tag 挂牌上锁 GB/T 33579-2017; isolate, test for voltage, earth and tag GB 26860-2011 §5 to 7
(work permits for electrical work likewise); hot work and confined spaces GB 30871-2022 §5 and §6; heights of 2 m and above
GB/T 3608-2008; barriers and notices at elevator doors and two persons at work TSG T5002-2017 (safety of maintenance work).
"""

from __future__ import annotations

PERMITS = ("permit_hot_work", "permit_height", "permit_electrical", "permit_confined")
"""Steps whose number of the paper permit is demanded."""

KINDS = (
    "announced", "barrier", "car_empty", "lockout", "voltage_check", "pressure_released", "isolation_recorded", "ventilated",
    "protective_equipment", "second_person", *PERMITS,
)  # fmt: skip

TEMPLATES: dict[str, tuple[str, ...]] = {  # by the equipment's kind, else by its system
    "elevator": ("announced", "barrier", "car_empty", "lockout", "second_person"),
    "escalator": ("announced", "barrier", "lockout", "second_person"),
    "fire": ("announced", "isolation_recorded"),
    "water": ("lockout", "pressure_released"),
    "sump": ("lockout", "permit_confined", "ventilated", "second_person"),
    "drainage": ("lockout", "pressure_released"),
    "power": ("permit_electrical", "lockout", "voltage_check", "protective_equipment"),
    "vfd": ("lockout", "voltage_check"),
    "ups": ("lockout", "voltage_check", "protective_equipment"),
    "generator": ("announced", "lockout", "protective_equipment"),
    "metering": ("voltage_check",),
    "heating": ("lockout", "pressure_released"),
    "lighting": ("lockout", "voltage_check"),
}

CERTIFICATES: dict[str, tuple[str, ...]] = {  # the kind of certificate that work on it asks for
    "elevator": ("elevator",),  # 特种设备作业人员证 T (电梯修理), TSG Z6001-2019
    "escalator": ("elevator",),
    "power": ("electrician",),  # 特种作业操作证 低压电工 / 高压电工, 应急管理部 (安监总局 30 号令)
    "fire": ("fire",),  # 消防设施操作员
}


def template(kind: str, system: str) -> tuple[str, ...]:
    """The steps for equipment of this kind and system."""
    return TEMPLATES.get(kind, TEMPLATES.get(system, ()))


def certificates(kind: str, system: str) -> tuple[str, ...]:
    """The kinds of certificate that work on such equipment asks for."""
    return CERTIFICATES.get(kind, CERTIFICATES.get(system, ()))
