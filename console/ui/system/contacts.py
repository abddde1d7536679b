"""Where people are reached, and who wants to hear what beyond the roster. One line each, typed as it is said."""

from __future__ import annotations

import re

from console.domain.accounts import Role
from console.domain.notices import Contact, Subscription
from console.domain.problems import Refused
from console.domain.rosters import Level

_WORDS = re.compile(r"[;；,，\s]+")


def contacts_text(contacts: tuple[Contact, ...]) -> str:
    """``wang: mail=wang@example.org sms=13800000000 name=王值班 language=en``."""
    lines = []
    for each in contacts:
        words = [f"{channel}={address}" for channel, address in each.addresses.items()]
        words += [f"name={each.name}"] if each.name else []
        words += [f"language={each.language}"] if each.language else []
        lines.append(f"{each.person}: {' '.join(words)}")
    return "\n".join(lines)


def read_contacts(text: str) -> tuple[Contact, ...]:
    """Refused in words where a line cannot be read."""
    found = []
    for line in _lines(text):
        person, colon, rest = line.replace("：", ":", 1).partition(":")
        pairs = [word.partition("=") for word in _WORDS.split(rest.strip()) if word]
        if not colon or not person.strip() or not all(name and value for name, _, value in pairs):
            raise Refused("notify.typed.contact", line=line)
        given = {name: value for name, _, value in pairs}
        name, said = given.pop("name", ""), given.pop("language", "")
        if said not in ("", "zh", "en", "both"):
            raise Refused("notify.typed.contact", line=line)
        found.append(Contact(person.strip(), given, name, said))
    return tuple(found)


def subscriptions_text(subscriptions: tuple[Subscription, ...]) -> str:
    """``person=boss priorities=1,2 systems=fire equipment=T1-L1 channel=mail marks``."""
    lines = []
    for each in subscriptions:
        words = [f"{name}={getattr(each, name)}" for name in ("person", "role", "level", "channel") if getattr(each, name)]
        if each.priorities != (1, 2, 3):
            words.append("priorities=" + "/".join(map(str, each.priorities)))
        words += [f"{name}={'/'.join(getattr(each, name))}" for name in ("systems", "places", "equipment") if getattr(each, name)]
        lines.append(" ".join([*words, *(["marks"] if each.marks else [])]))
    return "\n".join(lines)


def read_subscriptions(text: str) -> tuple[Subscription, ...]:
    """Likewise."""
    return tuple(_subscription(line) for line in _lines(text))


def _subscription(line: str) -> Subscription:
    given: dict[str, str] = {}
    for word in _WORDS.split(line):
        name, _, value = word.partition("=")
        if name not in ("person", "role", "level", "channel", "priorities", "systems", "places", "equipment", "marks"):
            raise Refused("notify.typed.subscription", line=line)
        given[name] = value
    try:
        return Subscription(
            given.get("channel", ""),
            given.get("person", ""),
            Role(given["role"]) if "role" in given else None,
            Level(given["level"]) if "level" in given else None,
            tuple(int(each) for each in given["priorities"].split("/")) if "priorities" in given else (1, 2, 3),
            tuple(each for each in given.get("equipment", "").split("/") if each),
            tuple(each for each in given.get("systems", "").split("/") if each),
            "marks" in given,
            tuple(each for each in given.get("places", "").split("/") if each),
        )
    except ValueError:
        raise Refused("notify.typed.subscription", line=line) from None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
