"""The exported JSON Schema accepts what the loader accepts and refuses what has a wrong shape."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from config_builders import generic, site
from jsonschema import Draft202012Validator

from config.loader import load_text
from config.schema import OBJECTS, doc_key, json_schema
from console.texts import LANGUAGES, catalogue, tr

LIFT = "{id: L1, type: monarch_nice3000, name: {zh: 梯, en: Lift}, location: T1, connection: gw, unit: 1}"
GOOD = [
    site(),
    site(LIFT),
    site(
        LIFT[:-1]
        + ", poll: {fault_code: 250, current_floor: 2 s}, facts: {phone: 119}, rated: {floors: '33'}, with: {trapped_bit: 4}}"
    ),
    site("{id: W1, type: mqtt_water_meter, name: 表, location: T1, connection: mq, with: {topic: m/1}}"),
    site() + "response: {p3: {respond: 90 min, restored: none}, warn_percent: [50, 80]}\n",
    site(LIFT) + "plans:\n  - {equipment: L1, key: k, title: 题, every: 3 months, first_due: '2027-01-31', lead: 3 d}\n",
    generic("points:\n  - {key: a, name: 甲, address: 0x10, type: f32, unit: kWh, normal: [1, null], states: {0: 关}}"),
    site()
    + 'types:\n  - {type: t, kind: k, name: 型, source: [x], confidence: low, points: [{key: a, name: 甲, address: "${b} + 1"}]}\n',
]
BAD = [
    "equipment: []\n",
    "site: {id: s}\n",
    site() + "respones: {}\n",
    site(LIFT[:-1] + ", unit2: 3}"),
    site(LIFT.replace("unit: 1", "unit: 999")),
    site(LIFT.replace("unit: 1", "unit: one")),
    site() + "response: {p3: {respond: 2}}\n",
    site() + "response: {p3: {respond: 2 lightyears}}\n",
    site(LIFT) + "plans:\n  - {equipment: L1, key: k, title: 题, every: 15 min}\n",
    generic("points:\n  - {key: a, name: 甲, address: 70000}"),
    generic("points:\n  - {key: a, name: 甲, address: 1, type: float}"),
    generic("points:\n  - {key: a, name: 甲, address: 1, unit: furlong}"),
    generic("points:\n  - {name: 甲, address: 1}"),
]


def plain(text: str) -> Any:
    """What an editor with YAML support hands to the schema: keys of mappings are always text there."""

    def keys_as_text(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): keys_as_text(inner) for key, inner in value.items()}
        return [keys_as_text(inner) for inner in value] if isinstance(value, list) else value

    return keys_as_text(yaml.safe_load(text))


def test_the_schema_is_itself_right() -> None:
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", GOOD)
def test_a_right_file_is_right_for_both(text: str) -> None:
    assert load_text(text, "x").mistakes == ()
    assert [error.message for error in Draft202012Validator(json_schema()).iter_errors(plain(text))] == []


@pytest.mark.parametrize("text", BAD)
def test_a_file_of_a_wrong_shape_is_wrong_for_both(text: str) -> None:
    assert load_text(text, "x").mistakes != ()
    assert not Draft202012Validator(json_schema()).is_valid(plain(text))


def test_every_key_is_described_in_both_languages() -> None:
    described = {doc_key(each.name) for each in OBJECTS} | {doc_key(each.name, key) for each in OBJECTS for key in each.fields}
    assert described - set(catalogue()) == set()
    assert all(tr(key, language) for key in described for language in LANGUAGES)
    written = {key for key in catalogue() if key.startswith("config.doc.")}
    assert written - described == set()
