"""The account of a period → a report in words, every figure in it counted, as the record that people edit and sign."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from duban.figures import BULLETIN, SPECIAL_REPORT
from duban.language import Language
from duban.model import Data, Registry
from duban.obligation import Obligation
from duban.period import Account, Closed, Period, Stuck
from duban.record import ReportRecord
from duban.status import Status

Direction = Literal["special", "bulletin"]
"""Up to the leaders, as a special report; or down to the units, as a bulletin."""
LIMIT = 4_000
"""Signs that a paper to leaders may have (规定性文件以外的文件一般不超过4000字; 2024《若干规定》)."""
_LENGTHS = (12, 8, 5, 3, 1)
"""How many of each list are told in full: as many as keep the whole within the limit."""
_LINES = 3
"""How many items of a unit, and how many tasks of an item, are told."""
_SAID = 80
"""Signs that are told of what a unit said."""
_FLOW = ("task_notices", "tracking_notices", "coordination_notices", "all_visits", "visits", "interviewed_persons")


class Draft:
    """Puts an account into words, for whoever edits it: nothing in it is more than the ledger says."""

    def __init__(self, made: Account, registry: Registry, text: Language, titles: Mapping[str, str]) -> None:
        self._made, self._registry, self._text, self._titles = made, registry, text, titles

    def record(
        self, identity: str, direction: Direction, day: str, to: Sequence[str], signed: Data, campaign: str = ""
    ) -> ReportRecord:
        """The whole record, as long as ``LIMIT`` allows."""
        for most in _LENGTHS:
            body = [*self._sections(most, direction)]
            summary = self._summary()
            if len(summary) + sum(len(one["heading"]) + len(one["text"]) for one in body) <= LIMIT:
                break
        told = [one.state.id for one in self._made.closed] + [one.state.id for one in self._made.stuck]
        items = dict.fromkeys(told)
        record: Data = {
            "id": identity,
            "kind": BULLETIN if direction == "bulletin" else SPECIAL_REPORT,
            "title": self._title(direction, campaign),
            "issued_on": day,
            "to": [*to],
            **({"items": [*items]} if items else {}),
            **({"campaign": campaign} if campaign else {}),
            "summary": summary,
            "body": body,
            "signed": [signed],
        }
        return record  # type: ignore[return-value]

    def _title(self, direction: Direction, campaign: str) -> str:
        period = period_name(self._made.period, self._text)
        if campaign:
            name = self._registry.campaigns[campaign].name
            return self._text(f"report.title.campaign.{direction}", period=period, campaign=name)
        return self._text(f"report.title.{direction}", period=period)

    def _summary(self) -> str:
        made = self._made
        return self._text(
            "report.in_short",
            day=long_day(made.period.end, self._text),
            items=made.whole["items"],
            period=period_name(made.period, self._text),
            opened=len(made.opened),
            closed=len(made.closed),
            overdue=len(made.overdue),
            behind=len(made.behind),
        )

    def _sections(self, most: int, direction: Direction) -> Iterator[dict[str, str]]:
        writers: Sequence[tuple[str, Callable[[int], Iterable[str]]]] = (
            ("whole", self._whole),
            ("moved", self._moved),
            ("stuck", self._stuck),
            ("asked", self._asked),
        )
        for name, write in writers:
            yield {"heading": self._text(f"report.{name}.{direction}"), "text": "\n".join(write(most))}

    def _whole(self, _most: int) -> Iterator[str]:
        made, text, whole = self._made, self._text, self._made.whole
        lights = whole["by_light"]
        yield text(
            "report.whole",
            day=long_day(made.period.end, text),
            items=whole["items"],
            instructions=whole["from_instructions"],
            messages=whole["from_messages"],
            done=lights["done_on_time"] + lights["done_late"],
            on_time=lights["done_on_time"],
            late=lights["done_late"],
            open=lights["on_track"] + lights["due_soon"] + lights["overdue"],
            on_track=lights["on_track"],
            due_soon=lights["due_soon"],
            overdue=lights["overdue"],
        )
        before = self._before()
        flow = [
            self._compared("opened", len(made.opened), made.then["items"], before),
            self._compared("closed", len(made.closed), made.closed_then, before),
        ]
        flow += [
            self._compared(name, made.now[name], made.then[name], before)
            for name in _FLOW
            if made.now[name] or made.then[name]
        ]
        yield text("report.flow", period=period_name(made.period, text), flow=text("report.comma").join(flow))
        yield text("report.stood", what=self._compared("overdue", len(made.overdue), made.overdue_then, before))

    def _moved(self, most: int) -> Iterator[str]:
        closed = self._made.closed
        if not closed:
            yield self._text("report.moved.none")
        for number, one in enumerate(closed[:most], 1):
            yield f"{number}. {self._closed(one)}"
        yield from self._more(len(closed), most)

    def _stuck(self, most: int) -> Iterator[str]:
        made, text = self._made, self._text
        if not made.stuck:
            yield text("report.stuck.none")
            return
        told = [text("report.cause", cause=self._cause(code), count=count) for code, count in made.causes.items()]
        yield text(
            "report.causes", overdue=len(made.overdue), behind=len(made.behind), causes=text("report.comma").join(told)
        )
        for number, one in enumerate(made.stuck[:most], 1):
            yield f"{number}. {self._one_stuck(one)}"
        yield from self._more(len(made.stuck), most)

    def _asked(self, most: int) -> Iterator[str]:
        asked = self._made.asked
        if not asked:
            yield self._text("report.asked.none")
        for number, (unit, owed) in enumerate([*asked.items()][:most], 1):
            of_items: dict[str, list[Obligation]] = {}
            for one in owed:
                of_items.setdefault(one.item, []).append(one)
            tasks = [self._tasks(item, mine) for item, mine in [*of_items.items()][:_LINES]]
            if len(of_items) > _LINES:
                tasks.append(self._text("report.and_more", count=len(of_items) - _LINES))
            name = self._registry.unit_name(unit)
            yield self._text("report.asked", number=number, unit=name, tasks=self._text("report.comma").join(tasks))
        yield from self._more(len(asked), most, "report.more_units")

    def _closed(self, one: Closed) -> str:
        state = one.state
        return self._text(
            f"report.closed.{state.light}",
            title=state.title,
            item=state.id,
            unit=self._registry.unit_name(state.lead_unit),
            finished=self._short(state.finished_on),
            decided=self._short(one.decided_on),
        )

    def _one_stuck(self, one: Stuck) -> str:
        state, text = one.state, self._text
        parts = [
            text(
                "report.is_overdue" if one.late_days else "report.is_behind",
                title=state.title,
                item=state.id,
                unit=self._registry.unit_name(state.lead_unit),
                due=self._short(state.due),
                days=one.late_days,
                milestones=text("report.pause").join(
                    text("report.quoted", name=task.name)
                    for task in state.pending
                    if task.kind == "milestone" and task.due < self._made.period.end
                ),
            ),
            text("report.why", cause=self._cause(one.cause)),
        ]
        if one.said:
            parts.append(text("report.said", day=self._short(one.said_on), said=_shortened(one.said)))
        return "".join(parts)

    def _tasks(self, item: str, owed: Iterable[Obligation]) -> str:
        """What a unit has to do for one item: first what is past due, then what is not yet."""
        text, end = self._text, self._made.period.end
        told = []
        for past in (True, False):
            mine = [one for one in owed if (one.due < end) == past]
            if mine:
                listed = text("report.pause").join(self._task(one, past=past) for one in mine[:_LINES])
                listed += text("report.and_others", count=len(mine)) if len(mine) > _LINES else ""
                told.append(text("report.late" if past else "report.soon", tasks=listed))
        return text("report.tasks", title=self._titles[item], tasks=text("report.then").join(told))

    def _task(self, one: Obligation, *, past: bool) -> str:
        what = self._text(f"obligation.{one.kind}")
        if one.kind in ("milestone", "subtask"):
            what = self._text("report.named", what=what, name=one.name)
        return self._text("report.task.late" if past else "report.task", what=what, due=self._short(one.due))

    def _compared(self, name: str, now: int, then: int, before: str) -> str:
        """A figure beside that of the period before."""
        change = "same" if now == then else "up" if now > then else "down"
        by = self._text(f"report.count.{name}", count=abs(now - then))
        said = self._text(f"report.{change}", before=before, by=by)
        count = self._text(f"report.count.{name}", count=now)
        return self._text("report.compared", what=self._text(f"report.figure.{name}", count=count), said=said)

    def _before(self) -> str:
        """The period before, without its year where that is the same."""
        before = self._made.period.before
        if before.length == "month" and before.end[:4] == self._made.period.end[:4]:
            return self._text("report.month", month=int(before.end[5:7]))
        return period_name(before, self._text)

    def _cause(self, code: str) -> str:
        return self._registry.causes.get(code, code) if code else self._text("report.no_cause")

    def _more(self, count: int, most: int, message: str = "report.more") -> Iterator[str]:
        if count > most:
            yield self._text(message, count=count - most)

    def _short(self, day: str) -> str:
        """A day without its year, where that is the period's."""
        if day[:4] != self._made.period.end[:4]:
            return long_day(day, self._text)
        return self._text("report.day", month=int(day[5:7]), day=int(day[8:]))


def period_name(period: Period, text: Language) -> str:
    """``2019年10月``, ``2019年下半年``; both ends where it is none of the calendar's."""
    year, month = int(period.start[:4]), int(period.start[5:7])
    if period.length == "days":
        return text("report.period.days", start=long_day(period.start, text), end=long_day(period.end, text))
    if period.length == "half":
        return text(f"report.period.half.{1 if month == 1 else 2}", year=year)
    return text(f"report.period.{period.length}", year=year, month=month, quarter=(month + 2) // 3)


def long_day(day: str, text: Language) -> str:
    """An ISO day as documents write it."""
    return text("report.long_day", year=int(day[:4]), month=int(day[5:7]), day=int(day[8:]))


def titles_of(states: Iterable[Status]) -> dict[str, str]:
    """Titles by item id."""
    return {state.id: state.title for state in states}


def _shortened(said: str) -> str:
    """The first sentence or two of what a unit said: the whole stands in the ledger."""
    text = " ".join(said.split())
    if len(text) <= _SAID:
        return text
    cut = max(text.rfind(mark, 0, _SAID) for mark in "。；")
    return f"{text[:cut]}。" if cut > _SAID // 4 else f"{text[: _SAID - 1]}…"
