"""Maintenance plans: when a preventive order is due, by calendar or by running hours."""

from __future__ import annotations

import msgspec

from console.domain.text import EMPTY, Text


class MaintenancePlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One plan of one piece of equipment. Exactly one of ``every_days``, ``every_months``, ``every_hours`` is not 0.

    ``every_hours`` counts on ``hours_point`` (a run-hours counter). ``lead_days``: the order is raised that long before it is
    due. ``source`` names the rule or manual behind it; templates are examples to be edited.
    """

    id: str  # equipment id + "/" + key
    equipment: str
    title: Text
    every_days: int = 0
    every_months: int = 0
    every_hours: float = 0.0
    hours_point: str = ""
    first_due: str = ""  # local date YYYY-MM-DD; empty: one interval after the plan was first seen
    lead_days: int = 0
    priority: int = 4
    checklist: tuple[Text, ...] = ()
    source: Text = EMPTY
    assignee: str = ""


class PlanState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a plan remembers. ``next_due`` UTC ns for calendar plans, ``next_hours`` for running-hours plans;
    ``open_order`` is the number of its not yet finished order, 0 if none."""

    plan: str
    first_seen: int
    next_due: int = 0
    next_hours: float = 0.0
    open_order: int = 0
    last_done: int = 0
