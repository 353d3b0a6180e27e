"""The gettext catalogues, compiled whenever the package is built or installed for editing."""

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

LOCALE = Path(__file__).parent / "tools" / "duban" / "locale"
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Babel writes the time of day into a catalogue that has none; then no two builds would be the same."""


class BuildWithCatalogues(build_py):
    """Compiles every .po before the package's files are gathered."""

    def run(self) -> None:
        for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
            with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
                catalogue = read_po(po)
                catalogue.creation_date = UNDATED
                write_mo(mo, catalogue)
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
