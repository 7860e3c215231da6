# SPDX-License-Identifier: LGPL-3.0-only
"""The addons' translation files as they should be: the terms that Odoo exports, with what is translated of them so far.

`make translations` writes them; the tests hold what is committed to it.
"""

import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import polib

LANGUAGES = {"es": "es_ES", "fr": "fr_FR", "de": "de_DE", "uk": "uk_UA", "ar": "ar_001"}
"""Beside English, by the name of their file."""
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|%%|\{\{.*?\}\}|\{\w+\}|<t t-out=[^>]*>|</?strong>")
OF_THE_DAY = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")
"""What an export's header says beside, which would change each file each day."""


def template(env: Any, addon: str) -> polib.POFile:
    """Each term of an installed addon, as Odoo exports them."""
    module = env["ir.module.module"].search([("name", "=", addon)])
    export = env["base.language.export"].create({"lang": "__new__", "format": "po", "modules": module.ids})
    export.act_getfile()
    exported = polib.pofile(b64decode(export.data).decode())
    for name in OF_THE_DAY:
        del exported.metadata[name]
    return exported


def merged(terms: polib.POFile, catalog: polib.POFile) -> polib.POFile:
    """The catalog with exactly these terms; what it has of them stays, others are to be translated."""
    known = {entry.msgid: entry.msgstr for entry in catalog}
    result = polib.POFile()
    result.header, result.metadata = catalog.header, catalog.metadata
    for term in terms:
        entry = polib.POEntry(msgid=term.msgid, msgstr=known.get(term.msgid, ""))
        entry.comment, entry.occurrences = term.comment, term.occurrences
        result.append(entry)
    return result


def anew(env: Any, addon: str, folder: Path) -> dict[str, str]:
    """What each file of the addon's folder `i18n` should hold, by the file's name."""
    terms = template(env, addon)
    catalogs = {file.name: str(merged(terms, polib.pofile(file))) for file in sorted(folder.glob("*.po"))}
    return {f"{addon}.pot": str(terms), **catalogs}


class Catalogs:
    """What holds of each addon's translations; a test case says which `addon`, and the `folder` of its files."""

    addon: str
    folder: Path
    allow_inherited_tests_method = True

    def test_the_files_have_each_term_of_the_addon_and_no_other(self):
        """Run `make translations` where a term was added, and translate it."""
        for name, text in anew(self.env, self.addon, self.folder).items():
            with self.subTest(name):
                self.assertEqual((self.folder / name).read_text(encoding="utf-8"), text)

    def catalogs(self):
        return {language: polib.pofile(self.folder / f"{language}.po") for language in LANGUAGES}

    def test_each_term_is_translated_into_each_language(self):
        for language, catalog in self.catalogs().items():
            with self.subTest(language=language):
                self.assertEqual([entry.msgid for entry in catalog.untranslated_entries()], [])

    def test_translations_have_the_placeholders_of_their_terms(self):
        for language, catalog in self.catalogs().items():
            for entry in catalog:
                with self.subTest(language=language, term=entry.msgid):
                    theirs, ours = (sorted(PLACEHOLDER.findall(text)) for text in (entry.msgstr, entry.msgid))
                    self.assertEqual(theirs, ours)
