"""Labels: as many pages as are needed, what they say, and a code that can be read back."""

from __future__ import annotations

import io

import pypdf
import pytest

from console.domain.problems import Refused
from console.papers import labels
from console.papers.labels import SHEETS, Label


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@pytest.mark.parametrize("size", SHEETS)
def test_a_sheet_takes_as_many_labels_as_it_has_and_says_code_name_and_place(size: str) -> None:
    sheet = SHEETS[size]
    rows = [Label(f"XF-{n}", "消火栓箱 Hydrant", "1号楼/大堂") for n in range(sheet.count + 1)]
    made = pages(labels.render(rows, size))
    assert len(made) == 2
    assert "XF-0" in made[0] and "消火栓箱" in made[0] and "大堂" in made[0] and f"XF-{sheet.count}" in made[1]


def test_labels_that_are_used_up_are_left_out() -> None:
    assert len(pages(labels.render([Label("A", "a")] * 24, "70x37", skip=1))) == 2
    assert len(pages(labels.render([Label("A", "a")] * 23, "70x37", skip=1))) == 1


def test_every_label_lies_on_its_sheet() -> None:
    for sheet in SHEETS.values():
        assert sheet.left + sheet.columns * sheet.width + (sheet.columns - 1) * sheet.across <= 210.1
        assert sheet.top + sheet.rows * sheet.height + (sheet.rows - 1) * sheet.down <= 297.1


def test_a_name_of_any_length_leaves_the_other_labels_alone() -> None:
    (page,) = pages(labels.render([Label("代码" * 200, "名称" * 500, "位置" * 500), Label("B-1", "b")]))
    assert "B-1" in page


def test_an_unknown_size_and_nothing_to_print_are_refused() -> None:
    for rows, size, code in (([Label("A", "a")], "9x9", "label"), ([], "70x37", "no_labels")):
        with pytest.raises(Refused) as caught:
            labels.render(rows, size)
        assert caught.value.problem.code == f"ledger.refused.{code}"
