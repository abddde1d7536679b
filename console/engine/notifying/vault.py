"""Secrets of the channels: in the system's keyring, or in a file that is encrypted with a key of its own.

Windows and macOS keep them in the keyring of the account that runs the collector. Elsewhere a keyring belongs to a desktop session
and would ask a service for a password at three in the morning, so they lie in ``secrets.json`` of the store's folder, encrypted
(Fernet: AES-128-CBC with HMAC-SHA256) with the key in ``secrets.key``, which only its owner may read. Whoever can read both files
can read the secrets; a backup of the store takes neither.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Protocol

from console.domain.problems import Refused

KEY_FILE, SECRETS_FILE = "secrets.key", "secrets.json"
SERVICE = "building-console"


class Vault(Protocol):
    """Blocking: call it in a thread."""

    def get(self, name: str) -> str:
        """The secret, or empty."""

    def put(self, name: str, secret: str) -> None:
        """Keep it; an empty one forgets it."""


def open_vault(folder: Path, site: str) -> Vault:
    """What this system has."""
    if sys.platform in ("win32", "darwin"):
        return KeyringVault(site)
    return FileVault(folder)


class KeyringVault:
    """The system's keyring; the entries are named after the site."""

    def __init__(self, site: str) -> None:
        self._service = f"{SERVICE}/{site}"

    def get(self, name: str) -> str:
        """The secret, or empty."""
        import keyring  # noqa: PLC0415 - not installed where there is none
        from keyring.errors import KeyringError  # noqa: PLC0415

        try:
            return keyring.get_password(self._service, name) or ""
        except KeyringError as error:
            raise Refused("notify.vault", detail=type(error).__name__) from error

    def put(self, name: str, secret: str) -> None:
        """Keep it; an empty one forgets it."""
        import keyring  # noqa: PLC0415 - see above
        from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415

        try:
            if secret:
                keyring.set_password(self._service, name, secret)
            else:
                with contextlib.suppress(PasswordDeleteError):
                    keyring.delete_password(self._service, name)
        except KeyringError as error:
            raise Refused("notify.vault", detail=type(error).__name__) from error


class FileVault:
    """See the module."""

    def __init__(self, folder: Path) -> None:
        self._key, self._file = folder / KEY_FILE, folder / SECRETS_FILE

    def get(self, name: str) -> str:
        """The secret, or empty."""
        token = self._read().get(name, "")
        if not token:
            return ""
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - memory that only needs who has a secret

        try:
            return Fernet(self._key.read_bytes()).decrypt(token.encode()).decode()
        except (OSError, ValueError, InvalidToken) as error:
            raise Refused("notify.vault", detail=type(error).__name__) from error

    def put(self, name: str, secret: str) -> None:
        """Keep it; an empty one forgets it."""
        kept = self._read()
        kept.pop(name, None)
        from cryptography.fernet import Fernet  # noqa: PLC0415 - see above

        try:
            if secret:
                if not self._key.exists():
                    _write_private(self._key, Fernet.generate_key())
                kept[name] = Fernet(self._key.read_bytes()).encrypt(secret.encode()).decode()
            _write_private(self._file, json.dumps(kept, sort_keys=True).encode())
        except (OSError, ValueError) as error:
            raise Refused("notify.vault", detail=type(error).__name__) from error

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Refused("notify.vault", detail=type(error).__name__) from error
        return {str(name): str(token) for name, token in found.items()}


def _write_private(path: Path, data: bytes) -> None:
    """Atomically, and readable by its owner alone from the first moment on."""
    fresh = path.with_suffix(path.suffix + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
