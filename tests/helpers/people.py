"""The people of the end-to-end tests, for ``--seed-accounts``."""

from __future__ import annotations

import json
from pathlib import Path

PEOPLE = [
    {"account": "wang", "display": "王值班", "roles": ["operator"], "secret": "112233", "phone": ""},
    {"account": "li", "display": "李主管", "roles": ["operator", "supervisor"], "secret": "445566", "phone": ""},
    {"account": "zhao", "display": "赵师傅", "roles": ["technician"], "secret": "778899", "phone": "13800000000"},
]
SECRETS = {str(person["account"]): str(person["secret"]) for person in PEOPLE}


def write_people(folder: Path) -> Path:
    """The seed file."""
    file = folder / "people.json"
    file.write_text(json.dumps(PEOPLE, ensure_ascii=False), encoding="utf-8")
    return file
