"""Brings a database's schema up to this release."""

from __future__ import annotations

from sqlalchemy import Engine

from duebell.storage import tables as _tables  # noqa: F401 - fills the catalogue
from duebell.storage.metadata import metadata


def upgrade(engine: Engine) -> None:
    metadata.create_all(engine)
