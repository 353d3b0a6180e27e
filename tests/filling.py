"""An entry's data → its form filled in by keyboard, control by control, as somebody at a desk would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page

from conftest import AS_OF
from duban.schema import Field

NEW: Mapping[str, Any] = {
    "title": "东关街供水管网改造",
    "openness": "主动公开",
    "urgency": "平件",
    "category": "焦点",
    "intake": {
        "received_on": AS_OF,
        "received_by": "registrar",
        "sources": [{"type": "网民留言", "ref": "市长信箱〔2019〕第418号"}],
        "summary": "东关街居民反映用水高峰时水压不足，请求改造供水管网。",
        "signed": [{"role": "registrar", "by": "registrar", "on": AS_OF}],
    },
}
"""What a clerk has to fill in of a new item."""
PICKED = frozenset({"unit", "person", "campaign", "cause", "plan", "item"})


class Hand:
    """Fills in a form; whatever the page has filled in already is taken out or written over."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def entry(self, data: dict[str, Any], field: Field, within: Locator | None = None) -> None:
        """Every field of an entry, or of a group in it."""
        around = within or self.page.locator("#fill-in-fields > .fi-entry").first
        fold = around.locator(":scope > .fi-group__body > details.fi-more:not([open]) > summary")
        if fold.count():
            fold.press("Enter")
        for name, child in field.properties.items():
            if name == "signed":
                continue
            here = self._field(around, name)
            if here.count():
                self.value(data.get(name), child, here)
            else:
                assert name not in data, f"nothing to fill in {name} with"
        if "signed" in data:
            self._signed(data["signed"], around)

    def value(self, value: Any, field: Field, here: Locator) -> None:
        """One field, of whatever kind."""
        items = field.items
        if items is not None and (items.enum or items.ref in PICKED):
            self._several(value or [], items, here)
        elif items is not None:
            self._rows(value or [], items, here)
        elif field.properties:
            self._group(value, field, here)
        elif field.type == "boolean":
            if value is not None:
                here.locator("input[type=radio]").nth(0 if value else 1).press("Space")
        elif field.enum:
            self._choice(value, field, here)
        elif field.ref in PICKED:
            self._pick(value, here)
        elif field.is_date:
            here.locator("input").fill(value or "")
        else:
            self._type(here.locator("input, textarea").first, "" if value is None else str(value))

    def _type(self, control: Locator, text: str) -> None:
        control.focus()
        control.press("Control+a")
        control.press("Delete")
        if text:
            self.page.keyboard.insert_text(text)

    def _pick(self, value: str | None, here: Locator) -> None:
        control = here.locator("[role=combobox]").first
        self._type(control, value or "")
        if value:
            control.press("Enter")

    def _choice(self, value: Any, field: Field, here: Locator) -> None:
        radios = here.locator("input[type=radio]")
        if not radios.count():
            here.locator("select").select_option("" if value is None else str(value))
        elif value is not None:
            radios.nth(field.enum.index(value)).press("Space")

    def _several(self, values: list[Any], field: Field, here: Locator) -> None:
        if field.enum:
            for index, one in enumerate(field.enum):
                box = here.locator("input[type=checkbox]").nth(index)
                if box.is_checked() != (one in values):
                    box.press("Space")
            return
        while here.locator(".fi-chip__away").count():
            here.locator(".fi-chip__away").first.press("Enter")
        for value in values:
            self._pick(value, here)

    def _rows(self, values: list[Any], field: Field, here: Locator) -> None:
        rows = here.locator(":scope > ol > li")
        while rows.count() > len(values):
            rows.last.locator(":scope > .fi-away").press("Enter")
        while rows.count() < len(values):
            here.locator(":scope > .fi-add").press("Enter")
        for index, value in enumerate(values):
            if field.properties:
                self.entry(value, field, rows.nth(index).locator(":scope > fieldset"))
            else:
                self.value(value, field, rows.nth(index))

    def _group(self, value: Any, field: Field, here: Locator) -> None:
        toggle = here.locator(":scope > legend input[type=checkbox]")
        if toggle.count() and toggle.is_checked() != (value is not None):
            toggle.press("Space")
        if value is not None:
            self.entry(value, field, here)

    def _signed(self, lines: list[dict[str, Any]], around: Locator) -> None:
        here = self._field(around, "signed")
        for line in lines:
            asked = here.locator(f".fi-seat[data-role='{line['role']}']")
            if not asked.count():
                here.locator(":scope > .fi-add").press("Enter")
                here.locator(".fi-seat").last.locator("select").select_option(line["role"])
                asked = here.locator(".fi-seat").last
            self._pick(line["by"], asked)
            asked.locator("input[type=date]").first.fill(line["on"])

    def _field(self, around: Locator, name: str) -> Locator:
        """The field of a name in a group, and none of the same name further in."""
        body = ":scope > .fi-group__body >"
        return around.locator(f"{body} [data-field='{name}'], {body} .fi-more > [data-field='{name}']")
