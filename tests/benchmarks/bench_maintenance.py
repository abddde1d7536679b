"""``make bench NAME=maintenance``: what a large estate's maintenance costs, and that none of it is lost. Bars: issue 6.

Each part is a program of its own in ``tests/benchmarks/maintenance`` that prints one JSON line, so that none measures what
another left behind; all of them take about ten minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tests.benchmarks.report import report

PARTS = ("plans", "plan_years", "orders_filter", "ledger_import", "month_report", "collector_growth")
BARS = {
    "forecast_s": "<= 3", "due_run_s": "<= 1", "pm_missing": "= 0", "pm_duplicate": "= 0", "orders_filter_ms": "<= 100",
    "ledger_import_s": "<= 15", "month_report_s": "<= 5", "collector_growth_mb": "<= 50",
}  # fmt: skip


def main() -> None:
    """Every part, then the table; ``python -m tests.benchmarks.bench_maintenance plans …`` runs only those that are named."""
    found: dict[str, float] = {}
    for part in sys.argv[1:] or PARTS:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.maintenance.{part}"],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=True,
        )
        found |= json.loads(done.stdout.strip().splitlines()[-1])
    first = [(key, found[key], bar) for key, bar in BARS.items() if key in found]
    report([*first, *((key, figure, "") for key, figure in found.items() if key not in BARS)])


if __name__ == "__main__":
    main()
