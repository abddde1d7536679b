"""What a person may ask for: imperative, frozen, checked and decided in the collector, committed before it is confirmed."""

from __future__ import annotations

from console.domain.accounts import Role
from console.domain.asking import CommandBase as _Command
from console.domain.commissioning import Result
from console.domain.faults import CloseCode
from console.domain.maintenance import AnyRecord
from console.domain.maintenance.commands import MaintenanceCommand
from console.domain.notices import NotifySettings
from console.domain.orders import OrderKind, OrderState
from console.domain.readings import EnteredReading
from console.domain.rosters import Roster


class SetUpAdministrator(_Command, frozen=True):
    """Make the first account. Refused once there is one, and from any other machine."""

    account: str
    display: str
    secret: str


class SignOn(_Command, frozen=True):
    """Sign on at this station with a password or PIN."""

    account: str
    secret: str


class SignOff(_Command, frozen=True):
    """Sign off. The station goes on showing and sounding."""


class ChangeSecret(_Command, frozen=True):
    """Change one's own password or PIN."""

    old: str
    new: str


class SaveAccount(_Command, frozen=True):
    """Add or change an account (administrator). An empty ``secret`` keeps the present one."""

    account: str
    display: str
    roles: tuple[Role, ...]
    enabled: bool = True
    secret: str = ""
    phone: str = ""


class AcknowledgeAlarms(_Command, frozen=True):
    """Acknowledge alarms by number; those that are already acknowledged are passed over."""

    alarms: tuple[int, ...]
    comment: str = ""


class TakeFault(_Command, frozen=True):
    """ "I deal with it": stops the acknowledge clock, names the person and the station, acknowledges its alarms."""

    fault: int


class CloseFault(_Command, frozen=True):
    """Close a fault. REAL needs its order at least accepted (验收) and cause and remedy; others cancel an open order."""

    fault: int
    code: CloseCode
    cause: str = ""
    remedy: str = ""


class MergeFault(_Command, frozen=True):
    """``fault`` has the same cause as ``into``: it becomes part of it and ends as a duplicate."""

    fault: int
    into: int
    reason: str


class SplitFault(_Command, frozen=True):
    """``alarm`` has another cause than the rest of ``fault``: it gets a fault of its own, with its own clocks."""

    fault: int
    alarm: int
    reason: str


class RaiseOrder(_Command, frozen=True):
    """A new order by hand: a phone call or an inspection finding; ``fault`` raises one for a fault that has none open."""

    kind: OrderKind
    title: str
    equipment: str = ""
    priority: int = 3
    fault: int = 0
    caller: str = ""
    place: str = ""
    symptom: str = ""
    due_at: int = 0


class DispatchOrder(_Command, frozen=True):
    """派工: give an order to a person. ``contractor``: ``assignee`` is a name, not an account.

    ``agreed_at`` is the appointment (UTC ns, 0 = none), ``cautions`` what to look out for, ``safety`` the steps that have to be
    confirmed before the work begins, by kind; ``None`` leaves them as they are.
    """

    order: int
    assignee: str
    contractor: bool = False
    note: str = ""
    agreed_at: int = 0
    cautions: str = ""
    safety: tuple[str, ...] | None = None


class AdvanceOrder(_Command, frozen=True):
    """Enter a stage (核实, 接单, 到场, 实施, 自检, 归档). ``at`` 0 = now; ``by`` empty = the signed-on person.

    ``by`` another than the signed-on person marks an entry by proxy; ``at`` in the past needs ``reason``.
    """

    order: int
    stage: OrderState
    at: int = 0
    by: str = ""
    reason: str = ""
    note: str = ""


class MarkRestored(_Command, frozen=True):
    """Basic service is back: stops the *restored* clock. Same rules for ``at``, ``by`` and ``reason``."""

    order: int
    at: int = 0
    by: str = ""
    reason: str = ""


class VerifyOrder(_Command, frozen=True):
    """验收 by a second person: asks for the secret again (signature); refused to the assignee. ``rating`` 1 to 5, 0 = none."""

    order: int
    secret: str
    note: str = ""
    rating: int = 0


class ReworkOrder(_Command, frozen=True):
    """返工: back from 自检 to 实施, with a reason."""

    order: int
    reason: str


class HoldOrder(_Command, frozen=True):
    """挂起 with a reason code (waiting_parts, waiting_owner, force_majeure). Never for a P1 fault."""

    order: int
    reason: str
    note: str = ""


class ResumeOrder(_Command, frozen=True):
    """End a hold."""

    order: int


class CancelOrder(_Command, frozen=True):
    """作废 with a reason."""

    order: int
    reason: str


class NoteOrder(_Command, frozen=True):
    """Add a note."""

    order: int
    note: str


class CheckOrderItem(_Command, frozen=True):
    """Fill one line of the checklist (``item`` counts from 0; ``result`` pass | fail | na | skipped | "").

    Of a line with limits an empty ``result`` follows from the ``reading``. ``taken_at``: the reading is the point's live value
    of that time (UTC ns).
    """

    order: int
    item: int
    result: str
    reading: str = ""
    note: str = ""
    taken_at: int = 0


class ImportConfiguration(_Command, frozen=True):
    """Apply a site file as one diff, whole or not at all. ``base`` is the configuration revision that the preview showed."""

    text: str
    base: int


class UndoImport(_Command, frozen=True):
    """Put back the configuration before the last import."""

    base: int


class RecordPointTest(_Command, frozen=True):
    """One line of a commissioning sheet: the point was compared with the device's own display or an instrument.

    ``value``, ``quality`` and ``value_at`` (UTC ns) are what the person's screen showed at that moment; with ``value_at`` 0 the
    collector puts in what it has now. FAIL and NOTE need a ``note``, PASS needs ``device_value``.
    """

    point: str
    result: Result
    device_value: str = ""
    instrument: str = ""
    note: str = ""
    value: float | int | str | None = None
    quality: int = 0
    value_at: int = 0


