"""What every model offers to the rest of the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

Values = Mapping[str, float]


class Model(Protocol):
    """One simulated machine.

    :meth:`values` answers by point key (``current_floor``) in the units of :attr:`units`; keys that a model does not list
    are not its business. A value of NaN means that the device has none to give (it sends its sentinel).
    """

    @property
    def units(self) -> Mapping[str, str]:
        """The unit of every value that has one."""

    def advance(self, now: int) -> None:
        """Let time pass until ``now`` (UTC ns). Going back changes nothing."""

    def values(self) -> Values:
        """What its instruments show at the time of the last :meth:`advance`."""
