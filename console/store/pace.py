"""How fast the recorder works. The defaults are the product's; tests make everything happen sooner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds and numbers of samples.

    ``flush_s``: a journal row that often; ``flush_samples``: or earlier, when this many wait. ``durable_s``: one commit of samples
    waits for the disk that often. ``seal_s``: a shard of the journal is sealed after that, or when ``seal_samples`` of it wait,
    which bounds the time and memory of one sealing. ``keep_last_s``: how often the last values are kept (a restart reads the
    journal rows after them). ``queue`` samples may wait in memory (2,000,000 are about 30 MB); more are shed.
    """

    flush_s: float = 0.25
    flush_samples: int = 25_000
    durable_s: float = 1.0
    alive_s: float = 5.0
    seal_s: float = 600.0
    seal_samples: int = 500_000
    keep_last_s: float = 30.0
    queue: int = 2_000_000
