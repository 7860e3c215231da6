"""Write the addons' translation files anew: each term that Odoo finds in them, with what is translated of it so far.

python -m translations

Says how many terms of each language are to be translated; their `msgstr` is empty.
"""

from __future__ import annotations

import sys
from pathlib import Path

from real_odoo import Cluster, Installation, progress

_ODOO = Path(__file__).resolve().parent.parent / "odoo"
ADDONS = ("duebell", "duebell_crm")
_INSIDE = f"""
{(_ODOO / "duebell" / "tests" / "catalogs.py").read_text(encoding="utf-8")}
result = {{}}
for addon, folder in folders.items():
    files = anew(env, addon, Path(folder))
    open_ = {{name: len(polib.pofile(text).untranslated_entries()) for name, text in files.items()}}
    result[addon] = {{name: [text, open_[name]] for name, text in files.items()}}
"""


def main() -> None:
    shown = progress.on(sys.stderr)
    folders = {addon: _ODOO / addon / "i18n" for addon in ADDONS}
    with Cluster(Installation.ensure(progress=shown), progress=shown) as cluster:
        database = cluster.copy(cluster.template(addons=ADDONS))
        found = cluster.shell(database, _INSIDE, folders={addon: str(folder) for addon, folder in folders.items()})
        cluster.drop(database)
    for addon, files in found.items():
        for name, (text, untranslated) in files.items():
            (folders[addon] / name).write_text(text, encoding="utf-8")
            if untranslated and name.endswith(".po"):
                print(f"{addon}/i18n/{name}: {untranslated} terms are to be translated.")


if __name__ == "__main__":
    main()
