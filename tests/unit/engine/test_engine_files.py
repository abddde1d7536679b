"""Files that commands name: each is here, and is of the kind that it is said to be, wherever in the command it stands."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from console.domain.attachments import Attachment
from console.domain.commands import SaveRecords
from console.domain.maintenance.cards import Card
from console.domain.maintenance.files import StoreFile
from console.domain.maintenance.people import Certificate, Person
from console.domain.maintenance.rounds import AnswerRound
from console.domain.problems import Refused
from console.engine.files import Files

SCRIPT = b"@echo off\r\ndel C:\\*.*\r\n"  # text like any other, as long as nothing runs it
SHA = hashlib.sha256(SCRIPT).hexdigest()


def file(kind: str = "txt", sha: str = SHA) -> Attachment:
    return Attachment(sha, "说明.txt", kind, len(SCRIPT))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(tmp_path)
    assert made.put(StoreFile("说明.txt", SCRIPT), "desk") == SHA
    return made


def commands(each: Attachment) -> tuple[object, ...]:
    return (
        SaveRecords((Card(id="", code="1", name="柜", attachments=(each,)),), (0,)),
        SaveRecords((Person(id="p", name="赵", certificates=(Certificate("fire", attachments=(each,)),)),), (0,)),
        AnswerRound("XJ", 0, photos=(each,)),
    )


def test_what_was_sent_may_be_named(files: Files) -> None:
    for command in commands(file()):
        files.refuse_unsent(command)


@pytest.mark.parametrize(
    "wrong", [file("bat"), file("x/../../evil.bat"), file(""), file(sha="ab" * 32), file(sha="../../etc/passwd")]
)
def test_a_text_that_is_named_as_a_program_is_refused(files: Files, wrong: Attachment) -> None:
    """The desk of whoever opens it would run it: it goes by the kind, and hands it to the system's own program."""
    for command in commands(wrong):
        with pytest.raises(Refused) as refused:
            files.refuse_unsent(command)
        assert refused.value.problem.code == "ledger.file.unknown"
