"""The words by which a customer is found: written when he is new or called otherwise, which is rare, and erased with him."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, FromClause, and_, delete, or_, select, true, update

from duebell.events import Customer
from duebell.storage.rows import Statement
from duebell.storage.tables import event, stream
from duebell.storage.tables_customers import customer_word

FEW_CUSTOMERS = 500
"""Up to so many who are called so are gone through; where there are more, a walk from the newest on soon meets some."""
MOST_WORDS = 10
"""Of one customer: names have fewer."""
LONGEST_WORD = 40
LOCAL_DIGITS = 7
"""So many last digits of a phone number are a word of their own: people leave out the country's, or write another zero before it."""
_WORD = re.compile(r"\w+")
_PHONE = re.compile(r"[+(0-9][0-9 ()/.-]{3,}")
_LAST = "\U0010ffff"
_Begins = Callable[[FromClause], ColumnElement[bool]]

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


def few_called(connection: Connection, text: str) -> Sequence[int] | None:
    """The streams of customers who have for each word of the text one that begins so, or that number; None: too many may."""
    for begins in _wanted(text):
        query = select(customer_word.c.stream_id).where(begins(customer_word)).distinct().limit(FEW_CUSTOMERS + 1)
        found = connection.execute(query).scalars().all()
        if len(found) <= FEW_CUSTOMERS:
            mine = select(stream.c.id).where(stream.c.id.in_(found), is_called(text, stream.c.id))
            return connection.execute(mine).scalars().all()
    return None


def is_called(text: str, stream_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the customer of that stream is one of these; for each customer a few looks into an index."""
    ways = []
    for begins in _wanted(text):
        word = customer_word.alias()
        ways.append(select(word.c.stream_id).where(word.c.stream_id == stream_id, begins(word)).exists())
    return and_(true(), *ways)


def has_words(text: str) -> bool:
    """Whether anything in the text can be a word of a customer's."""
    return bool(_wanted(text))


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


def _wanted(text: str) -> Sequence[_Begins]:
    """A condition on words for each one of the text, the longest first; on a number's digits if it looks like a number."""
    if _PHONE.fullmatch(text.strip()):
        return [_by_phone("".join(filter(str.isdecimal, text)))]
    words = [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))][:MOST_WORDS]
    return [partial(_begins, word=word) for word in sorted(words, key=len, reverse=True)]


def _by_phone(digits: str) -> _Begins:
    """By the number as billing has it, or by its last digits."""

    def condition(words: FromClause) -> ColumnElement[bool]:
        ways = [_begins(words, digits)]
        if len(digits) > LOCAL_DIGITS:
            ways.append(words.c.word == digits[-LOCAL_DIGITS:])
        return or_(*ways)

    return condition


def _begins(words: FromClause, word: str) -> ColumnElement[bool]:
    return and_(words.c.word >= word, words.c.word <= word + _LAST)
