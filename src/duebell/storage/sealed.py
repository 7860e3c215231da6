"""Where sealed secrets stand, so that all of them can be sealed with another key."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from duebell.configuration.secrets import SecretBox
from duebell.storage.tables import configuration_option
from duebell.storage.tables_configuration import value
from duebell.storage.tables_idempotency import kept_answer
from duebell.storage.tables_pairing import key_rotation

SEALED = (value.c.value, configuration_option.c.value, key_rotation.c.former_key, kept_answer.c.answer)
"""The columns that hold them, among other texts."""


def seal_again(connection: Connection, box: SecretBox) -> int:
    """Seal every secret with the box's first key; how many there are. What no key of the box opens stays as it is.

    What was the same text stays the same text, so that versions are compared as before.
    """
    again: dict[str, str] = {}
    for column in SEALED:
        texts = connection.execute(select(column).where(column.is_not(None)).distinct()).scalars().all()
        for text in texts:
            if text not in again and (sealed := box.again(text)) is not None:
                again[text] = sealed
            if text in again:
                connection.execute(update(column.table).where(column == text).values({column: again[text]}))
    return len(again)
