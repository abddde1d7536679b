"""How much a fuzz test tries: 1,000 examples in CI, 10,000 with ``BUILDING_CONSOLE_TORTURE=full`` (make torture)."""

from __future__ import annotations

import os

FUZZED = 10_000 if os.environ.get("BUILDING_CONSOLE_TORTURE") == "full" else 1_000
