"""The demo's own files."""

from __future__ import annotations

from pathlib import Path

from console.cli.demo import _write_site


def test_a_demo_that_goes_on_with_a_used_store_keeps_its_ports_and_pins(tmp_path: Path) -> None:
    """They are in the store: other ones would find no device and let nobody in."""
    first = [file.read_text(encoding="utf-8") for file in _write_site(tmp_path)]
    (tmp_path / "main.db").touch()
    assert [file.read_text(encoding="utf-8") for file in _write_site(tmp_path)] == first


def test_a_new_demo_has_new_pins(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (_, first), (_, second) = _write_site(tmp_path / "a"), _write_site(tmp_path / "b")
    assert first.read_text(encoding="utf-8") != second.read_text(encoding="utf-8")
