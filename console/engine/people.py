"""Accounts and their secrets: signing on, lock-out, changing, the first administrator. Hashes never leave this room and the store.

Argon2id (7 MiB, 5 passes: OWASP's choice for little memory, which the C library keeps for good after each call) takes tens
of milliseconds, so it runs in a thread of its own, never on the polling loop. Five wrong secrets in a row lock an account for
five minutes, every further five for twice as long (up to a day); the lock is on the account's record and thus survives a
restart.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from dataclasses import dataclass
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from console.domain.accounts import Account, Right, Role
from console.domain.acts import require
from console.domain.commands import ChangeSecret, SaveAccount, SetUpAdministrator
from console.domain.events import AccountSaved, SignOnRefused
from console.domain.problems import Refused
from console.domain.times import DAY, MINUTE
from console.engine.clocks import EngineClock
from console.engine.decisions import By, Decisions, Extras

SHORTEST_SECRET = 6
LONGEST_SECRET = 200
TRIES = 5
FIRST_LOCK = 5 * MINUTE
LONGEST_LOCK = DAY


class Seed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of a seed file, for tests and the demo: read on a store without accounts only."""

    account: str
    display: str
    roles: tuple[Role, ...]
    secret: str
    phone: str = ""


def read_seeds(file: Path) -> tuple[Seed, ...]:
    """The accounts of a seed file; refused in words."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[Seed, ...])
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Refused("engine.seed_file", file=str(file), detail=str(error)) from error


@dataclass
class _Tries:
    wrong: int = 0  # since the last right one
    locks: int = 0


class People:
    """Checks secrets, keeps accounts. The decisions go the way of all decisions: committed, then confirmed."""

    def __init__(self, secrets: dict[str, str], decisions: Decisions, clock: EngineClock) -> None:
        self._secrets = dict(secrets)
        self._decisions = decisions
        self._clock = clock
        self._hasher = PasswordHasher(time_cost=5, memory_cost=7_168, parallelism=1)
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "argon2")
        self._tries: dict[str, _Tries] = {}
        # verified in place of an account's hash where there is none: an unknown name must not answer faster than a known one
        self._nobody = ""

    @property
    def set_up(self) -> bool:
        """True while there is no account at all."""
        return not self._decisions.world.accounts

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def check(self, name: str, secret: str, station: str) -> Account:
        """The account, if ``secret`` is its own; refuses (and counts) otherwise."""
        if self.set_up:
            raise Refused("refused.no_accounts")
        account = self._decisions.world.accounts.get(name)
        now = self._clock.now()
        if account is not None and account.locked_until > now:
            raise Refused("refused.locked", who=name, minutes=-(-(account.locked_until - now) // MINUTE))
        right = await self._verify(self._secrets.get(name, ""), secret)
        account = self._decisions.world.accounts.get(name)
        if account is None or not account.enabled or not right:
            await self._wrong(name, account, station)
        assert account is not None
        if account.locked_until > self._clock.now():  # locked by a try that ran beside this one
            raise Refused("refused.locked", who=name, minutes=1)
        self._tries.pop(name, None)
        return account

    async def set_up_administrator(self, command: SetUpAdministrator, by: By) -> None:
        """The first account; refused once there is one."""
        if not self.set_up:
            raise Refused("refused.set_up_done")
        name = _name(command.account)
        _long_enough(command.secret)
        secret = await self._hash(command.secret)
        if not self.set_up:
            raise Refused("refused.set_up_done")
        account = Account(name, command.display.strip() or name, (Role.ADMINISTRATOR,))
        await self._save(account, secret, By(name, by.station, by.seen, by.command_id))

    async def change_secret(self, actor: Account, command: ChangeSecret, by: By) -> None:
        """One's own secret; the old one is asked for."""
        await self.check(actor.name, command.old, by.station)
        _long_enough(command.new)
        if command.new == command.old:
            raise Refused("engine.same_secret")
        await self._save(self._decisions.world.accounts[actor.name], await self._hash(command.new), by)

    async def save_account(self, actor: Account, command: SaveAccount, by: By) -> None:
        """Add or change an account; the last administrator cannot be taken away."""
        require(actor, Right.MANAGE_ACCOUNTS)
        name = _name(command.account)
        before = self._decisions.world.accounts.get(name)
        if not command.roles:
            raise Refused("refused.account_roles", who=name)
        if before is None and not command.secret:
            raise Refused("engine.secret_needed", account=name)
        if command.secret:
            _long_enough(command.secret)
        account = Account(
            name,
            command.display.strip() or name,
            tuple(dict.fromkeys(command.roles)),
            command.enabled,
            0 if before is None or command.secret else before.locked_until,
            command.phone.strip(),
        )
        secret = await self._hash(command.secret) if command.secret else ""
        others = [other for other in self._decisions.world.accounts.values() if other.name != name]
        if not any(other.may(Right.MANAGE_ACCOUNTS) for other in (*others, account)):
            raise Refused("refused.last_administrator")
        if secret:
            self._tries.pop(name, None)
        await self._save(account, secret, by)

    async def seed(self, seeds: tuple[Seed, ...]) -> None:
        """The seam for tests and the demo: only on a store without accounts."""
        if not self.set_up:
            return
        hashes = [await self._hash(seed.secret) for seed in seeds]
        events = [AccountSaved(Account(seed.account, seed.display, seed.roles, phone=seed.phone)) for seed in seeds]
        secrets = {seed.account: digest for seed, digest in zip(seeds, hashes, strict=True)}
        self._secrets.update(secrets)
        await self._decisions.decide(events, extras=Extras(secrets=secrets))

    async def _save(self, account: Account, secret: str, by: By) -> None:
        secrets = {account.name: secret} if secret else {}
        self._secrets.update(secrets)
        await self._decisions.decide([AccountSaved(account)], by, extras=Extras(secrets=secrets))

    async def _wrong(self, name: str, account: Account | None, station: str) -> None:
        """Count, log and perhaps lock; always refuses."""
        by = By(name if account is not None else "", station)
        if account is None or not account.enabled:
            await self._decisions.decide([SignOnRefused(name[:60], "refused.secret")], by)
            raise Refused("refused.secret")
        tries = self._tries.setdefault(name, _Tries())
        tries.wrong += 1
        if tries.wrong < TRIES:
            await self._decisions.decide([SignOnRefused(name, "refused.secret")], by)
            raise Refused("refused.secret")
        tries.wrong = 0
        pause = min(FIRST_LOCK << min(tries.locks, 20), LONGEST_LOCK)
        tries.locks += 1
        locked = msgspec.structs.replace(account, locked_until=self._clock.now() + pause)
        await self._decisions.decide([SignOnRefused(name, "refused.locked"), AccountSaved(locked)], by)
        raise Refused("refused.locked", who=name, minutes=-(-pause // MINUTE))

    async def _verify(self, digest: str, secret: str) -> bool:
        if not self._nobody:
            self._nobody = await self._hash("nobody's secret")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._matches, digest, secret)

    def _matches(self, digest: str, secret: str) -> bool:  # on the argon2 thread
        try:
            right = self._hasher.verify(digest or self._nobody, secret[:LONGEST_SECRET])
        except (VerificationError, InvalidHashError):
            return False
        return right and bool(digest)

    async def _hash(self, secret: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, secret)


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refused("refused.account_name")
    if len(name) > 40 or any(not (letter.isalnum() or letter in "._-@") for letter in name):
        raise Refused("engine.bad_name", account=name[:40])
    return name


def _long_enough(secret: str) -> None:
    if len(secret) < SHORTEST_SECRET:
        raise Refused("refused.secret_short", least=SHORTEST_SECRET)
    if len(secret) > LONGEST_SECRET:
        raise Refused("engine.secret_long", most=LONGEST_SECRET)
