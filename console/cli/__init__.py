"""The command line: also how tests, benchmarks and scripts reach the program.

Every command returns 0, 1 (failed, with one clear sentence) or 2 (bad input).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def console(arguments: Sequence[str] | None = None) -> int:
    """``building-console``."""
    from console.cli.parser import console_parser, execute

    return execute(console_parser(), sys.argv[1:] if arguments is None else arguments)


def collector(arguments: Sequence[str] | None = None) -> int:
    """``building-collector``."""
    from console.cli.parser import collector_parser, execute

    return execute(collector_parser(), sys.argv[1:] if arguments is None else arguments)
