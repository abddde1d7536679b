"""24 months of maintenance with restarts at random times, through the real world and store: due and raised, level by level.

``python -m tests.benchmarks.maintenance.plan_years [--lifts 20] [--restarts 100]`` prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import date
from pathlib import Path

from tests.helpers.planyears import LEVELS, simulate


def measure(folder: Path, lifts: int = 20, restarts: int = 100) -> dict[str, float]:
    """A leap day and two summers lie in it; the zone has summer time."""
    outcome = simulate(folder, lifts=lifts, start=date(2027, 3, 1), months=24, seed=24, restarts=restarts, zone="Europe/Berlin")
    levels = {f"pm_{key}": float(outcome.of_level(key)[1]) for key, *_ in LEVELS}
    return {
        "pm_missing": outcome.missing,
        "pm_duplicate": outcome.duplicate,
        "pm_due": sum(outcome.due.values()),
        "pm_restarts": outcome.restarts,
        **levels,
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lifts", type=int, default=20)
    parser.add_argument("--restarts", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        print(json.dumps(measure(Path(folder), given.lifts, given.restarts)))


if __name__ == "__main__":
    main()
