"""``building-collector install``: what starts the watch with the computer and restarts it when it dies.

Nothing is changed here: :func:`plan` says which files to write and which commands to type.
"""

from __future__ import annotations

import getpass
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

NAME = "building-collector"


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """``files``: path -> text (UTF-8); ``commands``: in their order, each as it is typed."""

    files: dict[Path, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()


def plan(folder: Path, system: str = sys.platform, user: str = "", root: bool | None = None) -> InstallPlan:
    """The plan for the store in ``folder``. ``system`` as :data:`sys.platform`; as ``root`` a service of the whole machine,
    else one of the user's own session that also runs while nobody is logged on."""
    folder = folder.absolute()
    user = user or getpass.getuser()
    if system == "win32":
        return _windows(folder, user)
    if system == "darwin":
        return _launchd(folder)
    return _systemd(folder, user, user == "root" if root is None else root)


def _program(folder: Path) -> list[str]:
    return [sys.executable, "-X", "utf8", "-m", "console.engine", "--store", str(folder)]


def _systemd(folder: Path, user: str, root: bool) -> InstallPlan:
    command = " ".join(_systemd_word(word) for word in _program(folder))
    unit = f"""[Unit]
Description=Building Console collector
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
Restart=always
RestartSec=2
TimeoutStopSec=20
KillMode=mixed
{"" if not root else f"User={user}" + chr(10)}
[Install]
WantedBy={"multi-user.target" if root else "default.target"}
"""
    if root:
        return InstallPlan(
            {Path("/etc/systemd/system") / f"{NAME}.service": unit},
            ("systemctl daemon-reload", f"systemctl enable --now {NAME}"),
        )
    return InstallPlan(
        {Path.home() / ".config" / "systemd" / "user" / f"{NAME}.service": unit},
        ("systemctl --user daemon-reload", f"systemctl --user enable --now {NAME}", f"loginctl enable-linger {user}"),
    )


def _systemd_word(word: str) -> str:
    """systemd.service(5), COMMAND LINES: quote, and double what it would expand."""
    word = word.replace("%", "%%").replace("$", "$$")
    if not any(letter in word for letter in " \t\"'\\;"):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _windows(folder: Path, user: str) -> InstallPlan:
    """A task that starts at boot without anybody logged on; restarted for ever, never ended for running long."""
    program, *words = _program(folder)
    arguments = escape(subprocess.list2cmdline(words))
    task = f"""<?xml version="1.0"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Building Console collector</Description></RegistrationInfo>
  <Triggers>
    <BootTrigger><Enabled>true</Enabled></BootTrigger>
    <LogonTrigger><Enabled>true</Enabled></LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author"><UserId>{escape(user)}</UserId><LogonType>S4U</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{escape(program)}</Command><Arguments>{arguments}</Arguments></Exec>
  </Actions>
</Task>
"""
    file = folder / f"{NAME}.xml"
    return InstallPlan(
        {file: task},
        (
            f"schtasks /Create /TN {NAME} /XML {subprocess.list2cmdline([str(file)])} /F",
            f"schtasks /Run /TN {NAME}",
        ),
    )


def _launchd(folder: Path) -> InstallPlan:
    words = "\n".join(f"    <string>{escape(word)}</string>" for word in _program(folder))
    file = Path.home() / "Library" / "LaunchAgents" / f"{NAME}.plist"
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{NAME}</string>
  <key>ProgramArguments</key>
  <array>
{words}
  </array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
</dict>
</plist>
"""
    return InstallPlan({file: text}, (f"launchctl load -w {subprocess.list2cmdline([str(file)])}",))
