"""What every ledger keeps to, in memory and in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, insert, select
from sqlalchemy.exc import IntegrityError

from duebell.billing import billing_run
from duebell.billing.account import Account
from duebell.billing.billing import Billing
from duebell.billing.collection import CUSTOMER_CLASSES
from duebell.billing.customer import BillingCustomer
from duebell.billing.ledger import Ledger, MemoryLedger
from duebell.errors import NotPossible, Unknown
from duebell.espf.envelope import Happening
from duebell.money import Money
from duebell.storage import tables_billing
from duebell.storage.ledger import SqlLedger
from duebell.storage.metadata import metadata
from duebell.storage.postgresql import checked_url

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def an_account(external_id: str = "john-doe", **other: str) -> Account:
    his = {"name": "John Doe", "currency": "USD", "customer_class": "patient", **other}
    customer = BillingCustomer(external_id=external_id, **his)
    return Account.opened(customer, CUSTOMER_CLASSES[customer.customer_class], NOON)


def a_lived_in_account(ledger: Ledger) -> Account:
    """An account with something of everything: paid, voided, overdue and reminded invoices, credit spent, a commitment ended."""
    account = an_account(
        reference="C-1001",
        company_name="Doe & Sons",
        phone="+12025550123",
        email="john@example.com",
        language="en-US",
        time_zone="America/New_York",
        payment_method="card",
    )
    account.add_fee("Internet", usd("30.00"))
    account.commit("Internet", usd("10.00"), date(2027, 10, 31), usd("50.00"))
    account.charge("Installation", usd("45.50"))
    account.invoice_now(ledger.next_invoice_number)
    account.pay(usd("65.50"), "bank 1")
    account.charge("Cable", usd("5.00"))
    account.invoice_now(ledger.next_invoice_number)
    account.void("INV-2026-000002")
    account.put_on_hold(date(2026, 11, 5), "asked for it")
    billing_run.advance(account, NOON + 50 * ONE_DAY, ledger.next_invoice_number)
    account.put_on_hold(date(2027, 1, 31), "is in hospital")
    account.release()
    account.cancel_commitment("COM-1")
    account.pay(usd("7.00"))
    account.take_news()
    return account


@pytest.fixture
def sqlite_connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path / 'billing.db'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def postgresql_connection(postgres_url: str) -> Iterator[Connection]:
    """In a transaction that is taken back."""
    engine = create_engine(checked_url(postgres_url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Connection:
    """To a database with our tables, on each engine."""
    return request.getfixturevalue(f"{request.param}_connection")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """An empty ledger."""
    if request.param == "memory":
        return MemoryLedger()
    return SqlLedger(request.getfixturevalue(f"{request.param}_connection"), "Global")


def test_an_account_comes_back_as_it_was_added(ledger: Ledger) -> None:
    account = a_lived_in_account(ledger)

    ledger.add(account)

    assert ledger.get("john-doe") == account
    assert ledger.get("john-doe") is not account


def test_changes_are_kept_by_save_only(ledger: Ledger) -> None:
    ledger.add(an_account())
    changed = ledger.get("john-doe")
    changed.add_fee("Internet", usd("30.00"))
    changed.charge("Installation", usd("45.50"))
    assert ledger.get("john-doe") == an_account()

    ledger.save([changed])

    assert ledger.get("john-doe") == changed


def test_an_account_that_is_saved_after_each_change_is_the_one_that_is_saved_once(ledger: Ledger) -> None:
    ledger.add(an_account())
    account = ledger.get("john-doe")
    for change in (
        lambda: account.add_fee("Internet", usd("30.00")),
        lambda: account.commit("Internet", usd("10.00"), date(2027, 1, 31)),
        lambda: account.invoice_now(ledger.next_invoice_number),
        lambda: account.pay(usd("12.00"), "bank 1"),
        lambda: account.charge("Installation", usd("45.50")),
        lambda: account.put_on_hold(date(2026, 11, 20), "asked for it"),
        lambda: account.put_on_hold(date(2026, 11, 30), "asked for more"),
        lambda: account.release(),  # noqa: PLW0108 - it reads like the others
        lambda: account.cancel_commitment("COM-1"),
        lambda: billing_run.advance(account, NOON + 100 * ONE_DAY, ledger.next_invoice_number),
        lambda: account.pay(usd("200.00"), "bank 2"),
        lambda: account.void("INV-2026-000001"),
    ):
        change()
        ledger.save([account])
        assert ledger.get("john-doe") == account


def test_an_account_that_was_given_may_be_saved_twice_and_given_again_between(ledger: Ledger) -> None:
    ledger.add(an_account())
    account = ledger.get("john-doe")
    account.charge("Installation", usd("45.50"))
    ledger.save([account])
    again = ledger.get("john-doe")
    again.charge("Cable", usd("5.00"))
    ledger.save([again])

    assert [line.text for line in ledger.get("john-doe").charges] == ["Installation", "Cable"]


def test_an_external_id_and_a_reference_are_one_customers(ledger: Ledger) -> None:
    ledger.add(an_account(reference="C-1"))

    with pytest.raises(NotPossible, match="There is a customer 'john-doe' already"):
        ledger.add(an_account())
    with pytest.raises(NotPossible, match="Reference 'C-1' is john-doe's"):
        ledger.add(an_account("second", reference="C-1"))
    with pytest.raises(NotPossible, match="There is a customer 'john-doe' already"):
        ledger.add(an_account("john-doe", reference="C-1"))
    ledger.add(an_account("third"))
    ledger.add(an_account("fourth"))

    assert [account.id for account in ledger.page("", 10)] == ["fourth", "john-doe", "third"]


def test_who_is_not_there_is_unknown(ledger: Ledger) -> None:
    with pytest.raises(Unknown, match="Billing has no customer 'nobody'"):
        ledger.get("nobody")


def test_pages_follow_each_other_in_order_of_external_id(ledger: Ledger) -> None:
    for name in ("b", "d", "a", "c"):
        ledger.add(an_account(name))

    assert [[account.id for account in ledger.page(after, 2)] for after in ("", "b", "d")] == [["a", "b"], ["c", "d"], []]


def test_due_are_the_accounts_of_the_earliest_moment_that_has_come(ledger: Ledger) -> None:
    for name, day in (("late", 20), ("first", 10), ("also-first", 10), ("idle", None)):
        account = an_account(name)
        if day:
            account.add_fee("Internet", usd("30.00"), date(2026, 11, day))
        ledger.add(account)
    tenth = datetime(2026, 11, 10, 6, tzinfo=UTC)

    assert ledger.due(tenth - timedelta(seconds=1), 10) == []
    assert {account.id for account in ledger.due(tenth, 10)} == {"first", "also-first"}
    assert {account.id for account in ledger.due(tenth + 365 * ONE_DAY, 10)} == {"first", "also-first"}
    assert len(ledger.due(tenth, 1)) == 1


def test_what_is_due_can_be_billed_and_saved_though_settled_invoices_may_be_missing(ledger: Ledger) -> None:
    account = a_lived_in_account(ledger)
    ledger.add(account)

    (due,) = ledger.due(NOON + 365 * ONE_DAY, 10)
    for one in (due, account):
        billing_run.advance(one, NOON + 90 * ONE_DAY, ledger.next_invoice_number if one is due else lambda _: 1)
    ledger.save([due])

    assert due.standing == account.standing
    assert ledger.get("john-doe").invoices == account.invoices
    assert ledger.get("john-doe").payments == account.payments


def test_invoices_are_counted_by_the_year(ledger: Ledger) -> None:
    assert [ledger.next_invoice_number(year) for year in (2026, 2026, 2027, 2026)] == [1, 2, 1, 3]


def test_the_clock_goes_ahead_by_what_is_added_to_it(ledger: Ledger) -> None:
    assert ledger.clock_offset() == timedelta(0)
    assert ledger.clock_offset(ONE_DAY) == ONE_DAY
    assert ledger.clock_offset(timedelta(hours=5)) == timedelta(days=1, hours=5)
    assert ledger.clock_offset() == timedelta(days=1, hours=5)


def test_a_year_of_billing_is_the_same_in_every_ledger(connection: Connection) -> None:
    told: list[list[Happening]] = []
    for ledger in (MemoryLedger(), SqlLedger(connection, "Global")):
        happenings: list[Happening] = []
        now = [NOON]
        billing = Billing(ledger, happenings.extend, lambda now=now: now[0], "Global")  # type: ignore[misc]
        for name, customer_class in (("a", "standard"), ("b", "limited-first"), ("c", "patient")):
            billing.add_customer(an_account(name, customer_class=customer_class).customer)
            billing.add_fee(name, "Television", usd("12.00"))
            billing.add_fee(name, "Internet", usd("30.00"), date(2026, 11, 7))
            billing.commit(name, "Internet", usd("3.00"), date(2027, 6, 30))
        for month in range(12):
            now[0] += 30 * ONE_DAY
            billing.run()
            billing.pay("a", usd("39.00"))
            billing.pay("b", usd("80.00") if month % 3 == 2 else usd("15.00"))
        told.append(happenings)

    assert len(told[0]) > 100
    assert told[0] == told[1]


# --- SQL alone ---------------------------------------------------------------------------------------------------------


def test_environments_do_not_see_each_other(connection: Connection) -> None:
    ours, theirs = SqlLedger(connection, "Global"), SqlLedger(connection, "Another")
    for ledger in (ours, theirs):
        ledger.add(a_lived_in_account(ledger))
    ours.clock_offset(ONE_DAY)

    changed = ours.get("john-doe")
    changed.charge("Cable", usd("5.00"))
    ours.save([changed])

    assert theirs.get("john-doe").charges != changed.charges
    assert theirs.clock_offset() == timedelta(0)
    assert [account.id for account in ours.page("", 10)] == ["john-doe"]
    assert len(ours.due(NOON + 365 * ONE_DAY, 10)) == 1


def test_a_ledger_that_comes_later_finds_what_an_earlier_one_kept(connection: Connection) -> None:
    earlier = SqlLedger(connection, "Global")
    account = a_lived_in_account(earlier)
    earlier.add(account)

    later = SqlLedger(connection, "Global")

    assert later.get("john-doe") == account
    assert later.next_invoice_number(2026) == earlier.next_invoice_number(2026) - 1


@pytest.mark.parametrize(
    "again",
    ["billing_account", "billing_invoice", "billing_payment", "billing_fee", "billing_commitment", "billing_hold"],
)
def test_the_database_itself_refuses_what_must_be_unique(connection: Connection, again: str) -> None:
    ledger = SqlLedger(connection, "Global")
    ledger.add(a_lived_in_account(ledger))
    table = metadata.tables[again]
    row = dict(connection.execute(select(table)).first()._mapping)  # type: ignore[union-attr]
    row |= {"id": 99} if again == "billing_account" else {}

    with pytest.raises(IntegrityError):
        connection.execute(insert(table).values(row))


def test_two_customers_never_have_one_invoice_number(connection: Connection) -> None:
    ledger = SqlLedger(connection, "Global")
    for name in ("a", "b"):
        account = an_account(name)
        account.charge("Cable", usd("5.00"))
        account.invoice_now(lambda _: 7)
        if name == "a":
            ledger.add(account)

    with pytest.raises(IntegrityError):
        ledger.add(account)


def test_amounts_are_kept_as_whole_minor_units(connection: Connection) -> None:
    ledger = SqlLedger(connection, "Global")
    dinars = an_account(currency="KWD")
    dinars.add_fee("Internet", Money(Decimal("7.125"), "KWD"))
    ledger.add(dinars)

    assert connection.execute(select(tables_billing.fee.c.amount)).scalar() == 7125
    assert ledger.get("john-doe").fees["Internet"].amount == Money(Decimal("7.125"), "KWD")


def statements(connection: Connection) -> list[tuple[str, Any]]:
    """Every statement from now on, with its parameters."""
    seen: list[tuple[str, Any]] = []
    event.listen(connection, "before_cursor_execute", lambda *about: seen.append(about[2:4]))
    return seen


def test_a_run_over_customers_for_whom_nothing_is_due_reads_none_of_them(sqlite_connection: Connection) -> None:
    ledger = SqlLedger(sqlite_connection, "Global")
    for number in range(50):
        account = an_account(f"customer-{number}")
        account.add_fee("Internet", usd("30.00"), date(2026, 12, 1))
        ledger.add(account)
    seen = statements(sqlite_connection)

    assert ledger.due(NOON + ONE_DAY, 100) == []

    ((statement, parameters),) = seen
    plan = sqlite_connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert any("billing_account_due" in step[-1] for step in plan), plan
    assert not any("SCAN billing_account" in step[-1] for step in plan), plan


def test_a_run_reads_neither_settled_invoices_nor_payments(connection: Connection) -> None:
    ledger = SqlLedger(connection, "Global")
    ledger.add(a_lived_in_account(ledger))

    (due,) = ledger.due(NOON + 365 * ONE_DAY, 10)

    assert [invoice.outstanding.amount > 0 for invoice in due.invoices.values()] == [True]
    assert due.payments == {}
    assert len(ledger.get("john-doe").invoices) == 3


@pytest.mark.parametrize("accounts", [1, 40])
def test_accounts_are_read_and_written_together_in_as_many_statements_as_one(connection: Connection, accounts: int) -> None:
    ledger = SqlLedger(connection, "Global")
    for number in range(accounts):
        account = an_account(f"customer-{number}")
        account.add_fee("Internet", usd("30.00"), date(2026, 11, 10))
        ledger.add(account)
    seen = statements(connection)

    due = ledger.due(NOON + 10 * ONE_DAY, 100)
    assert len(due) == accounts
    read = len(seen)
    for number, account in enumerate(due):
        billing_run.advance(account, NOON + 9 * ONE_DAY, lambda _, number=number: number + 1)  # type: ignore[misc]
    ledger.save(due)

    assert read <= 7
    assert len(seen) - read <= 7
