"""What starts the watch with the computer."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

from console.engine.install import plan


def test_a_systemd_service_restarts_for_ever_and_starts_at_boot(tmp_path: Path) -> None:
    made = plan(tmp_path / "my store", "linux", "root", root=True)
    ((file, text),) = made.files.items()
    assert file == Path("/etc/systemd/system/building-collector.service")
    lines = text.splitlines()
    assert f'ExecStart={sys.executable} -X utf8 -m console.engine --store "{tmp_path / "my store"}"' in lines
    assert {"Restart=always", "StartLimitIntervalSec=0", "User=root", "WantedBy=multi-user.target"} <= set(lines)
    assert made.commands[-1] == "systemctl enable --now building-collector"


def test_without_root_the_service_is_the_users_own_and_outlives_the_log_on(tmp_path: Path) -> None:
    made = plan(tmp_path, "linux", "wang", root=False)
    ((file, text),) = made.files.items()
    assert file.is_relative_to(Path.home())
    assert "WantedBy=default.target" in text
    assert "User=" not in text
    assert "loginctl enable-linger wang" in made.commands


def test_what_systemd_would_expand_is_doubled(tmp_path: Path) -> None:
    (text,) = plan(tmp_path / "100%$HOME", "linux", "wang", root=False).files.values()
    assert "100%%$$HOME" in text


def test_a_windows_task_starts_at_boot_is_restarted_and_never_ended_for_running_long(tmp_path: Path) -> None:
    made = plan(tmp_path / "a & b", "win32", "PC\\wang")
    ((file, text),) = made.files.items()
    task = ElementTree.fromstring(text)
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert task.find(f".//{space}BootTrigger/{space}Enabled").text == "true"
    assert task.find(f".//{space}ExecutionTimeLimit").text == "PT0S"
    assert task.find(f".//{space}RestartOnFailure/{space}Count").text == "999"
    assert task.find(f".//{space}UserId").text == "PC\\wang"
    assert str(tmp_path / "a & b") in task.find(f".//{space}Arguments").text
    assert str(file) in made.commands[0]


def test_a_launch_agent_is_kept_alive(tmp_path: Path) -> None:
    ((file, text),) = plan(tmp_path, "darwin", "wang").files.items()
    assert file.suffix == ".plist"
    ElementTree.fromstring(text.split("\n", 2)[2])
    assert "<key>KeepAlive</key><true/>" in text
