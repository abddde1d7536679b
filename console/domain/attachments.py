"""What names a kept file in an order or a record. Apart from its kinds, so that both may import it."""

from __future__ import annotations

import msgspec


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kept file: the SHA-256 of its bytes in hexadecimal, one of the kinds of :mod:`console.domain.maintenance.files`, its size.

    ``name`` is what the file was called where it came from; ``title`` what a person calls it. ``size`` in bytes.
    """

    sha: str
    name: str
    kind: str
    size: int
    title: str = ""
