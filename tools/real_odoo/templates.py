"""Template databases: prepared once, known by what they were made of.

Two layers, so that a change of an addon costs a few seconds and not half a minute: Odoo with the applications that every
test needs, and upon a copy of it the addons under development.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from real_odoo import locks
from real_odoo.databases import Databases
from real_odoo.errors import OdooError
from real_odoo.odoo_command import OdooCommand
from real_odoo.progress import Progress

STEP = "template"
APPLICATIONS = ("base", "contacts", "crm", "sms", "mail")
_APPLICATIONS_PREFIX = "tpl_odoo_"
_ADDONS_PREFIX = "tpl_addons_"
_SOURCE_LANGUAGE = "en_US"
_KEPT = 3  # templates of addons; older ones are of code that has changed since
# Attachments in the database, so that a copy of the database is a copy of all; the web client's bundles among them, which
# the first page would otherwise wait for.
_FINISH = """
wanted = env["res.lang"].with_context(active_test=False).search([("code", "in", languages)])
env["base.language.install"].create({"lang_ids": wanted.ids}).lang_install()
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
for bundle in ("web.assets_web", "web.assets_frontend", "web.assets_frontend_minimal", "web.assets_frontend_lazy"):
    env["ir.qweb"]._get_asset_bundle(bundle, css=False, js=True).js()
    env["ir.qweb"]._get_asset_bundle(bundle, css=True, js=False).css()
"""


class Templates:
    """The templates of one cluster.

    Args:
        databases: where they are.
        command: what makes them.
        lock: a file; held while a template is made, so that two runs that need the same one make it once.
        progress: told what is being done.
    """

    def __init__(self, databases: Databases, command: OdooCommand, lock: Path, progress: Progress) -> None:
        self._databases = databases
        self._command = command
        self._lock = lock
        self._progress = progress

    def ensure(self, addons: tuple[str, ...], languages: tuple[str, ...]) -> str:
        """The name of the template with these addons as they are now; made if there is none.

        Args:
            addons: names; their folders' content counts.
            languages: Odoo's codes (`es_ES`); American English is always there.

        Raises:
            OdooError: a language or an addon isn't found, or an addon doesn't install.
        """
        spoken = sorted({_SOURCE_LANGUAGE, *languages})
        unknown = set(spoken) - self._command.odoo.languages()
        if unknown:
            raise OdooError(
                f"Odoo knows no language {', '.join(sorted(unknown))}: codes are like es_ES, see its res.lang.csv."
            )
        applications = _APPLICATIONS_PREFIX + _digest(self._command.odoo.version, *APPLICATIONS, *spoken, _FINISH)
        template = applications if not addons else _ADDONS_PREFIX + self._addons_digest(applications, addons)
        if self._databases.exists(template):
            return template
        with locks.exclusive(self._lock, lambda: self._progress(STEP, "waiting for another run that makes one", 1)):
            if not self._databases.exists(applications):
                self._make_applications(applications, spoken)
            if not self._databases.exists(template):
                self._make_addons(template, applications, addons)
        return template

    def _addons_digest(self, applications: str, addons: tuple[str, ...]) -> str:
        """Of the addons and of all beside them, which Odoo may install by itself."""
        named = [self._command.folder(addon).name for addon in addons]
        return _digest(applications, *named, *map(_content, self._command.folders()))

    def _make_applications(self, template: str, languages: list[str]) -> None:
        title = f"installing {', '.join(APPLICATIONS)}"
        self._progress(STEP, title)
        with self._databases.in_the_making(template) as new:
            self._command.install(new, APPLICATIONS, lambda share: self._progress(STEP, title, 0.7 * share))
            self._progress(STEP, "preparing languages and the web client", 0.75)
            self._command.shell(new, _FINISH, languages=languages)
        self._progress(STEP, f"Odoo with {', '.join(APPLICATIONS)}", 1)

    def _make_addons(self, template: str, applications: str, addons: tuple[str, ...]) -> None:
        title = f"installing {', '.join(addons)}"
        self._progress(STEP, title)
        with self._databases.in_the_making(template) as new:
            self._databases.copy_into(applications, new)
            self._command.install(new, addons, lambda share: self._progress(STEP, title, share))
        self._drop_outdated()
        self._progress(STEP, f"with {', '.join(addons)}", 1)

    def _drop_outdated(self) -> None:
        for name in self._databases.youngest_first(_ADDONS_PREFIX)[_KEPT:]:
            self._databases.drop(name)


def _content(folder: Path) -> str:
    """What an addon's folder holds, as a digest."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    contents = (f"{file.relative_to(folder)}:{hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files)
    return _digest(folder.name, *contents)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
