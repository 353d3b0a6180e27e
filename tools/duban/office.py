"""A DOCX or XLSX → PDF, by the LibreOffice of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_PATIENCE = 180


class NoOfficeError(Exception):
    """There is no LibreOffice, or it could not do it; the message is what it said."""


def pdf(content: bytes, ending: str, stand_ins: Mapping[str, Sequence[str]]) -> bytes:
    """The document as PDF; ``ending`` tells what it is: ``docx`` or ``xlsx``. NoOfficeError where that can't be had.

    ``stand_ins`` are fonts, best first, for each that the machine may lack.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise NoOfficeError("LibreOffice")
    with tempfile.TemporaryDirectory(prefix="duban-office-") as name:
        folder = Path(name)
        source = folder / f"document.{ending}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(source)]
        try:
            fonts = folder / "fonts.conf"
            fonts.write_text(_font_configuration(stand_ins), encoding="utf-8")
            surroundings = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
            done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False, env=surroundings)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoOfficeError(str(error)) from error
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise NoOfficeError(done.stderr.decode(errors="replace").strip()[:300])
        return made.read_bytes()


def _font_configuration(stand_ins: Mapping[str, Sequence[str]]) -> str:
    """The machine's own fonts, and what stands in for a font that is not among them."""
    aliases = "".join(
        f'<alias binding="same"><family>{escape(name)}</family><accept>'
        + "".join(f"<family>{escape(other)}</family>" for other in others)
        + "</accept></alias>"
        for name, others in stand_ins.items()
    )
    include = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    head = '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
    return f"{head}\n<fontconfig>{include}{aliases}</fontconfig>\n"
