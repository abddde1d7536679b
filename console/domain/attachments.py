"""What names a kept file in an order or a record. Apart from its kinds, so that both may import it."""

from __future__ import annotations

from collections.abc import Iterator

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


def named(value: object) -> Iterator[Attachment]:
    """Every file that a command or a record names, however deep: also that of a person's certificate."""
    if isinstance(value, Attachment):
        yield value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from named(getattr(value, field))
    elif isinstance(value, tuple):
        for each in value:
            yield from named(each)
