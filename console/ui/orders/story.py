"""What happened to an order: its stamps, holds and notes in the order in which they were entered; notes are added here."""

from __future__ import annotations

from console.domain.orders import Order
from console.domain.stamps import Stamp
from console.texts import tr
from console.ui.orders.pieces import Section
from console.ui.orders.stagebar import stamp_sentence


class Story(Section):
    """See the module."""

    def fill(self, order: Order, enabled: bool) -> None:
        """One line an event; a long note is shown whole."""
        found: list[tuple[Stamp, str]] = [(stamp, tr(f"domain.order.{stage}")) for stage, stamp in order.stamps.items()]
        found += [(hold.since, tr("orders.held", reason=tr(f"domain.hold_reason.{hold.reason}"))) for hold in order.holds]
        found += [(note, tr("orders.act.note")) for note in order.notes]
        if order.restored is not None:
            found.append((order.restored, tr("orders.act.restored")))
        if order.cancelled is not None:
            found.append((order.cancelled, tr("domain.order.cancelled")))
        if order.callback is not None:
            found.append((order.callback, tr("orders.act.callback")))
        for stamp, what in sorted(found, key=lambda each: each[0].entered_at):
            self.line(f"{what}  {stamp_sentence(self.picture, stamp)}")
