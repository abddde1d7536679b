"""Results that come back from a spreadsheet: what is understood, and how every mistake is named."""

from __future__ import annotations

import pytest
from domain_builders import START, WANG, ZHAO, Desk

from console.domain.commands import AdvanceOrder, DispatchOrder
from console.domain.maintenance.orderwork import LineResult
from console.domain.maintenance.resultrows import MOST_ROWS, parse, template
from console.domain.ordering import raised
from console.domain.orders import CheckItem, OrderKind, OrderState
from console.domain.text import Text
from console.domain.times import HOUR, MINUTE

LINES = (CheckItem(Text("压力"), unit="MPa", low=0.3, high=0.4), CheckItem(Text("渗漏")), CheckItem(Text("清洁")))


def desk() -> Desk:
    made = Desk()
    for checklist in (LINES, ()):
        made.apply(raised(made.world, made.now, kind=OrderKind.PREVENTIVE, title="月检", equipment="T1-P1", checklist=checklist))
    made.do(DispatchOrder(1, "zhao", safety=("lockout", "permit_height")))
    made.do(DispatchOrder(2, "zhao"))
    return made.later(9 * HOUR)


def moment(text: str) -> int:
    return START + int(text.removesuffix("时")) * HOUR if text else 0


def test_the_filled_template_comes_back_as_one_act_an_order() -> None:
    made = desk()
    orders = list(made.world.orders.values())
    blank = template(orders, "zh_CN").splitlines()
    assert blank[0].split("\t") == ["工单", "到场", "开始", "完成", "安全", "工时", "备注", "检查1", "检查2", "检查3"]
    assert [line.split("\t")[0] for line in blank[1:]] == ["WO-000001", "WO-000002"]
    filled = "\n".join((
        blank[0], "WO-000001\t3时\t4\t5\t-；GC-7\t１．５\t已换\t0.35 MPa\t不合格；机封漏\t/", "WO-000002\t\t\t6\t\t\t\t",
    ))  # fmt: skip
    first, second = parse(filled, made.world.orders, moment)
    assert first.command is not None
    assert first.command.lines == (LineResult(0, "", "0.35 MPa"), LineResult(1, "fail", "", "机封漏"), LineResult(2, "na"))
    assert (first.command.safety, first.command.hours, first.command.note) == (("-", "GC-7"), 1.5, "已换")
    assert second.command is not None
    for row in (first, second):
        assert row.command is not None
        made.do(row.command, WANG)
    assert [order.state for order in list(made.world.orders.values())[:2]] == [OrderState.SELF_CHECK] * 2
    assert made.world.orders[1].checklist[1].follow == 3


def test_english_headings_in_another_order_and_columns_of_ones_own_are_fine() -> None:
    text = "Done\tweather\tOrder\tSafety\tCheck 2\n5\train\two2\tyes\tpass\n"
    (row,) = parse(text, desk().world.orders, moment)
    assert row.command is not None
    assert (row.order, row.command.done_at, row.command.safety, row.command.lines) == (2, START + 5 * HOUR, (), ())


@pytest.mark.parametrize(
    ("line", "code", "named"),
    [
        ("WO-000009\t5", "orders.paste.unknown", "WO-000009"), ("\t5", "orders.paste.unknown", ""),
        ("WO-000002\t31.12.25", "orders.paste.time", "31.12.25"), ("WO-000002\t", "orders.paste.done", ""),
        ("WO-000002\t5\tmany", "orders.paste.number", "many"),
    ],
)  # fmt: skip
def test_every_mistake_is_named_and_the_other_rows_are_used(line: str, code: str, named: str) -> None:
    text = f"工单\t完成\t工时\n{line}\nWO-000001\t5\t1\nWO-000001\t6\t1\n"
    bad, good, twice = parse(text, desk().world.orders, moment)
    assert bad.problem is not None
    assert (bad.problem.code, bad.problem.params["row"], bad.problem.params["text"]) == (code, 1, named)
    assert good.command is not None
    assert twice.problem is not None
    assert twice.problem.code == "orders.paste.twice"


def test_what_is_no_table_of_results_is_refused_whole() -> None:
    orders = desk().world.orders
    assert parse("", orders, moment) == ()
    assert parse("hello\tworld", orders, moment)[0].problem.code == "orders.paste.heading"  # type: ignore[union-attr]
    many = "工单\t完成\n" + "WO-000001\t5\n" * (MOST_ROWS + 1)
    assert parse(many, orders, moment)[0].problem.code == "orders.paste.many"  # type: ignore[union-attr]
    assert parse("工单\t完成\n=cmd|' /C calc'!A0\t5\n", orders, moment)[0].problem is not None


def test_an_order_that_went_on_meanwhile_is_refused_when_it_is_sent() -> None:
    made = desk()
    (row,) = parse("工单\t完成\nWO-000002\t5\n", made.world.orders, moment)
    for stage in (OrderState.ASSIGNED, OrderState.ON_SITE, OrderState.SELF_CHECK):
        made.later(MINUTE).do(AdvanceOrder(2, stage), ZHAO)
    assert row.command is not None
    assert made.refusal(row.command) == "refused.result_state"
