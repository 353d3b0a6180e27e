"""Ids and codes of the record → what they are called in one edition, in the reader's language."""

from __future__ import annotations

from duban.publish.edition import Edition
from duban.publish.plan_pages import plan_path


class Names:
    """What roles, offices and references are called."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self.unit = edition.unit_name
        self.position = edition.position

    def office(self, unit: str) -> str:
        """The full name of a unit, as it stands over a form."""
        known = self._edition.ledger.registry.units.get(unit)
        return self.unit(unit) if known is None or self._edition.text.code == "en" else known.name

    def role(self, role: str) -> str:
        """What a role is called; its own code where the catalogues lack it."""
        text = self._edition.text
        return text(f"role.{role}") if text.has(f"role.{role}") else role

    def reference(self, kind: str, value: str, year: int) -> tuple[str, str]:
        """What a reference of the schema's kind is called, and its page below the edition's root ("" for none).

        Plan entries are those of ``year``.
        """
        edition = self._edition
        match kind:
            case "unit":
                return self.unit(value), ""
            case "person":
                known = value in edition.ledger.registry.people
                return self.position(value), f"team.html#{person_anchor(value)}" if known else ""
            case "cause":
                return edition.cause_name(value), ""
            case "campaign":
                return edition.campaign_name(value), f"campaigns/{value}.html"
            case "plan":
                entry = edition.ledger.registry.plans.get((year, value))
                return (f"{value} {entry.name}", f"{plan_path(edition, year)}#{value}") if entry else (value, "")
            case "item" if value in edition.ledger.items:
                return f"{value} {edition.states[value].title}", f"items/{value}.html"
            case "report" if value in edition.ledger.reports and not edition.public:
                title = edition.ledger.reports[value]["title"]
                return f"{value} {title}", f"reports/{value.replace('/', '-')}.html"
        return value, ""


def person_anchor(person: str) -> str:
    """The id of a person's row on the team's page."""
    return f"p-{person}"
