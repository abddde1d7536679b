"""Where secrets are kept, and what a message looks like."""

from __future__ import annotations

import os
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from msgspec.structs import replace

from console.domain.faults import P1_DEFAULT, Clock, Fault
from console.domain.notices import Channel, Contact, Notice, NoticeKind
from console.domain.problems import Refused
from console.domain.text import Text
from console.domain.times import SECOND
from console.domain.world import World
from console.engine.notifying import courier, wording
from console.engine.notifying.vault import KEY_FILE, SECRETS_FILE, FileVault, KeyringVault
from console.texts import CHINESE, ENGLISH

NOW = 1_795_000_000 * SECOND
SITE = Text("锦云府", "Jinyun")


def test_a_file_gives_back_what_it_keeps_and_shows_none_of_it(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    assert vault.get("mail") == ""
    vault.put("mail", "密码 Tr0ub4dor")
    vault.put("sms", "other")
    assert FileVault(tmp_path).get("mail") == "密码 Tr0ub4dor"
    assert b"Tr0ub4dor" not in (tmp_path / SECRETS_FILE).read_bytes()
    vault.put("mail", "")
    assert (vault.get("mail"), vault.get("sms")) == ("", "other")


@pytest.mark.skipif(os.name != "posix", reason="owner-only rights are POSIX's; Windows has the keyring")
def test_only_the_owner_may_read_key_and_secrets(tmp_path: Path) -> None:
    FileVault(tmp_path).put("mail", "x")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in (KEY_FILE, SECRETS_FILE)} == {0o600}


def test_a_key_that_does_not_fit_is_said_in_words(tmp_path: Path) -> None:
    FileVault(tmp_path).put("mail", "x")
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(Refused) as refused:
        FileVault(tmp_path).get("mail")
    assert refused.value.problem.code == "notify.vault"


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_a_keyring_keeps_secrets_under_the_site_s_name() -> None:
    drawer, before = Drawer(), keyring.get_keyring()
    keyring.set_keyring(drawer)
    try:
        vault = KeyringVault("yard")
        vault.put("mail", "x")
        assert drawer.kept == {("building-console/yard", "mail"): "x"}
        assert vault.get("mail") == "x"
        vault.put("mail", "")
        assert vault.get("mail") == ""
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    "url", ["nowhere://{secret}@x", "json://127.0.0.1:9/{secret}", "mailto://duty:{secret}@127.0.0.1:9?to=x@y.cn"]
)
def test_a_reason_never_holds_the_secret(url: str) -> None:
    reason = courier.send(url, "x@y.cn", "S3cret/Part2", "t", "b")
    assert reason
    assert "S3cret" not in reason and "Part2" not in reason


def world() -> World:
    made = World()
    made.faults[3] = Fault(3, "T1-L1", 1, Text("轿厢困人", "Passengers trapped"), NOW, P1_DEFAULT)
    return made


def test_a_message_says_what_where_and_until_when_in_the_reader_s_language() -> None:
    notice = Notice(
        9, NoticeKind.MARK, "mail", NOW, NOW, "wang", fault=3, priority=1, equipment="T1-L1", clock=Clock.ON_SITE, percent=80
    )
    title, body = wording.compose(world(), SITE, [notice], (CHINESE,), NOW)
    assert title == "【P1 到场时限已用 80%】T1-L1：轿厢困人"
    assert "F-000003" in body and "N-000009" in body
    title, body = wording.compose(world(), SITE, [notice], (ENGLISH,), NOW)
    assert title == "[P1 80% of the On site limit used] T1-L1: Passengers trapped"
    _, both = wording.compose(world(), SITE, [notice], (CHINESE, ENGLISH), NOW)
    assert "锦云府" in both and "Jinyun" in both


def test_every_kind_of_message_has_its_words_even_when_its_fault_is_gone() -> None:
    for kind in NoticeKind:
        for language in (CHINESE, ENGLISH):
            title, body = wording.compose(World(), SITE, [Notice(1, kind, "mail", NOW, NOW)], (language,), NOW)
            assert title and body and "notify." not in title + body and "{" not in title + body


def test_a_summary_is_short_and_has_the_gravest_first() -> None:
    notices = [Notice(n, NoticeKind.OPENED, "mail", NOW, NOW, fault=3, priority=3) for n in range(1, 50)]
    notices.append(replace(notices[0], number=99, priority=1))
    title, body = wording.compose(world(), SITE, notices, (CHINESE,), NOW)
    assert title == "【汇总】锦云府：50 条通知"
    lines = body.splitlines()
    assert lines[1].startswith("· 【P1】") and lines[-1] == "另有 20 条，请看值班台。"


def test_a_contact_s_language_comes_before_the_channel_s() -> None:
    channel = Channel("mail", Text("邮件"), "mailto://x?to={to}", "both")
    assert wording.languages(channel, Contact("a")) == (CHINESE, ENGLISH)
    assert wording.languages(channel, Contact("a", language="en")) == (ENGLISH,)
