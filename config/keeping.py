"""The sections ``backup`` and ``retention``: where records are backed up to, and how long they are kept."""

from __future__ import annotations

from config.fields import Context, Record
from console.domain.keeping import LEDGER_FLOOR_YEARS, Backup, Keeping


def make_keeping(backup: Record | None, retention: Record | None, context: Context) -> Keeping:
    """The site's policy. Ledgers may be kept longer than the floor, never shorter."""
    default = Keeping()
    made = None
    if backup is not None and "folder" in backup:
        made = Backup(backup.get("folder"), backup.get("at", 180), backup.get("keep", 14))
    if retention is None:
        return Keeping(made)
    ledgers = retention.get("ledgers_years", default.ledger_years)
    if 0 < ledgers < LEDGER_FLOOR_YEARS:
        context.mistake(
            retention.line_of("ledgers_years"), "ledgers_too_short", found=f"{ledgers:g}", least=f"{LEDGER_FLOOR_YEARS:g}"
        )
    history = retention.get("history_years", default.history_years)
    thin = retention.get("thin_years", default.thin_years)
    systems = tuple(retention.get("thin_systems", ()))
    if bool(thin) != bool(systems):
        context.mistake(retention.line, "thin_both")
    if thin >= history:
        context.mistake(retention.line_of("thin_years"), "thin_too_late", thin=f"{thin:g}", history=f"{history:g}")
    return Keeping(made, ledgers, history, thin, systems)
