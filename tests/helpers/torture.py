"""How much a fuzz test tries: 1,000 examples in CI, 10,000 with ``BUILDING_CONSOLE_TORTURE=full`` (make torture)."""

from __future__ import annotations

import os

FULL = os.environ.get("BUILDING_CONSOLE_TORTURE") == "full"
FUZZED = 10_000 if FULL else 1_000
