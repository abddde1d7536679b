"""Papers from the command line."""

from __future__ import annotations

import pytest

from console.cli.report import form_of


@pytest.mark.parametrize(
    ("what", "wished", "out", "form"),
    [
        ("report", "", "", "pdf"),
        ("report", "", "十一月.XLSX", "xlsx"),
        ("report", "csv", "a.xlsx", "csv"),
        ("outage", "", "停水.out", "pdf"),  # an ending that names no form
        ("outage", "", "2026.11", "pdf"),
        ("package", "", "a.pdf", "zip"),
    ],
)
def test_a_papers_form_follows_what_was_asked_for_then_the_files_ending(what: str, wished: str, out: str, form: str) -> None:
    assert form_of(what, wished, out) == form
