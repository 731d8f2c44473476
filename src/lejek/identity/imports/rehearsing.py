"""Records as they would be after the rows that were rehearsed.

They are those of the database, and above them what the rows would have written, kept on disk when
it is much. In: books that rows were entered into. Out: the records that later rows may mean.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db import models

from lejek.identity.book import Book, CompanyEntry, ContactEntry, Stored, domain_of
from lejek.identity.imports.files import new_path
from lejek.identity.matching import name_of, row_name
from lejek.identity.models import Company, Contact, Lead
from lejek.identity.normalise.company_name import name_key
from lejek.identity.reading import LeadRow

_TABLES = """
CREATE TABLE record (kind TEXT, id INTEGER, body BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE known (key TEXT, id INTEGER, PRIMARY KEY (key, id)) WITHOUT ROWID;
"""
_MARKS = 500


def notes(tables: str) -> sqlite3.Connection:
    """Tables on disk that are gone with the connection.

    A database without a name would do, but some builds of SQLite keep that in memory, all of it.
    """
    path = new_path(".notes")
    found = sqlite3.connect(path, isolation_level=None)
    found.executescript(
        f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384; {tables}"
    )
    path.unlink()
    return found


class Rehearsed:
    """The records of the database as some rows would have left them.

    New ones have ids below zero, counted down.
    """

    def __init__(self) -> None:
        self._kept = notes(_TABLES)
        self._stored = Stored()
        self._n_new = 0

    def close(self) -> None:
        """Forget everything."""
        self._kept.close()

    def people(self, rows: Sequence[LeadRow]) -> Sequence[Contact]:
        """The people whom some rows may mean, the oldest first."""
        keys = {key for row in rows for key in _keys_of_person(row)}
        found = {each.pk: each for each in self._stored.people(rows)}
        return self._above(Contact, found, keys)

    def firms(self, rows: Sequence[LeadRow], ids: Iterable[int]) -> Sequence[Company]:
        """The firms that some rows may mean, and those of the ids, the oldest first."""
        wanted = set(ids)
        keys = {key for row in rows for key in _keys_of_firm(row)}
        stored = self._stored.firms(rows, [pk for pk in wanted if pk > 0])
        return self._above(Company, {each.pk: each for each in stored}, keys, wanted)

    def open_leads(self, people: Sequence[Contact]) -> Mapping[int, Lead]:
        """The open leads of people, by person."""
        stored = self._stored.open_leads([each for each in people if each.pk > 0])
        changed = self._read(Lead, {each.pk for each in people})
        return {**stored, **changed}

    def keep(self, book: Book) -> None:
        """Keep what a book would have written."""
        self._kept.execute("BEGIN")
        for firm in book.companies:
            if firm.is_new or firm.is_changed:
                self._keep_firm(firm)
        for person in book.contacts:
            if person.company is not None:
                person.record.company_id = person.company.record.pk
            if person.is_new or person.is_changed or person.is_lead_new or person.is_lead_changed:
                self._keep_person(person)
        self._kept.execute("COMMIT")

    def _keep_firm(self, entry: CompanyEntry) -> None:
        record = entry.record
        self._write(Company, self._id_of(record), record)
        self._know(record.pk, _firm_keys(record.nip or "", record.domain, record.name_key))

    def _keep_person(self, entry: ContactEntry) -> None:
        record, firm = entry.record, entry.company
        self._write(Contact, self._id_of(record), record)
        if entry.lead is not None:
            entry.lead.contact_id = record.pk
            self._write(Lead, record.pk, entry.lead)
        name = name_of(record.first_name, record.last_name)
        at = () if firm is None else (firm.record.nip or "", firm.record.name_key)
        self._know(record.pk, _person_keys(record.email or "", record.phone, name, at))
        self._know(record.pk, _person_keys(record.other_email or "", "", (), ()))

    def _id_of(self, record: models.Model) -> int:
        if record.pk is None:
            self._n_new += 1
            record.pk = -self._n_new
        return int(record.pk)

    def _write(self, model: type[models.Model], key: int, record: models.Model) -> None:
        body = pickle.dumps(attrgetter(*_columns(model))(record))
        self._kept.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (model.__name__, key, body)
        )

    def _know(self, pk: int, keys: Iterable[str]) -> None:
        self._kept.executemany(
            "INSERT OR IGNORE INTO known VALUES (?, ?)", [(key, pk) for key in keys]
        )

    def _above(
        self,
        model: type[Any],
        stored: Mapping[int, Any],
        keys: Iterable[str],
        ids: Iterable[int] = (),
    ) -> Sequence[Any]:
        """Records as they would be; those that only rehearsed rows brought come last."""
        known = self._rows("SELECT id FROM known WHERE key IN ({})", keys)
        changed = self._read(model, {*stored, *ids, *(pk for (pk,) in known)})
        found = {**stored, **changed}
        return [found[pk] for pk in sorted(found, key=lambda pk: (pk < 0, abs(pk)))]

    def _read(self, model: type[Any], ids: Iterable[int]) -> dict[int, Any]:
        query = f"SELECT id, body FROM record WHERE kind = '{model.__name__}' AND id IN ({{}})"  # noqa: S608 - our own names
        columns = _columns(model)
        # What is unpacked was packed by this process.
        return {
            pk: model(**dict(zip(columns, pickle.loads(body), strict=True)))  # noqa: S301
            for pk, body in self._rows(query, ids)
        }

    def _rows(self, query: str, values: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
        wanted = list(values)
        for start in range(0, len(wanted), _MARKS):
            page = wanted[start : start + _MARKS]
            yield from self._kept.execute(query.format(",".join("?" * len(page))), page)


def _columns(model: type[models.Model]) -> list[str]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's public name
    return [field.attname for field in fields if not field.generated]


def _keys_of_person(row: LeadRow) -> Iterable[str]:
    at = (row.text("company.nip"), name_key(row.text("company.name")))
    return _person_keys(row.text("contact.email"), row.text("contact.phone"), row_name(row), at)


def _person_keys(email: str, phone: str, name: tuple[str, ...], at: Sequence[str]) -> Iterable[str]:
    yield from (f"{kind}:{value}" for kind, value in (("e", email), ("p", phone)) if value)
    yield from (f"n:{firm}:{' '.join(name)}" for firm in at if firm and name)


def _keys_of_firm(row: LeadRow) -> Iterable[str]:
    return _firm_keys(row.text("company.nip"), domain_of(row), name_key(row.text("company.name")))


def _firm_keys(nip: str, domain: str, name: str) -> Iterable[str]:
    told = (("nip", nip), ("domain", domain), ("name", name))
    return (f"{kind}:{value}" for kind, value in told if value)
