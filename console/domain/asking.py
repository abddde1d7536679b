"""What every command is made of."""

from __future__ import annotations

import msgspec


class CommandBase(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """``tag`` is the class name on the wire."""
