"""Which reports go by mail: the register of mailings, each with when it goes next and what went wrong."""

from __future__ import annotations

from msgspec.structs import replace

from console.domain.accounts import Right
from console.domain.maintenance.reports import PAPERS, REPORT, SPANS
from console.domain.maintenance.reports_decisions import FORMS
from console.domain.maintenance.reports_due import next_at
from console.domain.maintenance.reports_mailing import Mailing
from console.link.notify import NotifyAnswer, NotifyQuery
from console.texts import language, sentence, tr
from console.ui.desk import Desk
from console.ui.moments import full_text
from console.ui.orders.forms import Form
from console.ui.picture import Picture
from console.ui.registers.forms import RegisterForm, end_form, saving, words_of
from console.ui.registers.page import RegisterAct, RegisterPage
from console.ui.widgets.tables import Column

PART = "reports"


def paper_title(what: str) -> str:
    """A paper's name in the list."""
    return tr(f"reports.ui.{what}") if what in ("report", "energy") else tr(f"reports.ledger.{what}")


class Mailings(RegisterPage[Mailing]):
    """See the module. The channels are asked for when the page is made: they are set up elsewhere."""

    def __init__(self, picture: Picture, desk: Desk) -> None:
        forms = _Forms(picture, desk)
        self._forms = forms
        super().__init__(
            picture,
            desk,
            PART,
            columns=_columns(picture),
            rows=lambda: picture.records(Mailing).values(),
            facts=lambda mailing: _facts(picture, mailing),
            acts=[
                RegisterAct("new", "N", forms.new, forms.may, fresh=True),
                RegisterAct("edit", "E", forms.edit, forms.may),
                RegisterAct("end", "Del", forms.end, forms.may),
            ],
            kinds=(Mailing,),
            title=lambda mailing: paper_title(mailing.what),
        )

    def ask_channels(self) -> None:
        """Whom the forms can offer."""
        self._forms.ask()


def _next(picture: Picture, mailing: Mailing) -> int:
    return next_at(mailing, picture.now(), picture.estate.site.timezone)


def _columns(picture: Picture) -> list[Column[Mailing]]:
    zone = picture.estate.site.timezone
    return [
        Column("what", "reports.field.what", 170, lambda each: paper_title(each.what)),
        Column("months", "reports.field.months", 80, lambda each: tr(f"reports.ui.span.{each.months}")),
        Column("form", "reports.field.form", 70, lambda each: each.form.upper()),
        Column("people", "reports.field.people", 0, lambda each: "、".join(each.people) or each.channel),
        Column(
            "next", "reports.field.next", 150, lambda each: full_text(_next(picture, each), zone),
            sort=lambda each: _next(picture, each),
        ),
        Column("last", "reports.field.last", 100, lambda each: each.last or "–"),
        Column(
            "problem", "reports.field.problem", 220, lambda each: sentence(each.problem) if each.problem is not None else "",
            colour=lambda _each: "p2_text", tooltip=lambda each: sentence(each.problem) if each.problem is not None else "",
        ),
    ]  # fmt: skip


def _facts(picture: Picture, mailing: Mailing) -> list[tuple[str, str]]:
    rows = [(column.heading, column.text(mailing)) for column in _columns(picture)]
    when = tr("reports.ui.when", day=mailing.day, time=f"{mailing.minute // 60:02}:{mailing.minute % 60:02}")
    return [*rows, (tr("reports.field.when"), when), (tr("reports.field.channel"), mailing.channel)]


class _Forms:
    def __init__(self, picture: Picture, desk: Desk) -> None:
        self._picture, self._desk = picture, desk
        self._channels: list[tuple[str, str]] = []

    def may(self) -> bool:
        return self._picture.may(Right.CONFIGURE)

    def ask(self) -> None:
        def answered(answer: object) -> None:
            if isinstance(answer, NotifyAnswer):
                self._channels = [(each.name.get(language()) or each.id, each.id) for each in answer.settings.channels]

        self._desk.query(NotifyQuery, answered, lambda _problem: None)

    def new(self, _mailing: Mailing | None) -> Form:
        return self._form("new", Mailing(id="", what=REPORT, language=language()))

    def edit(self, mailing: Mailing | None) -> Form:
        assert mailing is not None
        return self._form("edit", mailing)

    def end(self, mailing: Mailing | None) -> Form:
        assert mailing is not None
        return end_form(self._picture, self._desk, PART, mailing)

    def _form(self, act: str, mailing: Mailing) -> Form:
        form = RegisterForm(self._picture, self._desk, PART, act)
        what = form.options("what", [(paper_title(each), each) for each in PAPERS], mailing.what)
        months = form.options("months", [(tr(f"reports.ui.span.{each}"), str(each)) for each in SPANS], str(mailing.months))
        kind = form.options("form", [(each.upper(), each) for each in FORMS], mailing.form)
        spoken = form.options("language", [("中文", "zh_CN"), ("English", "en")], mailing.language)
        first = self._channels[0][1] if self._channels else ""
        channel = form.options("channel", self._channels, mailing.channel or first, free=True)
        people = form.text("people", "、".join(mailing.people))
        day = form.text("day", str(mailing.day))
        time = form.text("time", f"{mailing.minute // 60:02}:{mailing.minute % 60:02}")

        def make() -> Mailing:
            return replace(
                mailing,
                what=form.picked(what),
                months=int(form.picked(months)),
                form=form.picked(kind),
                language=form.picked(spoken),
                channel=form.picked(channel),
                people=words_of(people.text()),
                day=_whole(day.text(), tr("reports.refused.time")),
                minute=_minute(time.text()),
            )

        form.make = saving(make, mailing.revision)
        return form


def _whole(text: str, otherwise: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(otherwise) from None


def _minute(text: str) -> int:
    hours, _, minutes = text.replace("：", ":").partition(":")
    bad = tr("reports.refused.time")
    return _whole(hours, bad) * 60 + _whole(minutes or "0", bad)
