"""Pages with proofs in a real Chromium: long positions on a phone, marks that are drawn, forms on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as BrowserPage

from browsing import ONLY_FORMS, PHONE, pdf_pages, served
from conftest import AS_OF, ROOT
from duban import site
from duban.chain import Violation
from duban.load import Readings
from duban.model import Ledger
from duban.proof import Proofs
from duban.publish.examination import Examination
from proof_fixtures import (
    APPROVAL,
    INTAKE,
    OTHER,
    PAGE,
    VISIT,
    added,
    in_state,
)


@pytest.fixture(scope="module")
def mixed(clean: Examination, proofs: Proofs) -> Examination:
    """An audit that found entries of one item in every state, and one thing wrong."""
    known = {**proofs, **in_state(proofs, VISIT, "claimed"), **in_state(proofs, "/report", "broken")}
    known |= in_state(proofs, INTAKE, "transcribed")
    known |= added(proofs, APPROVAL, "signed/1", "secretary-general")
    violation = Violation("d" * 40, "A209", {"file": "items/2019/2019-0006.yml" * 5, "finding": "D901"})
    return replace(clean, proofs=known, violations=(violation,))


@contextmanager
def shown(readings: Readings, examination: Examination, out: Path) -> Iterator[str]:
    """Where the internal edition is served, with what an audit found."""
    site.build(ROOT, "internal", out, AS_OF, readings, ["zh", "en"], examination)
    with served({"": out}) as addresses:
        yield addresses[""]


@pytest.fixture(scope="module")
def plain(readings: Readings, mixed: Examination, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shipped ledger's site with proofs in every state."""
    with shown(readings, mixed, tmp_path_factory.mktemp("plain") / "site") as address:
        yield address


@pytest.fixture(scope="module")
def crowded(
    readings: Readings, ledger: Ledger, mixed: Examination, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same where everybody's position is long."""
    people = {
        key: replace(one, position=f"{one.position}（分管重点工程建设、城市管理和信访稳定工作，兼领导小组办公室主任）")
        for key, one in ledger.registry.people.items()
    }
    wordy = replace(readings, registry=replace(readings.registry, people=people))
    with shown(wordy, mixed, tmp_path_factory.mktemp("crowded") / "site") as address:
        yield address


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserPage]:
    """A page of a phone's size."""
    page = browser.new_page(viewport=PHONE)
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("path", [PAGE, f"en/{PAGE}", "audit.html", "en/audit.html", "index.html"])
def test_long_positions_break_no_page_on_a_phone(crowded: str, phone: BrowserPage, path: str) -> None:
    phone.goto(crowded + path, wait_until="load")
    assert phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    wide = "(found) => found.filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).length"
    assert phone.locator(".proof:visible, .signature:visible").count() >= (4 if path == "index.html" else 20)
    assert phone.locator(".item .signed *, .life .proof, .proofs-sum *").evaluate_all(wide) == 0


@pytest.mark.browser
def test_a_mark_is_drawn_beside_each_word(plain: str, phone: BrowserPage) -> None:
    phone.goto(plain + PAGE, wait_until="load")
    drawn = """(one) => {
      const style = getComputedStyle(one, "::before");
      return [style.content.replace(/\\s/g, ""), style.borderTopStyle, style.borderTopWidth, style.color];
    }"""
    found = {
        state: phone.locator(f".life .proof--{state}").first.evaluate(drawn)
        for state in ("proven", "claimed", "broken", "transcribed")
    }
    assert len({tuple(one[:2]) for one in found.values()}) == 4
    assert all(one[2] == "1px" for one in found.values())
    assert [found[state][1] for state in found] == ["solid", "dashed", "solid", "solid"]


@pytest.mark.browser
def test_forms_with_proofs_still_print_one_sheet_each(plain: str, phone: BrowserPage, tmp_path: Path) -> None:
    for path in (PAGE, f"items/{OTHER}.html", f"en/items/{OTHER}.html"):
        phone.goto(plain + path, wait_until="load")
        forms = phone.locator(".sheet-fold").count()
        phone.evaluate(ONLY_FORMS)
        phone.pdf(path=tmp_path / "forms.pdf", prefer_css_page_size=True)
        assert len(pdf_pages(tmp_path / "forms.pdf")) == forms >= 4
