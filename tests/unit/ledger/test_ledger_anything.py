"""Whatever a table holds and however people change their minds: nothing breaks, nothing is lost, nothing is half done."""

from __future__ import annotations

import csv
import datetime as dt
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_books import ESTATE, drafted, mistakes
from msgspec.structs import replace

from console.domain.maintenance.cards import Card
from console.domain.maintenance.cards_drafts import Verdict
from console.domain.problems import Refused
from console.engine.ledger.papers import ledger
from console.papers import csv as csv_paper
from console.papers import ledgercolumns as columns
from console.papers.cardtexts import CardTexts
from console.papers.places import Places
from console.texts import CHINESE, ENGLISH, LANGUAGES, set_language
from console.ui.ledger.draft import Draft

CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        "A1", "A2", "T1-L1", "-", "=1+1", "'=1", "31.12.25", "2025-12-31", "1,234", "报废", "1号楼/电梯机房", "x" * 600, "a=b;c=d",
        "45000", "1E+17", "\u200f", "2025年", "在用", "B", "12345678901234567890", "/", "电梯",
    ]),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=6), st.permutations(range(8)))
@settings(max_examples=150, deadline=None)
def test_any_table_becomes_cards_that_can_be_kept_or_mistakes_in_cells(rows: list[list[str]], order: list[int]) -> None:
    fields = ["code", "name", "installed", "price", "state", "parent", "rated", "location"]
    heads = [columns.title(fields[place], CHINESE) for place in order]
    out = io.StringIO()
    csv.writer(out).writerows([heads, *[[row[place] for place in order] for row in rows]])
    try:
        made = drafted(out.getvalue().encode("utf-8-sig", "replace"), "a.csv")
    except Refused:
        return
    draft = made.draft
    assert draft.new + draft.changed == len(made.changes)
    assert sum(row.verdict is Verdict.WRONG for row in draft.rows) == draft.wrong <= draft.mistakes
    assert bool(draft.wrong) <= bool(mistakes(made))
    codes = [change.card.code for change in made.changes]
    assert len(codes) == len(set(codes)) and all(codes)
    for change in made.changes:
        assert change.parent_place < len(made.changes)


DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)).map(str)
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40).map(str.strip)


@given(TEXT, TEXT, TEXT, st.floats(0, 1e9).map(lambda value: round(value, 2)), DAYS, st.sampled_from(LANGUAGES))
@settings(max_examples=120, deadline=None)
def test_whatever_a_card_says_its_export_brings_back(  # noqa: PLR0917 - Hypothesis gives them in this order
    code: str, name: str, note: str, price: float, day: str, language: str
) -> None:
    """R-AR-07: what the archive holds goes out and comes back as it was."""
    card = Card(
        id="C-000001", revision=1, code=code or "A", name=name or "B", note=note, price=price, installed=day, archive="D-1",
        archive_place="档案室 3 柜", location="B1-MR", system="fire",
    )  # fmt: skip
    set_language(language)
    try:
        data = csv_paper.encode(ledger([card], ESTATE), "Asia/Shanghai")
        made = drafted(data, "a.csv", cards=[card])
    finally:
        set_language(CHINESE)
    dashes = {"-", "--", "—", "——", "无", "/"}  # they clear a field by themselves, and are kept only in what cannot be empty
    if card.note in dashes or columns._LOST.fullmatch(card.code.lower()) or columns._LOST.fullmatch(card.name.lower()):
        return
    if columns._LOST.fullmatch(card.note.lower()):
        return
    assert [(row.verdict, row.fields) for row in made.draft.rows] == [(Verdict.SAME, ())], made.draft.remarks


ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["a", "b"]), st.sampled_from(["make", "price", "installed"]), st.sampled_from(["", "1", "2", "?"])
        ),
        st.sampled_from(["undo", "redo", "add"]),
    ),
    max_size=25,
)  # fmt: skip


@given(ACTS)
@settings(max_examples=200, deadline=None)
def test_undoing_everything_leaves_nothing_and_doing_it_again_leaves_the_same(acts: list[tuple[str, str, str] | str]) -> None:
    cards = {key: Card(id=key, revision=1, code=key, name=key, make="1") for key in "ab"}
    draft = Draft(cards, CardTexts(Places(None), str, str))
    for each in acts:
        if isinstance(each, tuple):
            draft.type([each])
        elif each == "add":
            draft.add([Card(id="", code="n", name="n")])
        else:
            getattr(draft, each)()
    before = (sorted(draft.touched), [draft.card(key) for key in "ab"], len(draft.mistakes), dict(draft.new))
    steps = 0
    while draft.can_undo:
        draft.undo()
        steps += 1
    assert not draft.dirty and [draft.card(key) for key in "ab"] == list(cards.values()) and not draft.changes()
    for _ in range(steps):
        draft.redo()
    assert (sorted(draft.touched), [draft.card(key) for key in "ab"], len(draft.mistakes), dict(draft.new)) == before


def test_a_card_that_comes_back_the_same_from_another_desk_is_no_conflict() -> None:
    cards = {"a": Card(id="a", revision=1, code="a", name="a")}
    draft = Draft(cards, CardTexts(Places(None), str, str))
    draft.type([("a", "make", "X"), ("a", "model", "M")])
    cards["a"] = replace(cards["a"], revision=2, make="X")
    assert not draft.arrived() and draft.count == 1
    ((card, base),) = draft.changes()
    assert (card.make, card.model, base) == ("X", "M", 2)


def test_the_ledger_s_columns_have_headings_of_their_own_in_both_languages() -> None:
    """R-EQ-01, R-AR-07: the card's fields, archive number and place among them, in Chinese and English."""
    for lang in (CHINESE, ENGLISH):
        titles = [columns.title(field, lang) for field in columns.FIELDS]
        assert len(set(titles)) == len(titles)
        assert [columns.meaning(title) for title in titles] == list(columns.FIELDS)
    assert {"certificate", "certificate_until", "archive", "archive_place", "maintainer", "rescue_code"} <= set(columns.FIELDS)
