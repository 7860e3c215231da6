"""The words by which a customer is found: written when he is new or called otherwise, which is rare, and erased with him."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, or_, select, update

from duebell.events import Customer
from duebell.storage.rows import Statement
from duebell.storage.tables import event, stream
from duebell.storage.tables_customers import customer_word

MOST_WORDS = 10
"""Of one customer: names have fewer."""
LONGEST_WORD = 40
LOCAL_DIGITS = 7
"""So many last digits of a phone number are a word of their own: people leave out the country's, or write another zero before it."""
_WORD = re.compile(r"\w+")
_PHONE = re.compile(r"[+(0-9][0-9 ()/.-]{3,}")
_LAST = "\U0010ffff"

_ADD = Statement(
    """
    INSERT INTO customer_word (word, stream_id) SELECT j.value ->> 0, CAST(j.value ->> 1 AS BIGINT) FROM {ROWS} WHERE true
    ON CONFLICT DO NOTHING
    """
)
_KNOWN_AS = Statement(
    """
    UPDATE stream SET known_as = CAST(j.value ->> 1 AS BIGINT)
    FROM {ROWS} WHERE stream.id = CAST(j.value ->> 0 AS BIGINT)
    """
)


def known_as(customer: Customer) -> int:
    """Tells whether a customer is called as before."""
    return crc32(f"{customer.name}\n{customer.company_name}\n{customer.phone}\n{customer.invoice_contact}".encode())


def add_words(connection: Connection, customers: Mapping[int, Customer]) -> None:
    """Let these customers, by stream, be found by what they are called now, too."""
    if customers:
        _ADD.run(connection, [(word, stream_id) for stream_id, one in customers.items() for word in words_of(one)])
        _KNOWN_AS.run(connection, [(stream_id, known_as(one)) for stream_id, one in customers.items()])


def words_of(customer: Customer) -> Sequence[str]:
    """His number's digits, all and the last ones, and the words of his names, `MOST_WORDS` at most."""
    names = folded(" ".join(filter(None, (customer.name, customer.company_name, customer.invoice_contact))))
    digits = "".join(filter(str.isdecimal, customer.phone or ""))
    numbers = [digits, digits[-LOCAL_DIGITS:]] if digits else []
    return list(dict.fromkeys([*numbers, *(word[:LONGEST_WORD] for word in _WORD.findall(names))]))[:MOST_WORDS]


def folded(text: str) -> str:
    """In small letters, without accents: as people type it in a hurry."""
    if text.isascii():  # as most are, and recording waits for it
        return text.lower().replace("\x00", "")
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one)).replace("\x00", "")


def streams_found(text: str) -> Select[tuple[int]] | None:
    """The streams of customers who have for each word of the text one that begins so, or that number; None: no word is in it."""
    if _PHONE.fullmatch(text.strip()):
        return _by_phone("".join(filter(str.isdecimal, text)))
    words = [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))][:MOST_WORDS]
    if not words:
        return None
    longest, *others = sorted(words, key=len, reverse=True)
    found = select(customer_word.c.stream_id).where(_begins(longest))
    for word in others:
        found = found.where(customer_word.c.stream_id.in_(select(customer_word.c.stream_id).where(_begins(word))))
    return found.distinct()


def forget_words(connection: Connection, streams: Iterable[int]) -> None:
    """Let nobody find these customers any more; their next event brings the words back."""
    mine = list(streams)
    connection.execute(delete(customer_word).where(customer_word.c.stream_id.in_(mine)))
    connection.execute(update(stream).where(stream.c.id.in_(mine)).values(known_as=None))


def forget_words_of_the_silent(connection: Connection, streams: Iterable[int]) -> None:
    """The same for those of them of whom no event is left."""
    told = select(event.c.number).where(event.c.stream_id == stream.c.id)
    query = select(stream.c.id).where(stream.c.id.in_(list(streams)), ~told.exists())
    if silent := connection.execute(query).scalars().all():
        forget_words(connection, silent)


def _by_phone(digits: str) -> Select[tuple[int]]:
    """By the number as billing has it, or by its last digits."""
    ways = [_begins(digits)]
    if len(digits) > LOCAL_DIGITS:
        ways.append(customer_word.c.word == digits[-LOCAL_DIGITS:])
    return select(customer_word.c.stream_id).where(or_(*ways)).distinct()


def _begins(word: str) -> ColumnElement[bool]:
    return and_(customer_word.c.word >= word, customer_word.c.word <= word + _LAST)
