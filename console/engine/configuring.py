"""The configuration: the store is its master; an import is one diff, previewed, applied whole and live, and can be undone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec

from console.domain.configuring import Change, Mistake
from console.domain.estate import Estate, Site
from console.domain.events import ConfigurationApplied
from console.domain.noticing import imported
from console.domain.problems import Refused
from console.domain.text import Text
from console.engine import checking
from console.engine.decisions import By, Decisions, Extras
from console.engine.workers import Workers
from console.store.image import Image

EMPTY_ESTATE = Estate(Site("new", Text("尚未配置", "Not configured yet")))


class ConfigurationWrong(Exception):  # noqa: N818 - an answer to the person who starts the program
    """A site file with mistakes, all of them."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


class Configuring:
    """Keeps the present configuration, previews and applies others. ``apply`` makes an estate the living one."""

    def __init__(
        self,
        image: Image,
        number: Callable[[Estate], Awaitable[Estate]],
        decisions: Decisions,
        workers: Workers,
        apply: Callable[[Estate, int], Awaitable[None]],
    ) -> None:
        self.estate = EMPTY_ESTATE if image.estate is None else image.estate
        self.revision = image.configuration
        self.text = image.site_text
        self._previous = image.previous_site_text
        self._number = number
        self._decisions = decisions
        self._workers = workers
        self._apply = apply
        self._one_at_a_time = asyncio.Lock()

    async def first(self, text: str, file: str) -> None:
        """The site file of a first start, before anything is polled; raises :class:`ConfigurationWrong`."""
        data, mistakes = checking.load(text, file)
        if not data:
            raise ConfigurationWrong(mistakes)
        await self._take_over(msgspec.msgpack.decode(data, type=Estate), data, text, By())

    async def preview(self, text: str) -> tuple[tuple[Change, ...], tuple[Mistake, ...]]:
        """What an import of ``text`` would change, or its mistakes."""
        data, mistakes = await self._workers.run(checking.load, text)
        return (await self._changes(data) if data else ()), mistakes

    async def load(self, text: str, base: int, by: By) -> int:
        """Apply ``text``; the new revision. Refused whole if it has one mistake or the configuration is another by now."""
        async with self._one_at_a_time:
            self._still(base)
            return await self._import(text, by)

    async def undo(self, base: int, by: By) -> int:
        """Put back the configuration before the last import (and undoing twice brings it back again)."""
        async with self._one_at_a_time:
            self._still(base)
            if not self._previous:
                raise Refused("refused.nothing_to_undo")
            return await self._import(self._previous, by)

    def _still(self, base: int) -> None:
        if base != self.revision:
            raise Refused("refused.base")

    async def _import(self, text: str, by: By) -> int:
        data, mistakes = await self._workers.run(checking.load, text)
        if not data:
            raise Refused("refused.mistakes", count=len(mistakes))
        await self._take_over(msgspec.msgpack.decode(data, type=Estate), data, text, by)
        return self.revision

    async def _changes(self, data: bytes) -> tuple[Change, ...]:
        present = self.estate if self.revision else None
        return await self._workers.run(checking.changes, checking.encoder.encode(present), data)

    async def _take_over(self, estate: Estate, data: bytes, text: str, by: By) -> None:
        if self.revision:
            summary = Counter(change.what for change in await self._changes(data))
        else:  # a first start: everything is new
            summary = Counter(added=len(estate.equipment) + len(estate.points))
        estate = await self._number(estate)
        revision = self.revision + 1
        before = self.estate if self.revision else None
        await self._decisions.decide(
            [ConfigurationApplied(revision, dict(summary)), *imported(before, estate)],
            by,
            extras=Extras(estate=estate, site_text=text),
        )
        self.estate, self.revision = estate, revision
        self.text, self._previous = text, self.text
        await self._apply(estate, revision)
