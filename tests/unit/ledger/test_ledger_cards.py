"""What a card has to say, who may keep the ledger, and what in it runs out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from ledger_books import ESTATE
from msgspec.structs import replace

from console.domain.accounts import Account, Role
from console.domain.acts import Act
from console.domain.commands import EndRecord, SaveRecords
from console.domain.events import RecordSaved
from console.domain.maintenance import judging
from console.domain.maintenance.cards import Card, Rated, Use, card_of, count_expiring, expiring
from console.domain.maintenance.cards_batches import BatchState, LedgerBatch
from console.domain.maintenance.files import kind_of_file
from console.domain.problems import Refused
from console.domain.world import World

LI = Account("li", "李主管", (Role.SUPERVISOR,))
CARD = Card(id="", code="XF-1", name="消火栓箱")


def act(world: World | None = None, who: Account = LI) -> Act:
    made = world or World()
    made.configure(ESTATE)
    return Act(made, who, "desk", 1_000)


def saved(here: Act, *cards: Card, bases: tuple[int, ...] = ()) -> list[Card]:
    events = judging.save(here, SaveRecords(cards, bases or (0,) * len(cards), "why"))
    for event in events:
        here.world.apply(event)
    return [event.record for event in events if isinstance(event, RecordSaved) and isinstance(event.record, Card)]


def refusal(here: Act, *cards: Card, bases: tuple[int, ...] = ()) -> str:
    with pytest.raises(Refused) as caught:
        saved(here, *cards, bases=bases)
    return caught.value.problem.code


def test_new_cards_get_numbers_and_ids_that_never_come_back() -> None:
    here = act()
    first, second = saved(here, CARD, replace(CARD, code="XF-2"))
    assert (first.id, second.id, first.equipment, first.revision) == ("C-000001", "C-000002", "C-000001", 1)
    for event in judging.end(here, EndRecord("card", "C-000002", 1, "entered twice")):
        here.world.apply(event)
    (third,) = saved(here, replace(CARD, code="XF-2"))
    assert third.id == "C-000003"


def test_equipment_of_the_site_file_has_its_card_without_anybody_making_one() -> None:
    """R-EQ-01: elevators are in the ledger from the start, with what the site file says of them."""
    card = card_of(ESTATE.equipment[0])
    assert (card.id, card.code, card.maintainer, card.rescue_code, card.make) == ("T1-L1", "T1-L1", "甲维保", "001", "某厂")
    here = act()
    (kept,) = saved(here, replace(card, registration="TS-1"))
    assert (kept.id, kept.number, kept.revision) == ("T1-L1", 0, 1)
    with pytest.raises(Refused) as caught:
        judging.end(here, EndRecord("card", "T1-L1", 1, "x"))
    assert caught.value.problem.code == "ledger.refused.end_site"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"code": " "}, "code"), ({"name": ""}, "name"), ({"installed": "31.12.25"}, "date"), ({"installed": "2025-02-30"}, "date"),
        ({"installed": "1066-01-01"}, "date"), ({"contract_from": "2025-01-02", "contract_until": "2025-01-01"}, "contract"),
        ({"price": -1.0}, "price"), ({"price": float("nan")}, "price"), ({"life_years": 300}, "life"),
        ({"criticality": "D"}, "criticality"),
        ({"state": Use.SCRAPPED}, "scrapped"), ({"state": Use.IDLE}, "idle"), ({"make": "x" * 501}, "long"),
        ({"rated": (Rated("a", "b"),) * 81}, "many"), ({"parent": "nobody"}, "parent"),
    ],
)  # fmt: skip
def test_a_card_that_cannot_be_kept_is_refused_with_its_reason(fields: dict[str, Any], code: str) -> None:
    assert refusal(act(), replace(CARD, **fields)) == f"ledger.refused.{code}"


def test_a_code_is_there_once_also_within_one_saving_and_against_the_site_file() -> None:
    here = act()
    saved(here, CARD)
    assert refusal(here, replace(CARD, name="again")) == "ledger.refused.twice"
    assert refusal(here, replace(CARD, code="A"), replace(CARD, code="A")) == "ledger.refused.twice"
    assert refusal(here, replace(CARD, code="T1-L1")) == "ledger.refused.twice"


def test_two_cards_may_change_places_but_never_stand_above_themselves() -> None:
    here = act()
    one, two = saved(here, CARD, replace(CARD, code="XF-2"))
    saved(here, replace(one, code="XF-2"), replace(two, code="XF-1"), bases=(1, 1))
    assert [here.world.records(Card)[each].code for each in ("C-000001", "C-000002")] == ["XF-2", "XF-1"]
    one, two = here.world.records(Card).values()
    assert refusal(here, replace(one, parent=two.id), replace(two, parent=one.id), bases=(2, 2)) == "ledger.refused.circle"


def test_a_change_of_a_card_that_somebody_else_changed_is_refused_and_nothing_of_it_saved() -> None:
    here = act()
    (one,) = saved(here, CARD)
    saved(here, replace(one, make="A"), bases=(1,))
    assert refusal(here, replace(one, make="B"), replace(CARD, code="new"), bases=(1, 0)) == "refused.record_changed"
    assert len(here.world.records(Card)) == 1


def test_who_has_no_right_keeps_no_card_and_nobody_does_while_an_import_is_written() -> None:
    assert refusal(act(who=Account("zhao", "赵", (Role.TECHNICIAN,))), CARD) == "refused.right_keep_ledger"
    here = act()
    batch = LedgerBatch(id="LB-000001", number=1, revision=1, file="a.xlsx", sha="0", count=9, state=BatchState.WRITING)
    here.world.apply(RecordSaved(batch, "created"))
    assert refusal(here, CARD) == "ledger.refused.importing"


def test_what_hangs_on_a_card_keeps_it_from_being_removed() -> None:
    here = act()
    (one,) = saved(here, CARD)
    saved(here, replace(CARD, code="door", parent=one.id))
    with pytest.raises(Refused) as caught:
        judging.end(here, EndRecord("card", one.id, 1, "x"))
    assert caught.value.problem.code == "ledger.refused.end_used"


def test_what_runs_out_is_known_sixty_days_before_and_a_warranty_that_is_over_is_over() -> None:
    today = dt.date(2026, 11, 22)
    card = replace(CARD, id="C", certificate_until="2027-01-21", warranty="2026-11-21", contract_until="2026-11-01")
    assert [(each.field, each.days) for each in expiring(card, today)] == [("certificate_until", 60), ("contract_until", -21)]
    assert not expiring(replace(card, state=Use.SCRAPPED), today)
    assert count_expiring([card, replace(card, state=Use.SCRAPPED), CARD, replace(CARD, warranty="2026-12-22")], today) == (2, 1)
    assert not expiring(replace(CARD, certificate_until="2027-01-22"), today)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7", "a.pdf", "pdf"), (b"\x89PNG\r\n\x1a\n", "a.PNG", "png"), (b"\xff\xd8\xff\xe0", "a.jpeg", "jpg"),
        (b"AC1032", "a.dwg", "dwg"), (b"RIFF\0\0\0\0WEBP", "a.webp", "webp"), (b"\0\0\0\x18ftypheic", "a.heic", "heic"),
        ("说明".encode("gb18030"), "a.txt", "txt"),
        (b"MZ\x90\0", "a.pdf", ""), (b"MZ\x90\0", "a.exe", ""), (b"\x7fELF", "a.jpg", ""), (b"PK\x03\x04", "a.docx", ""),
        (b"%PDF-1.7", "a.exe", ""), (b"\x89PNG\r\n\x1a\n", "a.pdf", ""), (b"#!/bin/sh", "a.sh", ""), (b"", "a.txt", "txt"),
    ],
)  # fmt: skip
def test_a_file_is_what_it_contains_and_only_if_it_is_called_so(data: bytes, name: str, kind: str) -> None:
    assert kind_of_file(data, name) == kind
