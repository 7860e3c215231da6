"""`duebell environments`, beside a running `serve`: what is added is there at once, for events and for configuration."""

from __future__ import annotations

from integration.cli.command import Command


def test_an_environment_is_added_overridden_listed_and_removed_by_command(beside: Command) -> None:
    added = beside("environments", "add", "berlin")
    assert "Events of the environment berlin are taken from now on" in added.out

    rows = beside("environments", "list", "--json").json
    assert rows == [
        {"name": "Global", "handlers": ["OdooCRM"]},
        {"name": "berlin", "handlers": ["OdooCRM@berlin"]},
    ]

    beside("configure", "berlin.Retention", "History=7")
    assert beside("verify", "berlin.Retention").exit_code == 0
    refused = beside("environments", "remove", "berlin")
    assert (refused.exit_code, "options of its own in Retention" in refused.err) == (1, True)

    beside("configure", "berlin.Retention", "History=")
    assert beside("verify", "berlin.Retention").exit_code == 0
    assert "is removed" in beside("environments", "remove", "berlin").out
    assert "OdooCRM@berlin" not in beside("handlers", "list").out


def test_customers_are_listed_by_environment(beside: Command) -> None:
    beside("environments", "add", "aachen")
    beside("billing", "customer", "add", "of-global", "John Doe", "--currency", "USD")

    def listed(*options: str) -> list[str]:
        return [one["customer"] for one in beside("customers", "list", *options, "--json").json]

    assert "of-global" in listed("--environment", "Global")
    assert listed("--environment", "aachen") == []
    refused = beside("customers", "list", "--environment", "munich")
    assert (refused.exit_code, "There is no environment 'munich'" in refused.err) == (1, True)


def test_what_can_t_be_added_is_said_in_a_sentence(beside: Command) -> None:
    refused = beside("environments", "add", "a/b")
    assert (refused.exit_code, "Name an environment with" in refused.err) == (1, True)
    assert "There is no environment 'munich'" in beside("configure", "munich.OdooCRM", "Database=x").err
