"""No word of the safety screens is cut: rounds, hazards, plans, drills, filled, in both languages, at 1920 x 1080."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_ui_fit import Show, cut

from console.domain.accounts import Role
from console.domain.maintenance import safety_templates
from console.domain.maintenance.drills import Drill, DrillResult
from console.domain.maintenance.emergencies import begun
from console.domain.maintenance.hazards import Grade, Hazard, HazardState
from console.domain.maintenance.rescues import Rescue
from console.domain.maintenance.rounds import Round, new_round
from console.domain.times import DAY, HOUR, MINUTE
from console.texts import LANGUAGES
from console.ui.drills.screen import DrillsScreen
from console.ui.hazards.detail import ACTS
from console.ui.hazards.screen import HazardsScreen
from console.ui.rounds.screen import RoundsScreen
from console.ui.shell import Shell
from tests.helpers.snapshots import NOW, busy, delta, stamp

ROUTES = tuple(
    replace(route, id=f"RT-{number:06d}", number=number, revision=1, equipment="PS1")
    for number, route in enumerate(safety_templates.routes().values(), 1)
)
PLANS = tuple(
    replace(plan, id=f"YA-{number:04d}", number=number, revision=1)
    for number, plan in enumerate(safety_templates.emergency_plans().values(), 1)
)
DRILL_PLANS = tuple(
    replace(plan, id=f"YP-{number:04d}", number=number, revision=1, at=NOW - DAY, first="2025-01-31")
    for number, plan in enumerate(safety_templates.drill_plans().values(), 1)
)


def _round(number: int, **more: object) -> Round:
    made = new_round(ROUTES[number], NOW - (number + 2) * HOUR, NOW + DAY)
    return replace(made, number=number + 1, revision=1, **more)


def _hazard(number: int, state: HazardState, **more: object) -> Hazard:
    made = Hazard(
        id=f"HZ-{number:06d}", number=number, revision=1, at=NOW - number * DAY, what="消防通道堆放杂物 Goods in the fire lane",
        kind="fire_facility", place="B2", equipment="PS1", state=state, found=stamp(), person="zhao", deadline=NOW - HOUR,
        standard="通道净宽 4 m", repeats=("HZ-000099",),
    )  # fmt: skip
    return replace(made, **more)


RECORDS = (
    *ROUTES, *PLANS, *DRILL_PLANS,
    _round(0), _round(1, started=stamp()), _round(2, missed=True, further=3, late_at=NOW - HOUR),
    _round(3, late_at=NOW - 30 * MINUTE),
    _hazard(1, HazardState.FOUND), _hazard(2, HazardState.RECTIFYING, grade=Grade.MAJOR, measure="看守", reported=NOW),
    _hazard(3, HazardState.RECHECK, rectified=(stamp(by="zhao", note="已清"),), orders=(12,)),
    begun(PLANS[1], 1, stamp(), alarm=1, equipment="T1-L1"),
    Drill(id="YL-000001", number=1, revision=1, at=NOW - HOUR, until=NOW, event="fire", title=DRILL_PLANS[1].title,
          people=("wang",), count=30, result=DrillResult.PARTLY, entered=stamp()),
    Rescue(id="JY-000001", number=1, revision=1, at=NOW - HOUR, arrived_at=NOW - 20 * MINUTE, equipment="T1-L1", fault=1),
)  # fmt: skip


@pytest.fixture(params=LANGUAGES)
def filled(request: pytest.FixtureRequest, shell: Shell, show: Show) -> Shell:
    """The window with everything in it."""
    picture = show(busy(Role.SUPERVISOR))
    picture.take_delta(delta(picture.revision + 1, records=RECORDS))
    shell.change_language(request.param)
    return shell


def test_no_word_of_rounds_is_cut(filled: Shell) -> None:
    filled.open_screen("rounds")
    screen = filled.made_screen("rounds")
    assert isinstance(screen, RoundsScreen)
    for tab in screen.tabs.pages:
        screen.tabs.open(tab)
        assert not cut(screen), tab
    for place in range(len(ROUTES[1].checks)):
        screen.walk(RECORDS[len(ROUTES) + len(PLANS) + len(DRILL_PLANS) + 1].id)
        screen.runner.go(place)
        assert not cut(screen), place
    screen.edit_route(ROUTES[0])
    assert not cut(screen)


def test_no_word_of_hazards_is_cut(filled: Shell) -> None:
    filled.open_screen("hazards")
    screen = filled.made_screen("hazards")
    assert isinstance(screen, HazardsScreen)
    for number in (1, 2, 3):
        filled.open_hazard(f"HZ-{number:06d}")
        assert not cut(screen), number
        for act in ACTS:
            screen.detail.act(act)
            assert not cut(screen), (number, act)
    screen.record()
    assert not cut(screen)


def test_no_word_of_plans_and_drills_is_cut(filled: Shell) -> None:
    filled.open_screen("drills")
    screen = filled.made_screen("drills")
    assert isinstance(screen, DrillsScreen)
    for tab in screen.tabs.pages:
        screen.tabs.open(tab)
        assert not cut(screen), tab
    screen.edit_plan(PLANS[0])
    assert not cut(screen)
