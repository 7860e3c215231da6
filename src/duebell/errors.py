"""Every error that Duebell raises on purpose; the message is the documentation.

DuebellError                 what is wrong, and what to do about it
├── InvalidValue             something typed or sent is not what it should be
├── Unknown                  nothing of that name or number is here
├── NotPossible              the thing exists, but its state forbids what was asked
├── ConflictingEvent         an event id came again with other content
├── NotConfigured            no applied configuration for what was asked
└── StorageError             the database file is full, locked, corrupt or someone else's
    └── InUse                another process has the database file
"""

from __future__ import annotations


class DuebellError(Exception):
    """What is wrong and what to do about it, in a sentence or two that may be shown to anybody: no secret, no traceback."""

    slug = "error"
    http_status = 500


class InvalidValue(DuebellError):
    """Something typed or sent is not what it should be."""

    slug = "invalid-value"
    http_status = 422


class Unknown(DuebellError):
    """Nothing of that name or number is here."""

    slug = "unknown"
    http_status = 404


class NotPossible(DuebellError):
    """The thing exists, but its state forbids what was asked."""

    slug = "not-possible"
    http_status = 409


class ConflictingEvent(NotPossible):
    """An event id came again with other content: the first is kept, the second refused."""

    slug = "conflicting-event"


class NotConfigured(DuebellError):
    """No applied configuration for what was asked."""

    slug = "not-configured"
    http_status = 409


class StorageError(DuebellError):
    """The database file is full, locked, corrupt or someone else's. Nothing acknowledged before is lost."""

    slug = "storage"
    http_status = 503


class InUse(StorageError):
    """Another process has the database file."""

    slug = "in-use"
