"""Site files are checked in a worker process: reading YAML takes a second for a large estate, and the poller waits for nobody.

The imports are inside the functions because the collector names them without ever running them itself, save at a first start.
"""

from __future__ import annotations

import msgspec

from console.domain.configuring import Change, Mistake
from console.domain.estate import Estate
from console.domain.pointlists import Choices, Drafted

encoder = msgspec.msgpack.Encoder()


def load(text: str, file: str = "site.yaml") -> tuple[bytes, tuple[Mistake, ...]]:
    """The estate of a site file, encoded (empty if there are mistakes), and the mistakes."""
    from config.loader import load_text  # noqa: PLC0415 - see above

    loaded = load_text(text, file)
    return (b"" if loaded.estate is None else encoder.encode(loaded.estate)), loaded.mistakes


def changes(before: bytes, after: bytes) -> tuple[Change, ...]:
    """What differs between two encoded estates."""
    from config.diff import changes as differences  # noqa: PLC0415 - see above

    return differences(
        msgspec.msgpack.decode(before, type=Estate | None),
        msgspec.msgpack.decode(after, type=Estate),
    )


def draft(data: bytes, file: str, present: str, choices: Choices) -> Drafted:
    """What a point list would make of the site file ``present``."""
    from config.pointlist.importing import draft as drafted  # noqa: PLC0415 - see above

    return drafted(data, file, present, choices)
