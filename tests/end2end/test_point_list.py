"""A point list into a running collector by the command line: its values come from a server that is not ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter

from tests.helpers.looking import look
from tests.helpers.processes import CollectorProcess
from tests.helpers.registers import block, on_pymodbustcp

SITE = "site: {id: yard, name: {zh: 院子, en: Yard}}  # ours\nlocations: [{id: B1, name: 机房}]\n"
HEAD = ["设备名称", "IP", "端口", "站号", "点名称", "寄存器地址", "数据类型", "倍率", "单位", "状态说明", "报警上限"]


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """``building-console …`` as a person runs it."""
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "console.cli", "--lang", "en", *words],
        capture_output=True, input=stdin, encoding="utf-8", timeout=60, check=False, env=dict(os.environ),
    )  # fmt: skip


def write_list(file: Path, port: int, *, wrong: bool = False) -> None:
    """A pump with a float in CDAB, a scaled word and a bit; ``wrong`` adds a row with a mistake."""
    rows = [
        HEAD,
        ["1号泵", "127.0.0.1", port, 3, "频率", "40001", "无符号16位", "/100", "Hz", "", 60],
        ["", "", "", "", "压力", "40002", "浮点 CDAB", "", "MPa", "", ""],
        ["", "", "", "", "运行", "40004.2", "", "", "", "0=停 1=运", ""],
    ]
    rows += [["", "", "", "", "坏", "第三个", "", "", "", "", ""]] if wrong else []
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("泵房")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


@pytest.fixture
def store(tmp_path: Path) -> object:
    """A collector with an empty site and one supervisor."""
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    seeds = [{"account": "li", "display": "李主管", "roles": ["supervisor"], "secret": "445566"}]
    (tmp_path / "seeds.json").write_text(json.dumps(seeds), encoding="utf-8")
    words = ("--config", str(tmp_path / "site.yaml"), "--seed-accounts", str(tmp_path / "seeds.json"))
    process = CollectorProcess(tmp_path / "store", *words)
    process.start()
    yield tmp_path / "store"
    process.stop()
    assert "Traceback" not in process.log()


def test_a_point_list_becomes_values_on_a_running_collector_and_comes_back_as_a_list(store: Path, tmp_path: Path) -> None:
    words = {**block(3, 3, 0, 4985, 0x0000, 0x3FC0, 0b100)}  # 49.85 Hz; 1.5 as CDAB; bit 2
    listed = tmp_path / "泵房点表.xlsx"
    with on_pymodbustcp(words) as port:
        write_list(listed, port)
        preview = run("import-points", str(listed), "--store", str(store), "--preview")
        assert preview.returncode == 0, preview.stderr
        assert "+ equipment 1号泵" in preview.stdout and "40001" in preview.stdout
        assert not look(store).snapshot.estate.equipment
        done = run("import-points", str(listed), "--store", str(store), "--account", "li", "--secret-stdin", stdin="445566\n")
        assert done.returncode == 0, done.stderr
        wanted = {"1号泵.频率": 49.85, "1号泵.压力": 1.5, "1号泵.运行": 1}
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            seen = look(store)
            if all(seen.usable(point) is not None for point in wanted):
                break
            time.sleep(0.2)
        assert {point: seen.usable(point) for point in wanted} == pytest.approx(wanted)
    back = tmp_path / "back.xlsx"
    assert run("export", "--points", str(back), "--store", str(store)).returncode == 0
    again = run("import-points", str(back), "--store", str(store), "--preview")
    assert again.returncode == 0 and "nothing to change" in again.stdout, again.stdout + again.stderr
    assert run("export", "--store", str(store)).stdout.startswith(SITE.split("\n", 1)[0])


def test_a_site_file_is_merged_without_a_collector_and_a_mistake_ends_with_2(tmp_path: Path) -> None:
    site, listed, out = tmp_path / "site.yaml", tmp_path / "list.xlsx", tmp_path / "out.yaml"
    site.write_text(SITE, encoding="utf-8")
    write_list(listed, 502, wrong=True)
    words = ("import-points", str(listed), "--config", str(site), "--out", str(out))
    refused = run(*words)
    assert refused.returncode == 2 and "泵房!F5" in refused.stderr and not out.exists()
    assert run(*words, "--leave-out").returncode == 0
    assert out.read_text(encoding="utf-8").startswith(SITE.split("\n", 1)[0])
    assert run("check", str(out)).returncode == 0
    assert run("import-points", str(tmp_path / "none.xlsx"), "--config", str(site), "--preview").returncode == 1
    mapping = tmp_path / "map.json"
    mapping.write_text('{"点名称": "nonsense"}', encoding="utf-8")
    assert run(*words, "--mapping", str(mapping)).returncode == 1
    mapping.write_text('{"报警上限": ""}', encoding="utf-8")
    assert run(*words, "--leave-out", "--mapping", str(mapping)).returncode == 0
    assert "limit: 60" not in out.read_text(encoding="utf-8")


def test_the_template_is_a_list_that_can_be_imported(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    assert run("import-points", "--template", str(file)).returncode == 0
    shown = run("import-points", str(file), "--config", str(tmp_path / "site.yaml"), "--preview")
    assert shown.returncode == 0 and "monarch" not in shown.stderr and shown.stdout.count("+ equipment") == 2
