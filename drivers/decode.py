"""Wire bytes to values, a whole block at once.

A :class:`BlockDecoder` is compiled once for a block of points; a poll then costs a handful of numpy calls, whatever the
number of points. Every point gets eight bytes, gathered in the order that its type and word order ask for, so that one
array of 64-bit words serves all types; integers stay integers (exact above 2**53) unless a scale or an offset makes them
real numbers.

Qualities given here: NOT_AVAILABLE for a device's own "no value" (a listed sentinel, NaN, an infinity), BAD for what
cannot be the point's value (a BCD digit above 9, a number outside ``plausible``, an overflow). Such values are 0 or the
raw number and mean nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.domain.estate import ModbusSource, Point
from console.domain.quality import Quality
from console.domain.registers import NUMBERS, is_text, width
from drivers.factors import Factors
from drivers.scaling import ratio
from drivers.wording import Texts

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
UInt64s = npt.NDArray[np.uint64]
UInt8s = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Numbers = Int64s | UInt64s | Floats
Values = Numbers | list[str]

_BYTES = {
    "bool": 2,
    "u8hi": 1,
    "u8lo": 1,
    "u16": 2,
    "i16": 2,
    "bcd16": 2,
    "u32": 4,
    "i32": 4,
    "f32": 4,
    "bcd32": 4,
    "u64": 8,
    "i64": 8,
    "f64": 8,
}
assert _BYTES.keys() == NUMBERS.keys()
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
_DIGITS = np.arange(0, 32, 4, dtype=np.uint64)  # the shifts of eight BCD digits, lowest first
_TENS = np.array([10**digit for digit in range(8)], np.uint64)
_NOTHING = np.zeros(1, np.uint8)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The values of one class out of one block: read-only arrays of one length, or texts. ``points`` are store numbers."""

    points: Int32s
    values: Values
    quality: UInt8s


