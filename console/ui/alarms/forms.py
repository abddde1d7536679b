"""The forms that keep something quiet: shelve, out of service, test. Each shows a refusal where it was typed."""

from __future__ import annotations

from console.domain.commands import BeginTest, Command, ShelveAlarms, TakeOutOfService
from console.domain.silences import SHELF_DEFAULT, TEST_DEFAULT
from console.domain.times import DAY, HOUR, MINUTE
from console.texts import language, tr
from console.ui.desk import Desk
from console.ui.orders.forms import Form
from console.ui.picture import Picture

SHELF_LENGTHS = (SHELF_DEFAULT, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY)
TEST_LENGTHS = (15 * MINUTE, 30 * MINUTE, TEST_DEFAULT, 2 * HOUR, 4 * HOUR, 8 * HOUR)


def _form(picture: Picture, desk: Desk, act: str) -> Form:
    return Form(picture, desk, tr(f"alarms.form.{act}"), tr(f"alarms.form.{act}.do"), f"alarm_{act}")


def length_text(length: int) -> str:
    """``15 min``, ``8 h``, ``7 d``."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if length % size == 0:
            return tr(f"alarms.length.{unit}", count=length // size)
    return tr("alarms.length.min", count=max(1, round(length / MINUTE)))


def _lengths(lengths: tuple[int, ...]) -> list[tuple[str, str]]:
    return [(length_text(length), str(length)) for length in lengths]


def shelve_form(picture: Picture, desk: Desk, numbers: tuple[int, ...]) -> Form:
    """Keep these alarms quiet for a while."""
    form = _form(picture, desk, "shelve")
    reason = form.line("shelf_reason", tr("alarms.field.reason"), tr("alarms.hint.shelf"))
    length = form.choice("shelf_length", tr("alarms.field.length"), _lengths(SHELF_LENGTHS))

    def make() -> Command:
        return ShelveAlarms(numbers, reason.text(), int(length.currentData()))

    form.make = make
    return form


def service_form(picture: Picture, desk: Desk, equipment: str) -> Form:
    """Keep the equipment quiet while its order is open."""
    form = _form(picture, desk, "service")
    reason = form.line("service_reason", tr("alarms.field.reason"), tr("alarms.hint.service"))
    orders = [order for order in picture.orders.values() if order.open and order.equipment in (equipment, "")]
    order = form.choice(
        "service_order",
        tr("alarms.field.order"),
        [(f"{each.id} {each.title.get(language())}", str(each.number)) for each in orders],
    )
    if not orders:
        form.say(tr("alarms.service.no_order"))

    def make() -> Command:
        if not order.currentData():
            raise ValueError(tr("alarms.service.no_order"))
        return TakeOutOfService(equipment, int(order.currentData()), reason.text())

    form.make = make
    return form


def test_form(picture: Picture, desk: Desk, equipment: str) -> Form:
    """Two persons test the equipment, or a zone of it."""
    form = _form(picture, desk, "test")
    reason = form.line("test_reason", tr("alarms.field.test"), tr("alarms.hint.test"))
    witness = form.line("test_witness", tr("alarms.field.witness"), tr("alarms.hint.witness"))
    points = form.line("test_points", tr("alarms.field.points"), tr("alarms.hint.points"))
    length = form.choice("test_length", tr("alarms.field.length"), _lengths(TEST_LENGTHS))
    length.setCurrentIndex(TEST_LENGTHS.index(TEST_DEFAULT))
    form.make = lambda: BeginTest(equipment, reason.text(), witness.text(), int(length.currentData()), points.text())
    return form
