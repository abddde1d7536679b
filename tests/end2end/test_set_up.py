"""The first account of a collector that nobody has opened a window on."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.end2end.test_command_line import command
from tests.helpers.processes import CollectorProcess

SITE = "site: {id: x, name: {zh: 园, en: Estate}}\n"


def test_the_first_account_is_made_on_the_command_line_and_only_the_first(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(SITE, encoding="utf-8")
    store = tmp_path / "store"
    collector = CollectorProcess(store, "--config", str(site))
    collector.start()

    def called(*words: str) -> subprocess.CompletedProcess[str]:
        return command(*words, "--store", str(store), "--secret-stdin", stdin="a-long-password\n")

    try:
        nobody = called("set-up")
        assert (nobody.returncode, nobody.stdout) == (1, "")
        assert "--account" in nobody.stderr
        site.write_text(SITE.replace("Estate", "Park"), encoding="utf-8")
        assert called("import", str(site), "--account", "chen").returncode != 0  # nobody is there yet
        made = called("set-up", "--account", "chen")
        assert (made.returncode, made.stderr) == (0, "")
        assert called("set-up", "--account", "wang").returncode != 0
        applied = called("import", str(site), "--account", "chen")
        assert applied.returncode == 0, applied.stderr
    finally:
        collector.kill()
