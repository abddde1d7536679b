"""``python -m console.cli`` is ``building-console``."""

import sys

from console.cli import console

if __name__ == "__main__":
    sys.exit(console())
