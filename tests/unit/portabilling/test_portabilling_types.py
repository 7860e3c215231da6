import pytest
from watched import the_options

from duebell.portabilling.options import About
from duebell.portabilling.types import about


@pytest.mark.parametrize(
    ("raw_type", "subject"),
    [
        ("Invoice/New", About.INVOICE),
        ("Invoice/Updated", About.INVOICE),
        ("Customer/Status/Suspend", About.CUSTOMER),
        ("Customer/Status/Suspended", About.CUSTOMER),
        ("Customer/Status/Unsuspend", About.CUSTOMER),
        ("Customer/Status/SuspensionRemoved", About.CUSTOMER),
        ("Account/Status/Changed", About.NOTHING),
        ("SIM/Updated", About.NOTHING),
        ("Reseller/Updated", None),
    ],
)
def test_published_types_of_both_generations_are_known_and_others_are_nobodys_guess(raw_type, subject):
    assert about(raw_type, the_options()) is subject


def test_the_operator_adds_types_and_changes_what_is_built_in():
    options = the_options(
        Event_Types="Invoice/Overdue=invoice, Customer/BalanceChanged=nothing", Commitment_Types="Account/Commitment/Ended"
    )
    assert about("Invoice/Overdue", options) is About.INVOICE
    assert about("Customer/BalanceChanged", options) is About.NOTHING
    assert about("Account/Commitment/Ended", options) is About.COMMITMENT


def test_a_type_that_the_operator_types_by_its_older_name_is_the_same():
    options = the_options(Event_Types="Customer/Status/Suspend=nothing", Commitment_Types="Customer/Status/Unsuspend")
    assert about("Customer/Status/Suspended", options) is About.NOTHING
    assert about("Customer/Status/SuspensionRemoved", options) is About.COMMITMENT