class BlockDecoder:
    """Decodes the payload of one block read (the bytes after the byte count) into values and qualities.

    ``address`` is the block's first register or coil. Equal payloads give back the same arrays: most polls of a quiet
    plant cost one comparison of bytes. ``factors`` are those of the unit: what it decodes of them goes there at once, and
    what needs them is NOT_AVAILABLE until they are known.
    """

    def __init__(self, function: int, address: int, points: Sequence[Point], factors: Factors | None = None) -> None:
        self._coils = function in (1, 2)
        wordy = [point for point in points if is_text(modbus(point).type)]
        self._texts = Texts(address, [modbus(point) for point in wordy]) if wordy else None
        self._text_numbers: Int32s = np.array([point.number for point in wordy], np.int32)
        numeric = [point for point in points if not is_text(modbus(point).type)]
        kept = sorted(numeric, key=lambda point: _rank(point, self._coils))
        ranks = [_rank(point, self._coils) for point in kept]
        sources = [modbus(point) for point in kept]
        self._numbers: Int32s = np.array([point.number for point in kept], np.int32)
        ends = [sum(1 for rank in ranks if rank <= group) for group in range(6)]
        self._unsigned, self._whole, self._integers, self._wide, self._single = ends[0], ends[1], ends[2], ends[3], ends[4]
        shape = (-1,) if self._coils else (-1, 8)
        self._gather = np.array([_bytes_of(source, address, self._coils) for source in sources], np.intp).reshape(shape)
        self._shift = _shifts(sources, self._coils)
        self._bits = _bits(sources, self._coils)
        self._bcd = np.array([i for i, source in enumerate(sources) if source.type.startswith("bcd")], np.intp)
        self._flags = np.array([i for i, source in enumerate(sources) if _is_flag(source, self._coils)], np.intp)
        self._sentinels = _sentinels(sources, ranks)
        real = sources[self._whole :]
        ratios = [ratio(source.scale) for source in real]
        self._times = np.array([each[0] for each in ratios], np.float64)
        self._by = np.array([each[1] for each in ratios], np.float64)
        self._offset = np.array([source.offset for source in real], np.float64)
        self._factors = factors
        self._teaches = factors is not None and factors.among(kept)
        self._scaled = [(i, source) for i, source in enumerate(real) if source.factors]
        self._unscaled = np.array([i for i, _ in self._scaled], np.intp)  # those whose scale is unknown
        self._plain_scale = self._times, self._by
        self._revision = 0
        self._limits = _limits(kept)
        ends = [modbus(point).address - address + width(modbus(point)) for point in points]
        self._size = -(-max(ends) // 8) if self._coils else 2 * max(ends)
        self._payload = b""
        self._decoded: tuple[Decoded, ...] = ()

    def decode(self, payload: bytes) -> tuple[Decoded, ...]:
        """Values and qualities of every point, one :class:`Decoded` a value class."""
        if self._scaled and self._factors is not None and self._factors.revision != self._revision:
            self._scale(self._factors)
        elif payload == self._payload and self._decoded:
            return self._decoded
        self._payload, self._decoded = payload, self._decode(payload)
        if self._teaches and self._factors is not None:
            for part in self._decoded:
                if not isinstance(part.values, list):
                    self._factors.take(part.points.tolist(), part.values.tolist(), part.quality.tolist())
            if self._scaled and self._factors.revision != self._revision:
                self._scale(self._factors)  # a factor beside the values that it is for
                self._decoded = self._decode(payload)
        return self._decoded

    def _scale(self, factors: Factors) -> None:
        """Take up the present factors."""
        self._revision = factors.revision
        self._times, self._by = self._plain_scale[0].copy(), self._plain_scale[1].copy()
        unknown = []
        for place, source in self._scaled:
            found = factors.ratio(source)
            if found is None:
                unknown.append(place)
            else:
                self._times[place] *= found[0]
                self._by[place] *= found[1]
        self._unscaled = np.array(unknown, np.intp)

    def _decode(self, payload: bytes) -> tuple[Decoded, ...]:
        numbers = self._decode_numbers(payload) if len(self._numbers) else []
        if self._texts is not None:
            texts, quality = self._texts.decode(payload)
            numbers.append(Decoded(self._text_numbers, texts, np.array(quality, np.uint8)))
        return tuple(numbers)

    def _decode_numbers(self, payload: bytes) -> list[Decoded]:
        quality: UInt8s = np.zeros(len(self._numbers), np.uint8)
        words = self._words(payload)
        not_available = _hits(words, self._sentinels) if self._sentinels is not None else None
        if len(self._bcd):
            self._decode_bcd(words, quality)
            if not_available is not None and self._sentinels is not None:
                not_available[self._bcd] |= _hits(words, self._sentinels)[self._bcd]
        if self._bits is not None:
            words = (words >> self._bits[0]) & self._bits[1]
        if len(self._flags):
            words[self._flags] = words[self._flags] != 0
        whole = words[self._unsigned : self._whole].view(np.int64)
        if self._shift is not None and len(whole):
            shift = self._shift[self._unsigned : self._whole]
            whole = (whole << shift) >> shift
        unsigned = words[: self._unsigned]
        real = self._real(words, quality, not_available)
        if not_available is not None:
            quality[not_available] = Quality.NOT_AVAILABLE
        if self._limits is not None:
            self._judge(unsigned, whole, real, quality)
        return self._parts(unsigned, whole, real, quality)

    def lost(self, quality: Quality) -> tuple[Decoded, ...]:
        """Every point with its last value (0 if it never had one) and ``quality``: the block is not answered any more."""
        known = self._decoded or self._decode(bytes(self._size))
        self._payload, self._decoded = b"", ()
        return tuple(Decoded(part.points, part.values, np.full(len(part.points), quality, np.uint8)) for part in known)

    def _words(self, payload: bytes) -> UInt64s:
        """One 64-bit word a point: its bytes in the order of its type, padded with zeros."""
        raw = np.frombuffer(payload, np.uint8)
        if self._coils:
            return np.unpackbits(raw, bitorder="little")[self._gather].astype(np.uint64)
        return np.concatenate((raw, _NOTHING))[self._gather].view(np.uint64).ravel()

    def _decode_bcd(self, words: UInt64s, quality: UInt8s) -> None:
        """Replace BCD words by their numbers; a digit above 9 is not a number."""
        digits = (words[self._bcd][:, np.newaxis] >> _DIGITS) & np.uint64(15)
        wrong = (digits > 9).any(axis=1)
        quality[self._bcd[wrong]] = Quality.BAD
        right = self._bcd[~wrong]
        words[right] = digits[~wrong] @ _TENS

    def _real(self, words: UInt64s, quality: UInt8s, not_available: Bools | None) -> Floats:
        """The scaled integers and the floats as real numbers; what is not finite becomes 0 with a quality."""
        if self._whole == len(words):
            return np.zeros(0)
        with np.errstate(over="ignore", invalid="ignore"):  # a signalling NaN is as good as any other
            return self._finite(self._plain(words), quality, not_available)

    def _plain(self, words: UInt64s) -> Floats:
        """The real numbers before their scale."""
        integers = words[self._whole : self._integers].view(np.int64)
        if self._shift is not None and len(integers):
            shift = self._shift[self._whole : self._integers]
            integers = (integers << shift) >> shift
        return np.concatenate(
            (
                integers.astype(np.float64),
                words[self._integers : self._wide].astype(np.float64),
                words[self._wide : self._single].astype(np.uint32).view(np.float32).astype(np.float64),
                words[self._single :].view(np.float64),
            )
        )

    def _finite(self, plain: Floats, quality: UInt8s, not_available: Bools | None) -> Floats:
        """Scale, and take out what is no number."""
        finite = np.isfinite(plain)
        if not finite.all():
            plain[~finite] = 0.0
            quality[self._whole :][~finite] = Quality.NOT_AVAILABLE
        if not_available is not None and self._sentinels is not None:
            floats = self._wide - self._whole
            listed = self._sentinels[0][self._wide :].view(np.int64).astype(np.float64)
            not_available[self._wide :] = ((plain[floats:, np.newaxis] == listed) & self._sentinels[1][self._wide :]).any(axis=1)
        values: Floats = plain * self._times / self._by + self._offset
        if len(self._unscaled):
            values[self._unscaled] = 0.0
            readable = self._unscaled[quality[self._whole :][self._unscaled] == Quality.GOOD]
            quality[self._whole :][readable] = Quality.NOT_AVAILABLE
        overflow = ~np.isfinite(values)
        if overflow.any():
            values[overflow] = 0.0
            quality[self._whole :][overflow] = Quality.BAD
        return values

    def _judge(self, unsigned: UInt64s, whole: Int64s, real: Floats, quality: UInt8s) -> None:
        """A number outside the point's plausible limits is BAD, unless it was no number to begin with."""
        assert self._limits is not None
        values = np.concatenate((unsigned.astype(np.float64), whole.astype(np.float64), real))
        outside = (values < self._limits[0]) | (values > self._limits[1])
        quality[outside & (quality == Quality.GOOD)] = Quality.BAD

    def _parts(self, unsigned: UInt64s, whole: Int64s, real: Floats, quality: UInt8s) -> list[Decoded]:
        parts: list[Decoded] = []
        pieces: tuple[tuple[Numbers, int], ...] = ((unsigned, 0), (whole, self._unsigned), (real, self._whole))
        for values, start in pieces:
            if len(values):
                part = Decoded(self._numbers[start : start + len(values)], values, quality[start : start + len(values)])
                for array in (part.points, values, part.quality):
                    array.flags.writeable = False
                parts.append(part)
        return parts


def modbus(point: Point) -> ModbusSource:
    """The point's Modbus source; only points with one come here."""
    assert isinstance(point.source, ModbusSource)
    return point.source


def _rank(point: Point, coils: bool) -> int:
    """Where a point stands in its block: u64, other integers, scaled integers, scaled u64, f32, f64."""
    source = modbus(point)
    exact = source.scale == 1 and source.offset == 0 and not source.factors
    if coils:
        return 1 if exact else 2
    if source.type in ("f32", "f64"):
        return 4 if source.type == "f32" else 5
    if source.type == "u64" and source.bit is None:
        return 0 if exact else 3
    return 1 if exact else 2


def _bytes_of(source: ModbusSource, address: int, coils: bool) -> list[int] | int:
    """Which bytes of the payload make the point's word, in this machine's byte order; -1 is the zero after the payload."""
    start = source.address - address
    if coils:
        return start
    size = _BYTES[source.type]
    places = [2 * start + i for i in range(2 * NUMBERS[source.type])]
    if source.order in ("BADC", "DCBA"):
        places = [place ^ 1 for place in places]
    if source.order in ("CDAB", "DCBA"):
        places = [place for word in range(len(places) - 2, -1, -2) for place in places[word : word + 2]]
    if size == 1:
        places = places[:1] if source.type == "u8hi" else places[1:]
    places = [-1] * (8 - len(places)) + places
    return places[::-1] if sys.byteorder == "little" else places


def _shifts(sources: Sequence[ModbusSource], coils: bool) -> Int64s | None:
    """How far a word is shifted up and back to spread its sign; None if no point is signed."""
    if coils:
        return None
    shifts = [64 - 8 * _BYTES[source.type] if source.type[0] == "i" and source.bit is None else 0 for source in sources]
    return np.array(shifts, np.int64) if any(shifts) else None


def _bits(sources: Sequence[ModbusSource], coils: bool) -> tuple[UInt64s, UInt64s] | None:
    """Shift and mask of every point; None if no point takes bits."""
    if coils or all(source.bit is None for source in sources):
        return None
    shifts = [source.bit or 0 for source in sources]
    masks = [(1 << 64) - 1 if source.bit is None else (1 << source.bits) - 1 for source in sources]
    return np.array(shifts, np.uint64), np.array(masks, np.uint64)


def _is_flag(source: ModbusSource, coils: bool) -> bool:
    """A bool that is a whole register: any bit set is true."""
    return not coils and source.type == "bool" and source.bit is None


def _sentinels(sources: Sequence[ModbusSource], ranks: Sequence[int]) -> tuple[UInt64s, Bools] | None:
    """One row of raw words a point, and which of them count; None if no point has a sentinel.

    A sentinel of a signed type may be written either way: 0x8000 and -32768 are one word.
    """
    widest = max((len(source.not_available) for source in sources), default=0)
    if not widest:
        return None
    words: UInt64s = np.zeros((len(sources), widest), np.uint64)
    counts: Bools = np.zeros((len(sources), widest), np.bool_)
    for row, (source, rank) in enumerate(zip(sources, ranks, strict=True)):
        full = (1 << 64) - 1 if rank >= 4 else (1 << 8 * _BYTES[source.type]) - 1
        for column, value in enumerate(source.not_available):
            words[row, column] = value & full
            counts[row, column] = True
    return words, counts


def _hits(words: UInt64s, sentinels: tuple[UInt64s, Bools]) -> Bools:
    """Which words are one of their own sentinels."""
    hits: Bools = ((words[:, np.newaxis] == sentinels[0]) & sentinels[1]).any(axis=1)
    return hits


def _limits(points: Sequence[Point]) -> tuple[Floats, Floats] | None:
    """The plausible limits of every point, open ends infinite; None if no point has any."""
    if all(point.plausible is None for point in points):
        return None
    low = [-np.inf if point.plausible is None or point.plausible.low is None else point.plausible.low for point in points]
    high = [np.inf if point.plausible is None or point.plausible.high is None else point.plausible.high for point in points]
    return np.array(low, np.float64), np.array(high, np.float64)
