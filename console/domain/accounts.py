"""People: named accounts, five roles, and what each role may do. Checked in the collector, shown in the console."""

from __future__ import annotations

import enum

import msgspec


class Role(enum.StrEnum):
    """Roles of R-SE-02."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(enum.StrEnum):
    """One thing that may be allowed."""

    ACKNOWLEDGE = "acknowledge"  # alarms
    TAKE_FAULT = "take_fault"
    CLOSE_FAULT = "close_fault"
    RAISE_ORDER = "raise_order"
    DISPATCH_ORDER = "dispatch_order"
    WORK_ORDER = "work_order"  # enter stages, for oneself or by proxy
    VERIFY_ORDER = "verify_order"  # 验收
    CONFIGURE = "configure"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    STOP_MONITORING = "stop_monitoring"
    ENTER_READINGS = "enter_readings"  # 抄表, with photos
    ISOLATE = "isolate"  # keep the isolation register
    PATROL = "patrol"  # record a compensating patrol
    COMMISSION = "commission"  # read, scan and log a line by hand; record tests of points

    SHELVE = "shelve"  # shelve alarms, take equipment out of service, begin a test
    SHELVE_LONG = "shelve_long"  # for more than a shift

    KEEP_LEDGER = "keep_ledger"  # the equipment ledger's cards, imports of it
    MANAGE_PEOPLE = "manage_people"  # skills and certificates of those who work here
    MANAGE_STOCK = "manage_stock"  # spare parts and vendors
    HAND_OVER = "hand_over"  # stand a shift: its checks, its records, its handover
    RUN_DRILL = "run_drill"  # 演练: begin and end one
    MOVE_STOCK = "move_stock"  # take parts for an order, put them back

    DO_SAFETY = "do_safety"  # make rounds, report and rectify hazards, follow emergency plans, write rescue records
    MANAGE_SAFETY = "manage_safety"  # routes, emergency plans, drills; analyse hazards, explain missed rounds
    READ_ARCHIVE = "read_archive"  # the archive register and packages (查阅权限, R-AR-09); each reading is in the log
    REMOVE_RECORDS = "remove_records"  # what was kept long enough, one by one (R-AR-01)

    PLAN_MAINTENANCE = "plan_maintenance"  # plans, their turns, working days


_DESK = {
    Right.ACKNOWLEDGE, Right.TAKE_FAULT, Right.CLOSE_FAULT, Right.RAISE_ORDER, Right.DISPATCH_ORDER, Right.WORK_ORDER,
    Right.ENTER_READINGS, Right.ISOLATE, Right.PATROL, Right.SHELVE, Right.MOVE_STOCK, Right.HAND_OVER, Right.DO_SAFETY,
}  # fmt: skip

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(_DESK),
    Role.SUPERVISOR: frozenset(
        _DESK
        | {Right.VERIFY_ORDER, Right.READ_AUDIT, Right.CONFIGURE, Right.COMMISSION, Right.SHELVE_LONG, Right.RUN_DRILL}
        | {Right.PLAN_MAINTENANCE, Right.KEEP_LEDGER, Right.MANAGE_PEOPLE, Right.MANAGE_STOCK, Right.MANAGE_SAFETY}
        | {Right.READ_ARCHIVE}
    ),
    Role.TECHNICIAN: frozenset(
        {Right.WORK_ORDER, Right.COMMISSION, Right.ENTER_READINGS, Right.PATROL, Right.MOVE_STOCK, Right.DO_SAFETY}
    ),
    Role.ADMINISTRATOR: frozenset(
        {Right.CONFIGURE, Right.MANAGE_ACCOUNTS, Right.READ_AUDIT, Right.STOP_MONITORING, Right.COMMISSION, Right.KEEP_LEDGER}
    ),
    Role.AUDITOR: frozenset({Right.READ_AUDIT, Right.READ_ARCHIVE, Right.REMOVE_RECORDS}),
}


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person. The secret's hash is not here: it never leaves the store.

    ``locked_until`` UTC ns: sign-on is refused before (lock-out after wrong secrets); 0 = not locked.
    """

    name: str  # the sign-on name, immutable
    display: str
    roles: tuple[Role, ...]
    enabled: bool = True
    locked_until: int = 0
    phone: str = ""

    def may(self, right: Right) -> bool:
        """True if one of the roles has ``right`` and the account is enabled."""
        return self.enabled and any(right in RIGHTS[role] for role in self.roles)