class StopMonitoring(_Command, frozen=True):
    """End the collector. ``confirm`` must be the site's id, typed by the person."""

    confirm: str


class WriteNote(_Command, frozen=True):
    """Note something at a moment (UTC ns, 0 = now, never the future): a trend shows it. ``equipment`` may be empty."""

    text: str
    at: int = 0
    equipment: str = ""


class EnterReadings(_Command, frozen=True):
    """抄表: readings of manual points, all of them or none. At most one a point."""

    readings: tuple[EnteredReading, ...]


class StorePhoto(_Command, frozen=True):
    """Keep a photo for a reading that will name it by its SHA-256. The same file twice is one file."""

    data: bytes


class RecordIsolation(_Command, frozen=True):
    """屏蔽登记 by hand. ``since`` 0 = now; ``until`` 0 = not said; ``patrol_every`` ns, 0 = no patrol."""

    equipment: str
    reason: str
    isolated_by: str
    point: str = ""
    what: str = ""
    since: int = 0
    until: int = 0
    patrol_every: int = 0
    patrol_by: str = ""


class AmendIsolation(_Command, frozen=True):
    """Reason, person, planned end and patrol of an entry, as they are to be from now on."""

    isolation: int
    reason: str
    isolated_by: str
    until: int = 0
    patrol_every: int = 0
    patrol_by: str = ""


class RecordPatrol(_Command, frozen=True):
    """A compensating patrol of an isolated part was made. Same rules for ``at``, ``by`` and ``reason`` as a stage's."""

    isolation: int
    result: str
    at: int = 0
    by: str = ""
    reason: str = ""


class LiftIsolation(_Command, frozen=True):
    """An entry that a person opened is over: the part is back."""

    isolation: int
    note: str
    at: int = 0
    by: str = ""


class ConfirmTime(_Command, frozen=True):
    """The computer's clock was stepped, and shows the right time now: acknowledges the clock's alarm."""


class BackUpNow(_Command, frozen=True):
    """Make a backup now, into the folder that the site file names."""


class VerifyNow(_Command, frozen=True):
    """Read the whole store against its checksums now."""


class ShelveAlarms(_Command, frozen=True):
    """搁置: keep these alarms quiet for ``duration`` ns; they come back by themselves. Never fire or trapped passengers."""

    alarms: tuple[int, ...]
    reason: str
    duration: int = 900_000_000_000


class TakeOutOfService(_Command, frozen=True):
    """停用: silence equipment as long as the work order is open."""

    equipment: str
    order: int
    reason: str


class BeginTest(_Command, frozen=True):
    """测试: mark what comes from the equipment, or from points whose key begins with ``points``. ``witness``: the other person."""

    equipment: str
    reason: str
    witness: str
    duration: int = 3_600_000_000_000
    points: str = ""


class EndSilence(_Command, frozen=True):
    """End a shelf, an out-of-service entry or a test before its time."""

    silence: int
    note: str = ""


class ResetAlarms(_Command, frozen=True):
    """复位 latched alarms that have returned and are acknowledged."""

    alarms: tuple[int, ...]


class CheckAlarmStep(_Command, frozen=True):
    """One step of the alarm's procedure was done (``step`` counts from 0)."""

    alarm: int
    step: int
    note: str = ""


class SaveRoster(_Command, frozen=True):
    """The whole roster as it is to be from now on; ``base`` is the one that it was made from."""

    roster: Roster
    base: Roster


class SaveNotify(_Command, frozen=True):
    """Channels, addresses, subscriptions, policy; ``base`` likewise."""

    settings: NotifySettings
    base: NotifySettings


class KeepChannelSecret(_Command, frozen=True):
    """A channel's secret, kept where secrets are; empty forgets it."""

    channel: str
    secret: str


class SendTest(_Command, frozen=True):
    """A test message by ``channel`` to ``person`` (empty: the channel's group). ``Done`` means that the server took it."""

    channel: str
    person: str = ""


class RetryNotice(_Command, frozen=True):
    """Try a notice that waits now."""

    notice: int


class SaveRecords(_Command, frozen=True):
    """New versions of register entries and master data, all of them or none.

    ``bases`` are the revisions that the person's screen showed (0: a new record), one a record; ``reason`` is why.
    """

    records: tuple[AnyRecord, ...]
    bases: tuple[int, ...]
    reason: str = ""


class EndRecord(_Command, frozen=True):
    """Take a record out of use; all its versions stay readable."""

    kind: str
    record: str
    base: int
    reason: str


Command = (
    SetUpAdministrator | SignOn | SignOff | ChangeSecret | SaveAccount | AcknowledgeAlarms | TakeFault | CloseFault | RaiseOrder
    | DispatchOrder | AdvanceOrder | MarkRestored | VerifyOrder | ReworkOrder | HoldOrder | ResumeOrder | CancelOrder | NoteOrder
    | CheckOrderItem | ImportConfiguration | UndoImport | StopMonitoring | RecordPointTest
    | WriteNote | EnterReadings | StorePhoto | RecordIsolation | AmendIsolation | RecordPatrol | LiftIsolation
    | ShelveAlarms | TakeOutOfService | BeginTest | EndSilence | ResetAlarms | CheckAlarmStep
    | ConfirmTime | BackUpNow | VerifyNow
    | MergeFault | SplitFault | SaveRoster | SaveNotify | KeepChannelSecret | SendTest | RetryNotice
    | SaveRecords | EndRecord | MaintenanceCommand
)  # fmt: skip
