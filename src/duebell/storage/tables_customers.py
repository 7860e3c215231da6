"""What customers are found by while somebody types."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from duebell.storage.metadata import metadata

customer_word = Table(
    "customer_word",
    metadata,
    Column("word", String().with_variant(String(collation="C"), "postgresql"), primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Each word of the customer's names and his number's digits, folded (see `storage.customer_words`), as billing ever told them.

Sorted by its bytes on either engine, so that what begins alike stands together.
"""
Index("customer_word_stream", customer_word.c.stream_id)
