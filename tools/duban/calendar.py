"""Published holidays and the registry's overrides → Chinese working days, counted and stepped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from duban.finding import Finding
from duban.model import Registry

_SATURDAY = 5


class WorkCalendar:
    """Working days, holidays and make-up days included.

    ``overrides`` maps ISO days to whether people work. A year without published data counts plain
    weekdays; ``has_data`` tells, and the check warns of it (D804).
    """

    def __init__(self, overrides: Mapping[str, bool], confirmed_years: frozenset[int] = frozenset()) -> None:
        self._overrides = {date.fromisoformat(day): works for day, works in overrides.items()}
        self._confirmed = confirmed_years
        self._years: dict[int, list[int]] = {}
        self._stepped: dict[tuple[str, int], str] = {}
        self._last: dict[tuple[str, int], str] = {}

    @classmethod
    def of(cls, registry: Registry) -> WorkCalendar:
        """The calendar that a ledger's registry describes."""
        return cls(registry.overrides, registry.confirmed_years)

    @staticmethod
    def release() -> str:
        """Names the release of the published holidays that working days are counted by."""
        from chinese_calendar import __version__

        return str(__version__)

    def has_data(self, year: int) -> bool:
        """Whether the arrangement of holidays and make-up days of a year is known."""
        return year in self._confirmed or year in _published_years()

    def is_workday(self, day: str) -> bool:
        """Whether people work on an ISO day."""
        return self._works(date.fromisoformat(day))

    def workdays_between(self, start: str, end: str) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        if last < first:
            return -self.workdays_between(end, start)
        whole = sum(self._counts(year)[-1] for year in range(first.year, last.year))
        return whole + self._elapsed(last) - self._elapsed(first)

    def add_workdays(self, day: str, count: int) -> str:
        """The ``count``-th working day after an ISO day (``count`` at least 1)."""
        found = self._stepped.get((day, count))
        if found is None:
            found = self._stepped[day, count] = self._step(date.fromisoformat(day), count).isoformat()
        return found

    def last_workdays(self, day: str, count: int) -> str:
        """Where the last ``count`` working days up to and including an ISO day begin (``count`` at least 1)."""
        found = self._last.get((day, count))
        if found is None:
            found = self._last[day, count] = self._step_back(date.fromisoformat(day), count).isoformat()
        return found

    def exceptions(self, first: int, last: int) -> Iterator[str]:
        """The days of some years, both included, that are not as their weekday: days off, and weekends worked."""
        for year in range(first, last + 1):
            day = date(year, 1, 1)
            while day.year == year:
                if self._works(day) != (day.weekday() < _SATURDAY):
                    yield day.isoformat()
                day += timedelta(days=1)

    def on_or_after(self, day: str) -> str:
        """The day itself when people work on it, otherwise the next working day."""
        when = date.fromisoformat(day)
        while not self._works(when):
            when += timedelta(days=1)
        return when.isoformat()

    def _step(self, when: date, count: int) -> date:
        while count:
            when += timedelta(days=1)
            if self._works(when):
                count -= 1
        return when

    def _step_back(self, when: date, count: int) -> date:
        while True:
            count -= self._works(when)
            if not count:
                return when
            when -= timedelta(days=1)

    def _works(self, when: date) -> bool:
        counts = self._counts(when.year)
        ordinal = when.timetuple().tm_yday
        return counts[ordinal] > counts[ordinal - 1]

    def _elapsed(self, when: date) -> int:
        return self._counts(when.year)[when.timetuple().tm_yday]

    def _counts(self, year: int) -> list[int]:
        """Running count of working days; index 0 is the eve of the year, index n its n-th day."""
        if year not in self._years:
            from chinese_calendar import holidays, workdays

            counts = [0]
            day = date(year, 1, 1)
            while day.year == year:
                works = (day.weekday() < _SATURDAY and day not in holidays) or day in workdays
                counts.append(counts[-1] + self._overrides.get(day, works))
                day += timedelta(days=1)
            self._years[year] = counts
        return self._years[year]


@cache
def _published_years() -> frozenset[int]:
    from chinese_calendar import holidays

    return frozenset(day.year for day in holidays)


def calendar_findings(registry: Registry, day: str) -> list[Finding]:
    """D804: the working days of this year, and from December those of the next, must be published."""
    if not registry.policy:
        return []
    calendar = WorkCalendar.of(registry)
    year = int(day[:4])
    years = (year, year + 1) if day[5:7] == "12" else (year,)
    missing = [str(one) for one in years if not calendar.has_data(one)]
    return [Finding("registry/calendar.yml", 1, 1, "D804", {"year": one}) for one in missing]
