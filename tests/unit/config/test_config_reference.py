"""The generated pages are up to date and complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import catalogue, reference
from config.findings import Findings
from config.schema import OBJECTS

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize(
    ("file", "text"), [(reference.CONFIGURATION, reference.markdown()), (reference.TYPES, reference.types_markdown())]
)
def test_a_page_is_up_to_date_else_run_python_m_config_reference(file: str, text: str) -> None:
    assert (DOCS / file).read_text(encoding="utf-8") == text


def test_every_key_and_every_type_is_in_the_pages() -> None:
    page = reference.markdown()
    for each in OBJECTS:
        assert f"\n## {each.name}\n" in page
        assert all(f"| `{key}`" in page for key in each.fields)
    types = reference.types_markdown()
    assert all(f"\n## {name}\n" in types for name in catalogue.shipped(Findings()))


def test_the_pages_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    reference.write(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {reference.CONFIGURATION, reference.TYPES}
    assert b"\r" not in (tmp_path / reference.TYPES).read_bytes()
