"""The commands of maintenance that are more than saving a record. Part of :mod:`console.domain.commands`."""

from __future__ import annotations

from console.domain.maintenance.cards_batches import ImportLedger, UndoLedgerImport
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.parts import MoveStock

MaintenanceCommand = MoveStock | StoreFile | ImportLedger | UndoLedgerImport
