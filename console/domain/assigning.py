"""Who should get an order: by skill, certificate, shift and present load; and who must not (R-SLA-18, R-KP-04)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.domain.accounts import Account, Right, Role
from console.domain.acts import Act
from console.domain.estate import Equipment
from console.domain.maintenance import safety
from console.domain.maintenance.people import Person, unfit
from console.domain.orders import Order
from console.domain.problems import Problem, Refused
from console.domain.rosters import Roster, running


@dataclass(frozen=True, slots=True)
class Candidate:
    """``problem``: why not. ``load`` is the number of open orders that were given to the person."""

    name: str
    display: str
    on_duty: bool
    load: int
    technician: bool
    problem: Problem | None = None
    company: str = ""

    @property
    def contractor(self) -> bool:
        """Not an account: somebody of an outside company with a record here."""
        return bool(self.company)


def wanted_certificates(order: Order, machine: Equipment | None, keeps_people: bool) -> tuple[str, ...]:
    """What the order asks for, else what the equipment's class asks, on an estate that keeps its people's records."""
    if order.certificates or machine is None or not keeps_people:
        return order.certificates
    return safety.certificates(machine.kind, machine.system)


def demand_fit(act: Act, order: Order, assignee: str, contractor: bool, moment: int = 0) -> None:
    """Refuse a person without the skills and valid certificates that the work asks for, with the reason.

    An outside company answers for its people unless one of them has a record here.
    """
    people = act.world.records(Person)
    person = people.get(assignee) or next((each for each in people.values() if contractor and each.name == assignee), None)
    if contractor and person is None:
        return
    wanted = wanted_certificates(order, act.world.equipment.get(order.equipment), bool(people))
    problem = unfit(person, order.skills, wanted, max(moment, act.now), act.world.timezone)
    if problem is not None:
        raise Refused(problem.code, **problem.params)


@dataclass(frozen=True, slots=True)
class Crew:
    """What is known of the people; one place, so that screens and tests ask the same way."""

    accounts: Mapping[str, Account]
    people: Mapping[str, Person]
    roster: Roster
    timezone: str


def candidates(crew: Crew, order: Order, machine: Equipment | None, orders: Iterable[Order], now: int) -> list[Candidate]:
    """Everybody who could be named, the best first: fit, on duty, a technician, few open orders; at the end those who must not."""
    moment = max(now, order.agreed_at)
    wanted = wanted_certificates(order, machine, bool(crew.people))
    load: dict[str, int] = {}
    for each in orders:
        if each.open and each.assignee and each.number != order.number:
            load[each.assignee] = load.get(each.assignee, 0) + 1
    duty = {member.person for watch in running(crew.roster, moment, crew.timezone) for member in watch.members}
    found = [
        Candidate(
            name=account.name,
            display=account.display,
            on_duty=account.name in duty,
            load=load.get(account.name, 0),
            technician=Role.TECHNICIAN in account.roles,
            problem=unfit(crew.people.get(account.name), order.skills, wanted, moment, crew.timezone),
        )
        for account in crew.accounts.values()
        if account.may(Right.WORK_ORDER)
    ]
    found += [
        Candidate(
            name=person.name,
            display=person.name,
            on_duty=False,
            load=load.get(person.name, 0),
            technician=True,
            problem=unfit(person, order.skills, wanted, moment, crew.timezone),
            company=person.company,
        )
        for person in crew.people.values()
        if person.company and person.id not in crew.accounts
    ]
    return sorted(
        found, key=lambda each: (each.problem is not None, not each.on_duty, not each.technician, each.load, each.display)
    )
