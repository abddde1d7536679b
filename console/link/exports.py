"""Exports over the link: a file that a worker of the collector makes, fetched part by part as fast as the console can write it.

    console                       collector
      ExportQuery      ->
                       <-         ExportAnswer(job)
      ExportPartQuery  ->
                       <-         ExportPartAnswer(data …)      … until ``over``; ``stop`` gives the job up

A job that nobody asks for during a minute is given up. Neither side ever holds more than a few parts.
"""

from __future__ import annotations

import msgspec


class ExportQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """History of ``points`` in [since, until) as a file: ``form`` csv, json, xlsx or parquet; ``bucket`` ns, 0 every sample.

    ``language``: of the points' names, ``zh`` or ``en``.
    """

    id: int
    points: tuple[int, ...]
    since: int
    until: int
    form: str
    bucket: int = 0
    language: str = "zh"


class ExportPartQuery(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """The next part of a job; ``stop``: no more of it."""

    id: int
    job: int
    stop: bool = False


class ExportAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """The job has begun."""

    id: int
    job: int


class ExportPartAnswer(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """The file's next bytes (there may be none yet), how much of it is read (0-1), and its rows so far."""

    id: int
    data: bytes
    share: float
    rows: int
    over: bool = False


ExportQueries = ExportQuery | ExportPartQuery
ExportAnswers = ExportAnswer | ExportPartAnswer
