"""Write who may do what in Odoo into docs/odoo-access.md, from the tables that the addons' tests hold Odoo to.

python -m odoo_access_table
"""

from __future__ import annotations

import runpy
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = _CHECKOUT / "docs" / "odoo-access.md"
TABLE = _CHECKOUT / "odoo" / "duebell" / "tests" / "access.py"
CRM_TABLE = _CHECKOUT / "odoo" / "duebell_crm" / "tests" / "access.py"
HEADING = "## Models\n"
_WORDS = {"c": "create", "r": "read", "w": "write", "u": "delete"}


def section() -> str:
    """The part of the page that is written by this command."""
    table = runpy.run_path(str(TABLE))
    labels = {role: label for role, (label, _group) in table["ROLES"].items()}
    models = ["| model | " + " | ".join(labels.values()) + " |", "|---" * (len(labels) + 1) + "|"]
    models += [
        f"| `{model}` | " + " | ".join(_words(may.get(role, "")) for role in labels) + " |"
        for model, may in sorted((table["MODELS"] | runpy.run_path(str(CRM_TABLE))["MODELS"]).items())
    ]
    methods = ["## Methods\n", "| model | method | " + " | ".join(labels.values()) + " |", "|---" * (len(labels) + 2) + "|"]
    methods += [
        f"| `{model}` | `{method}` | "
        + " | ".join("calls" if table["may_call"](role, least) else "" for role in labels)
        + " |"
        for model, of_model in sorted(table["METHODS"].items())
        for method, least in sorted(of_model.items())
    ]
    return "\n".join([HEADING, *models, "", *methods, ""])


def _words(may: str) -> str:
    return ", ".join(_WORDS[letter] for letter in may)


def main() -> None:
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEADING)
    PAGE.write_text(before + section(), encoding="utf-8")


if __name__ == "__main__":
    main()
