"""A ledger on a day → an edition: what its readers may see, and all that pages are made from."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, Literal, TypeVar, cast

from duban.calendar import WorkCalendar, calendar_findings
from duban.figures import Counting
from duban.items import Items
from duban.language import Language
from duban.model import Item, Ledger, Tree
from duban.obligation import Kind, Obligation
from duban.publish.examination import Examination
from duban.record import OPEN, ItemRecord, ReportRecord
from duban.schema import Field, Schemas
from duban.status import Owing, Status, in_order, owing_in, status

Made = TypeVar("Made")
Taken = TypeVar("Taken")
Taker = Callable[[Item, Status], Taken | None]
"""Takes from an item and its status what some page needs of every item; None for nothing."""
EditionName = Literal["internal", "public"]
PUBLIC_OBLIGATIONS: frozenset[Kind] = frozenset({"milestone", "deadline"})
"""What the public edition tells of what is owed."""


@dataclass(frozen=True, slots=True)
class Files:
    """The record's own files, for the forms that add to them: their bytes by path, and every form number taken."""

    tree: Tree
    form_numbers: Callable[[], Iterable[str]]


@dataclass(frozen=True, eq=False)
class Edition:
    """Everything a page may be made from. Days are ISO days.

    In the public edition the ledger holds only open items, each cut down to the fields that the
    schemas mark as public, and no people; ``figures`` are counts over the whole ledger.
    ``pinned`` is true when the edition shows a fixed past day; ``built_on`` is the build's own.
    ``digests`` names the content of each file by path, so that a page knows when it is stale.
    ``examination`` is what an audit proved, cut down for the public like everything else.
    ``languages`` are the codes of all that the site is built in, the first at its root.
    ``address`` is where the site will stand, ending in a slash; "" where the configuration has no ``site_url``.
    ``latest`` tells of a file by path after which day nothing in it happened; of one that it lacks nothing is known.
    ``searchable`` tells whether the site gets a search. ``files`` are None in public, whose pages never see them.
    """

    name: EditionName
    text: Language
    ledger: Ledger
    states: Mapping[str, Status]
    figures: Mapping[str, Any]
    day: str
    built_on: str
    pinned: bool
    schemas: Schemas
    calendar: WorkCalendar
    digests: Mapping[str, str] = field(default_factory=dict)
    examination: Examination = field(default_factory=Examination)
    languages: tuple[str, ...] = ()
    address: str = ""
    latest: Mapping[str, str] = field(default_factory=dict)
    searchable: bool = True
    files: Files | None = None
    _taken: dict[Taker[Any], dict[str, Any]] = field(default_factory=dict)
    _made: dict[Callable[[Edition], Any], Any] = field(default_factory=dict, init=False)

    @property
    def public(self) -> bool:
        return self.name == "public"

    @property
    def to_shared(self) -> str:
        """What leads from the edition's root to the files that all its languages share."""
        return "../" if self.languages and self.text.code != self.languages[0] else ""

    @cached_property
    def item_field(self) -> Field:
        """The root field of an item, for labels and help."""
        return self.schemas.field("item")

    @property
    def title(self) -> str:
        """The ledger's name in the reader's language."""
        policy = self.ledger.registry.policy
        return str(policy.get("name_en") if self.text.code == "en" and "name_en" in policy else policy["name"])

    def unit_name(self, unit: str) -> str:
        """A unit's short name in the reader's language; the id itself where the registry lacks it."""
        known = self.ledger.registry.units.get(unit)
        return self._named(known.short_name, known.name_en) if known else unit

    def campaign_name(self, campaign: str) -> str:
        """A campaign's name in the reader's language; the id itself where the registry lacks it."""
        known = self.ledger.registry.campaigns.get(campaign)
        return self._named(known.name, known.name_en) if known else campaign

    def position(self, person: str) -> str:
        """A person's position in the reader's language; the id itself where the roster lacks it."""
        known = self.ledger.registry.people.get(person)
        return self._named(known.position, known.position_en) if known else person

    def cause_name(self, code: str) -> str:
        """What a cause code says in the reader's language; the code itself where the policy lacks it."""
        known = next((cause for cause in self.ledger.registry.policy["causes"] if cause["code"] == code), None)
        return self._named(known["name"], known.get("name_en")) if known else code

    def once(self, make: Callable[[Edition], Made]) -> Made:
        """What a function makes of this edition, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    def taken(self, take: Taker[Taken]) -> Mapping[str, Taken]:
        """What a function takes from each item that it takes something from, by id in their order.

        What the edition was made with was taken while it was made, in the one pass over all items;
        anything else takes a pass of its own.
        """
        found = self._taken.get(take)
        if found is None:
            found = self._taken[take] = {}
            for identity, item in self.ledger.items.items():
                _take(item, self.states[identity], {take: found})
        return found

    def _named(self, name: str, name_en: str | None) -> str:
        return name_en if self.text.code == "en" and name_en else name


def once(make: Callable[[Edition], Made]) -> Callable[[Edition], Made]:
    """Makes a function of an edition work only once for each: several pages share what it returns."""

    @wraps(make)
    def made(edition: Edition) -> Made:
        return edition.once(make)

    return made


def edition(
    name: EditionName,
    text: Language,
    ledger: Ledger,
    schemas: Schemas,
    day: str,
    built_on: str,
    *,
    pinned: bool,
    digests: Mapping[str, str],
    examination: Examination | None = None,
    languages: Iterable[str] = (),
    takers: Iterable[Taker[Any]] = (),
    address: str = "",
    latest: Mapping[str, str] | None = None,
    searchable: bool = True,
    files: Files | None = None,
) -> Edition:
    """The internal edition whole, or the public one from the allow-list.

    ``takers`` are what its pages will take from every item: all of them in one pass, for in a large
    ledger each pass has to read every item again.
    """
    calendar = WorkCalendar.of(ledger.registry)
    policy, item_field = ledger.registry.policy, schemas.field("item")
    states: dict[str, Status] = {}
    public_states: dict[str, Status] = {}
    taken: dict[Taker[Any], dict[str, Any]] = {take: {} for take in takers}
    counting = Counting()
    is_public = name == "public"
    shown = frozenset(_open_ones(ledger.items) if is_public else ())
    owing = owing_in(ledger, calendar)
    public_owing = _public_owing(owing)
    for identity, item in ledger.items.items():
        states[identity] = state = status(item, day, policy, calendar, owing)
        counting.add(item.record, state)
        if not is_public:
            _take(item, state, taken)
        elif identity in shown:
            public_states[identity] = _public_state(state, public_owing)
            _take(_public_item(item, item_field, shown), public_states[identity], taken)
    states = in_order(states, ledger)
    counts = counting.figures(ledger, states, day)
    ledger = replace(ledger, findings=(*ledger.findings, *calendar_findings(ledger.registry, day)))
    examination = examination or Examination()
    if is_public:
        ledger, states = _public(ledger, shown, schemas), public_states
        examination = examination.in_public(ledger.items, schemas.field("item"))
    return Edition(
        name=name,
        text=text,
        ledger=ledger,
        states=states,
        figures=counts,
        day=day,
        built_on=built_on,
        pinned=pinned,
        schemas=schemas,
        calendar=calendar,
        digests=digests,
        examination=examination,
        languages=tuple(languages),
        address=address,
        latest=latest or {},
        searchable=searchable,
        files=None if is_public else files,
        _taken=taken,
    )


def _take(item: Item, state: Status, taken: dict[Taker[Any], dict[str, Any]]) -> None:
    for take, found in taken.items():
        value = take(item, state)
        if value is not None:
            found[state.id] = value


def public_part(node: Any, here: Field, shown: Container[str] = ()) -> Any:
    """What of a value its schema opens to the public: a property without the mark is left out.

    So is what refers to an item that is not ``shown``: an id reveals that there is one.
    """
    if isinstance(node, dict) and here.properties:
        return {
            name: public_part(value, child, shown)
            for name, value in node.items()
            if (child := here.properties.get(name)) and child.public and _may_be_named(value, child, shown)
        }
    if isinstance(node, list) and (within := here.items) is not None:
        return [public_part(value, within, shown) for value in node if _may_be_named(value, within, shown)]
    return node


def _may_be_named(value: Any, here: Field, shown: Container[str]) -> bool:
    return here.ref != "item" or value in shown


def _public(ledger: Ledger, shown: frozenset[str], schemas: Schemas) -> Ledger:
    item_field, report_field = schemas.field("item"), schemas.field("report")
    whole = ledger.items
    items = Items(
        {identity: identity for identity in whole if identity in shown},
        lambda identity: _public_item(whole[identity], item_field, shown),
    )
    reports = {
        identity: cast(ReportRecord, public_part(report, report_field, shown))
        for identity, report in ledger.reports.items()
        if _is_about_the_open(report, items)
    }
    return replace(
        ledger,
        items=items,
        reports=reports,
        broken=(),
        findings=(),
        registry=replace(ledger.registry, people={}),
        assessments={},
        items_on=lambda _: {},
    )


def _is_about_the_open(report: ReportRecord, items: Mapping[str, Item]) -> bool:
    """A report names its matter in its title: it may be shown when that is open items, or a campaign."""
    about = report.get("items", ())
    return all(item in items for item in about) and bool(about or "campaign" in report)


def _public_item(item: Item, item_field: Field, shown: Container[str]) -> Item:
    return Item(item.path, cast(ItemRecord, public_part(item.record, item_field, shown)))


def _public_state(state: Status, owing: Owing) -> Status:
    pending = tuple(_public_obligations(state.pending))
    return replace(
        state, pending=pending, owed=owing if callable(state.owed) else _public_obligations(state.owed), next=None
    )


def _public_owing(owing: Owing) -> Owing:
    return lambda identity: _public_obligations(owing(identity))


def _public_obligations(given: Iterable[Obligation]) -> list[Obligation]:
    return [one for one in given if one.kind in PUBLIC_OBLIGATIONS]


def _open_ones(items: Mapping[str, Item]) -> Iterator[str]:
    return (identity for identity, item in items.items() if is_open_to_the_public(item))


def is_open_to_the_public(item: Item) -> bool:
    """Whether an item enters the public edition: declared open, filed, and past its secrecy review."""
    record = item.record
    return record["openness"] == OPEN and "not_filed" not in record and "secrecy_review" in record.get("approval", {})
