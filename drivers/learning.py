"""Finding out why a device refuses a block. Pure: no sockets, no clock.

A refused block is taken apart, at its widest gap first and then in halves, until every piece is answered or is a single
refused point. What follows from it (bad addresses, holes, a shorter longest request) shapes the next read plan, so that
one bad register never takes its neighbours with it and the plan is again as short as the device allows.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.domain.estate import ModbusDevice
from console.domain.registers import width
from drivers.decode import modbus
from drivers.readplan import Block, Learned, block_of

PATIENCE = 64
"""After so many refusals and not one answer the device is at fault, not its addresses: stop asking."""


@dataclass(slots=True)
class _Piece:
    block: Block
    answered: bool = False
    refused: bool = False
    gap: tuple[int, int] | None = None  # between the halves, if there is one
    halves: tuple[_Piece, _Piece] | None = None


class Diagnosis:
    """One refused block under examination: ask :meth:`next`, tell :meth:`answered` or :meth:`refused`, until it is done."""

    def __init__(self, block: Block, device: ModbusDevice) -> None:
        self._device = device
        self._root = _Piece(block, refused=True)
        self._asked = 0
        self._open = list(self._split(self._root))

    @property
    def done(self) -> bool:
        """True when every piece was answered or is a single refused point."""
        return not self._open

    def next(self) -> Block:
        """The piece to ask for now."""
        return self._open[0].block

    def answered(self) -> None:
        """The piece of :meth:`next` was answered."""
        self._open.pop(0).answered = True

    def refused(self) -> None:
        """The piece of :meth:`next` was refused."""
        piece = self._open.pop(0)
        piece.refused = True
        self._asked += 1
        self._open += self._split(piece)
        if self._asked >= PATIENCE and not _any_answer(self._root):
            self._open.clear()

    def learned(self, before: Learned) -> Learned:
        """What is known now. Nothing new if no piece was answered: then the device is at fault, not its addresses."""
        bad: set[int] = set()
        holes: set[tuple[int, int]] = set()
        caps: set[int] = set()
        _examine(self._root, bad, holes, caps)
        if not _any_answer(self._root):
            return before
        cap = min({*caps, before.cap} - {0}, default=0)
        return Learned(before.bad | bad, before.holes | holes, cap)

    def _split(self, piece: _Piece) -> tuple[_Piece, ...]:
        """Two pieces: cut at the widest gap, or else in the middle; none if there is one address only."""
        points = piece.block.points
        best, cut, widest = (0, 0), 0, 0
        starts = []
        end = modbus(points[0]).address - 1
        for index, point in enumerate(points):
            address = modbus(point).address
            if address > end and index:
                starts.append(index)
                if address - end - 1 > widest:
                    best, cut, widest = (end + 1, address - 1), index, address - end - 1
            end = max(end, address + width(modbus(point)) - 1)
        if not starts:
            return ()
        if not cut:
            cut = min(starts, key=lambda index: abs(2 * index - len(points)))
        block = piece.block
        low, high = (block_of(part, block.function, block.poll_ms, self._device) for part in (points[:cut], points[cut:]))
        piece.halves = (_Piece(low), _Piece(high))
        piece.gap = best if widest else None
        return piece.halves


def _any_answer(piece: _Piece) -> bool:
    return piece.answered or (piece.halves is not None and any(_any_answer(half) for half in piece.halves))


def _examine(piece: _Piece, bad: set[int], holes: set[tuple[int, int]], caps: set[int]) -> bool:
    """Collect what ``piece`` teaches; True if a bad address lies in it (which explains every refusal above it)."""
    if piece.halves is None:
        if piece.refused:
            bad.update(modbus(point).address for point in piece.block.points)
        return piece.refused
    found = [_examine(half, bad, holes, caps) for half in piece.halves]
    if any(found):
        return True
    if all(half.answered for half in piece.halves):
        if piece.gap is not None:
            holes.add(piece.gap)
        else:
            caps.add(max(half.block.count for half in piece.halves))
    return False
