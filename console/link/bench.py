"""The commissioning bench's messages: read, scan, wire log, "why is this point bad", sheets. Part of :mod:`console.link.messages`.

Reading, scanning and the wire log need ``Right.COMMISSION``; why-bad and sheets are everybody's. What a device does not answer,
and what its limits forbid, comes back as ``Denied`` with the sentence that says so.
"""

from __future__ import annotations

import msgspec

from console.domain.commissioning import PointTest
from console.domain.problems import Problem


class _Message(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    pass


# --- read any register now


class ReadRegistersQuery(_Message, frozen=True):
    """Read ``count`` registers (function 3, 4) or bits (1, 2) from the 0-based PDU ``address``, in the line's own turn."""

    id: int
    connection: str
    unit: int
    function: int
    address: int
    count: int


class Decoding(msgspec.Struct, frozen=True, array_like=True):
    """One way of reading some of the registers.

    ``type`` is a type of a point source (u16, i32, f64, bcd16 …) or ``hex``, ``bits``, ``ascii``, ``bool``; ``order`` is ABCD,
    CDAB, BADC or DCBA, empty where one register has none. ``text`` is for people, ``value`` the exact number (``None``: none).
    ``hint``: 2 = looks like a real measured value, 1 = possible, 0 = hardly. A guess for the eye, nothing decides by it.
    """

    address: int
    type: str
    order: str
    text: str
    value: float | int | str | None
    hint: int


class ReadRegistersAnswer(_Message, frozen=True):
    """``data`` is the payload as it came (registers big-endian, bits packed from bit 0), ``at`` UTC ns.

    ``points`` are the configured points that lie in it, as (address, point id).
    """

    id: int
    at: int
    took_ms: float
    data: bytes
    decodings: tuple[Decoding, ...] = ()
    points: tuple[tuple[int, str], ...] = ()


# --- scan


class ScanPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to look for. ``kind`` ``bus``: units ``first`` … ``last`` (1–247); ``range``: addresses of ``unit``.

    ``function`` is what is read (of a bus: one register at ``address``, where identification is not answered). ``pause_ms``
    between two requests; ``span`` registers or bits at a time, 0 = as many as the unit takes.
    """

    connection: str
    kind: str
    first: int
    last: int
    unit: int = 1
    function: int = 3
    address: int = 0
    pause_ms: int = 100
    span: int = 0


class ScanQuery(_Message, frozen=True):
    """``plan`` given: start (one scan a connection at a time). Else ``job`` of an earlier answer: how far it is, or ``cancel`` it.

    Ask about a running job once a second; a job that nobody asked about for a minute is cancelled.
    """

    id: int
    plan: ScanPlan | None = None
    job: int = 0
    cancel: bool = False


class FoundUnit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A unit that answered. ``objects`` is its identification by object id (0 vendor, 1 product code, 2 revision …).

    ``how``: ``identified``, ``answered`` (a value came), ``refused`` (an exception came: it lives), ``garbled`` (something
    came that is no right answer: two units with one number, or a wrong line setting). ``exception`` is its code, 0 = none.
    """

    unit: int
    how: str
    exception: int = 0
    objects: dict[int, str] = {}
    took_ms: float = 0.0


class FoundRange(msgspec.Struct, frozen=True, omit_defaults=True):
    """Neighbouring addresses of one kind. ``state``: ``answers`` (``data`` as it came), ``refused`` (``exception``), ``silent``
    (no answer), ``forbidden`` (not asked: the configuration forbids it)."""

    first: int
    last: int
    state: str
    exception: int = 0
    data: bytes = b""


class ScanAnswer(_Message, frozen=True):
    """``state``: running, done, cancelled, failed (``problem``). ``done`` of ``total`` units or addresses; ``asked`` requests.

    ``units`` and ``ranges`` are everything found up to now, ascending. Times UTC ns, ``ended`` 0 while it runs.
    """

    id: int
    job: int
    plan: ScanPlan
    state: str
    done: int
    total: int
    asked: int
    started: int
    ended: int = 0
    units: tuple[FoundUnit, ...] = ()
    ranges: tuple[FoundRange, ...] = ()
    problem: Problem | None = None


# --- wire log


class WireFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which frames: of one ``unit`` (-1: all), one ``function`` (0: all), only those with ``errors``."""

    unit: int = -1
    function: int = 0
    errors: bool = False


class WireLogQuery(_Message, frozen=True):
    """The raw frames of a connection. ``action``: ``start`` (for ``minutes``, 1–240), ``stop``, ``read``, ``clear``.

    Frames are numbered from 1; ``since`` is the last number that the console has, at most ``limit`` newer ones come back, the
    oldest of them first. Ask once a second. Stopping keeps what was logged until it is cleared or the collector ends.
    """

    id: int
    connection: str
    action: str = "read"
    minutes: int = 10
    since: int = 0
    limit: int = 500
    filter: WireFilter = WireFilter()


class WireFrame(msgspec.Struct, frozen=True, array_like=True):
    """One frame. ``at`` UTC ns; ``sent`` by us. ``unit`` -1 and ``function`` 0 where the bytes do not tell.

    ``error`` is empty, or what is wrong: ``crc``, ``short``, ``garbage``, ``late``, ``wrong_unit``, ``wrong_function``,
    ``wrong_transaction`` (words: ``bench.wire.<error>``), ``exception_2`` (words: ``bench.wire.exception`` with ``code``); a
    question that was never answered is a frame of its own, without bytes, with ``timeout``. ``took_ms`` of an answer. An MQTT
    message is its topic, a zero byte, and the payload.
    """

    number: int
    at: int
    sent: bool
    data: bytes
    unit: int
    function: int
    error: str
    took_ms: float


class WireLogAnswer(_Message, frozen=True):
    """``until`` UTC ns: when it stops by itself, 0 = not logging. ``lost`` frames were pushed out of the ring by newer ones."""

    id: int
    connection: str
    until: int
    frames: tuple[WireFrame, ...] = ()
    kept: int = 0
    lost: int = 0
    last: int = 0  # the newest frame's number


class WireLogFileQuery(_Message, frozen=True):
    """The log as a file. ``format``: ``text`` or ``pcap`` (for Wireshark). ``language`` of the text: zh_CN or en."""

    id: int
    connection: str
    format: str
    filter: WireFilter = WireFilter()
    language: str = "zh_CN"


# --- why is this point bad, and sheets


class WhyBadQuery(_Message, frozen=True):
    """Why ``point`` (its id) has no good value."""

    id: int
    point: str


class WhyBadAnswer(_Message, frozen=True):
    """``problem`` is the one sentence with what to do (code ``bench.why.good``: nothing is wrong). ``because`` is a second one:
    the device's or connection's own words, where they say more. ``quality`` 255 = never had a value; ``since`` UTC ns, 0 = unknown.
    """

    id: int
    point: str
    quality: int
    problem: Problem
    because: Problem | None = None
    since: int = 0


class SheetQuery(_Message, frozen=True):
    """The commissioning sheet of a piece of equipment."""

    id: int
    equipment: str


class SheetAnswer(_Message, frozen=True):
    """All tests ever recorded, newest first; the newest of a point counts (``console.domain.commissioning.newest``)."""

    id: int
    equipment: str
    tests: tuple[PointTest, ...]


class SheetFileQuery(_Message, frozen=True):
    """The sheet as a file, ready to print. ``format``: ``html`` or ``text``; ``language``: zh_CN or en."""

    id: int
    equipment: str
    format: str
    language: str = "zh_CN"


class FileAnswer(_Message, frozen=True):
    """A file: a name to propose, and its bytes."""

    id: int
    name: str
    data: bytes


BenchQuery = (
    ReadRegistersQuery | ScanQuery | WireLogQuery | WireLogFileQuery | WhyBadQuery | SheetQuery | SheetFileQuery
)  # fmt: skip
BenchAnswer = ReadRegistersAnswer | ScanAnswer | WireLogAnswer | WhyBadAnswer | SheetAnswer | FileAnswer
