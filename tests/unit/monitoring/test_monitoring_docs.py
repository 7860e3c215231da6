"""What docs say of metrics and errors is what there is, and so is what the dashboard and the alert rules ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry

from duebell.metrics.catalogue import METRICS, OF_THE_DATABASE
from duebell.metrics.counted import Counted
from duebell.metrics.gauges import Gauges
from tables_in_docs import DOCS, TABLES, published

MONITORING = DOCS / "monitoring"
ALWAYS = {"instance", "job"}
"""Labels that Prometheus gives to whatever it scrapes."""
NOT_OURS = {"up"}


def series() -> dict[str, set[str]]:
    """Each name under which a metric can be asked for, with its labels."""
    found: dict[str, set[str]] = {}
    for metric in METRICS:
        endings = {"histogram": ("_bucket", "_count", "_sum")}.get(metric.kind, ("",))
        for ending in endings:
            found[metric.name + ending] = {*metric.labels, *(["le"] if ending == "_bucket" else [])}
    return found


def asked() -> Iterator[tuple[str, str]]:
    """Where something is asked for, and how."""
    for group in yaml.safe_load((MONITORING / "duebell-alerts.yml").read_text(encoding="utf-8"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in json.loads((MONITORING / "duebell-dashboard.json").read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


ASKED = list(asked())


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_in_docs_are_the_codes(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page == published(page, TABLES[name]()), "Publish them anew: python -m tables_in_docs"


def test_what_is_registered_is_what_the_catalogue_has() -> None:
    registry = CollectorRegistry()
    Counted(registry)
    Gauges(registry)
    names = {found.name + ("_total" if found.type == "counter" else "") for found in registry.collect()}
    assert names == {metric.name for metric in METRICS}


@pytest.mark.parametrize(("where", "expression"), ASKED, ids=[where for where, _ in ASKED])
def test_what_is_asked_for_exists_with_those_labels(where: str, expression: str) -> None:
    known = series()
    names = set(re.findall(r"\b(?:duebell_\w+|up)\b", expression))
    assert names - NOT_OURS <= known.keys()
    labels = set().union(*(known[name] for name in names - NOT_OURS)) | ALWAYS
    grouped = {
        label for group in re.findall(r"(?:by|on)\s*\(([^)]*)\)", expression) for label in re.split(r"\s*,\s*", group)
    }
    matched = {
        (name, label)
        for name, inside in re.findall(r"(\w+)\{([^}]*)\}", expression)
        for label in re.findall(r"(\w+)\s*[=!]", inside)
    }
    assert grouped <= labels
    assert {label for name, label in matched if label not in known.get(name, set()) | ALWAYS} == set()


def test_what_all_processes_tell_alike_is_never_summed_over_them() -> None:
    wrong = [
        (where, metric.name)
        for where, expression in ASKED
        for metric in OF_THE_DATABASE
        if re.search(rf"\bsum(?: by \([^)]*\))? \({metric.name}\b|\bsum\({metric.name}\b", expression)
    ]
    assert wrong == []


def test_each_metric_is_shown_or_watched() -> None:
    everything = " ".join(expression for _, expression in ASKED)
    assert [metric.name for metric in METRICS if metric.name not in everything] == []


@pytest.mark.parametrize("file", sorted(MONITORING.iterdir()), ids=lambda file: file.name)
def test_legends_and_annotations_name_labels_that_are_there(file: Path) -> None:
    labels = {label for metric in METRICS for label in metric.labels} | ALWAYS
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", text))
    assert named <= labels
