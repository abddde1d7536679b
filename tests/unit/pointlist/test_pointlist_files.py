"""Files as people and programs write them, and those that are refused with their reason."""

from __future__ import annotations

import io
import zipfile

import pytest
from pointlist_books import HEAD, MAIN, drafted, package, wps, xls, xlsx

from config.loader import load_text
from config.pointlist.sheets import read
from console.domain.estate import ModbusSource, Point
from console.domain.problems import Refused
from console.texts import LANGUAGES, sentence

ROWS = [
    HEAD,
    ["1号泵", "10.0.0.1", "1", "频率", "40001", "无符号16位", "0.01", "Hz"],
    ["", "", "", "电流", "40002", "浮点型", "", "A"],
]


def points(text: str) -> dict[str, Point]:
    loaded = load_text(text, "s")
    assert loaded.estate is not None, loaded.mistakes
    return {point.id: point for point in loaded.estate.points if isinstance(point.source, ModbusSource)}


def as_csv(separator: str) -> str:
    return "\r\n".join(separator.join(line) for line in ROWS) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_of_any_encoding_and_separator_gives_the_same_points(encoding: str, separator: str) -> None:
    made = drafted(as_csv(separator).encode(encoding), "list.csv")
    assert set(points(made.text)) == {"1号泵.频率", "1号泵.电流"}


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (xlsx(ROWS), "a.xlsx"),
        (wps(ROWS), "wps.xlsx"),
        (wps(ROWS, '<dimension ref="A1"/>'), "w.xlsx"),
        (xls(ROWS), "old.xls"),
        (xls(ROWS), "wps.et"),
    ],
)
def test_xlsx_xls_and_what_wps_writes_give_the_same_points(data: bytes, file: str) -> None:
    made = drafted(data, file)
    found = points(made.text)
    assert set(found) == {"1号泵.频率", "1号泵.电流"}
    source = found["1号泵.频率"].source
    assert isinstance(source, ModbusSource) and (source.function, source.address, source.scale) == (3, 0, 0.01)


def test_a_separator_named_by_excel_is_taken() -> None:
    assert len(read(("sep=;\r\n" + as_csv(";")).encode(), "a.csv")[0].rows) == len(ROWS)


def refused(data: bytes, file: str) -> str:
    with pytest.raises(Refused) as found:
        read(data, file)
    for language in LANGUAGES:
        assert file in sentence(found.value.problem, language)
    return found.value.problem.code.removeprefix("pointlist.")


def test_a_file_that_is_no_list_is_refused_by_what_it_is() -> None:
    assert refused(b"%PDF-1.7 x", "a.xlsx") == "is_pdf"
    assert refused(b"<html><table>", "a.xls") == "is_html"
    assert refused(b"\0\1\2\3" * 40, "a.csv") == "is_binary"
    assert refused(xlsx(ROWS), "a.csv") == "wrong_extension"
    assert refused(as_csv(",").encode(), "a.xlsx") == "wrong_extension"
    assert refused(as_csv(",").encode(), "a.docx") == "extension"
    assert refused(b"  \n ", "a.csv") == "empty_file"
    assert refused(b"a,\xff\xff\xff\n", "a.csv") == "encoding"
    assert refused(xlsx(ROWS)[:3000], "a.xlsx") == "is_zip"
    assert refused(b"x" * 12_000_001, "a.csv") == "too_large"


def test_a_broken_workbook_is_refused_and_never_a_crash() -> None:
    whole = xls(ROWS)
    for cut in range(600, 2000, 200):
        assert refused(whole[:cut], "a.xls") == "broken"
    assert refused(package(b"<worksheet><sheetData><row"), "a.xlsx") in ("broken", "empty_file")


def test_an_excel_95_file_whose_chinese_is_lost_is_refused_instead_of_imported_garbled() -> None:
    assert refused(xls(ROWS, version=5), "a.xls") == "old_xls"


def test_a_zip_bomb_is_refused_before_it_is_unpacked_into_memory() -> None:
    bomb = package(b"<worksheet/>", {"xl/media/x.xml": b"\0" * 401_000_000})
    assert len(bomb) < 1_000_000
    assert refused(bomb, "a.xlsx") == "bomb"


def test_a_bomb_that_lies_about_its_size_is_refused_too() -> None:
    bomb = bytearray(package(b"<worksheet/>", {"xl/media/x.xml": b"\0" * 401_000_000}))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = archive.getinfo("xl/media/x.xml").file_size.to_bytes(4, "little")
    lying = bytes(bomb).replace(size, (100).to_bytes(4, "little"))
    assert refused(lying, "a.xlsx") == "bomb"


def test_one_cell_far_out_does_not_lay_out_a_million_rows() -> None:
    far = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert refused(package(far.encode()), "a.xlsx") == "too_far"


def test_more_rows_than_a_list_has_are_refused() -> None:
    assert refused(("1,2\n" * 50_001).encode(), "a.csv") == "too_many_rows"


def test_every_refused_cell_is_named_in_both_languages() -> None:
    good = ["泵", "10.0.0.1", "1", "好", "7", "u16", "0.1", "A"]
    made = drafted(xlsx([HEAD, ["泵", "x y", "999", "", "abc", "怪", "零", "千克力"], good]))
    cells = {remark.cell for remark in made.remarks if remark.grave}
    assert cells == {"B2", "C2", "D2", "E2", "F2", "G2", "H2"} and made.text == ""
    for remark in made.remarks:
        for language in LANGUAGES:
            assert "{" not in sentence(remark.problem, language)
