// The dates that a page carries, and a day → lights, states, days left and counts, as tools/duban/status.py has them.
// Days are ISO days (2019-10-31), which compare as text.

const DAY = 86_400_000;

/** The day it is in China at an instant, wherever the reader is; China keeps one time, without summer time. */
export const dayInChina = (instant) => new Date(instant + 8 * 3_600_000).toISOString().slice(0, 10);

/** Milliseconds from an instant until the next day begins in China. */
export const untilTomorrow = (instant) => DAY - ((instant + 8 * 3_600_000) % DAY);

/** The number of a day; the Monday after the first Thursday of 1970 is 4. */
export const dayNumber = (day) => Date.parse(day) / DAY;

/** The day of a number. */
export const dayOf = (number) => new Date(number * DAY).toISOString().slice(0, 10);

/** Whether a text is a day. */
export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(dayNumber(text)) && dayOf(dayNumber(text)) === text;

export const daysBetween = (start, end) => dayNumber(end) - dayNumber(start);

// Mondays to Fridays from 1970-01-05 up to and including a day.
const weekdays = (number) => {
  const days = number - 3;
  const weeks = Math.floor(days / 7);
  return 5 * weeks + Math.min(days - 7 * weeks, 5);
};

/** Counts working days by the days that are not as their weekday, in order. */
export class WorkCalendar {
  #days;
  #sums = [0];

  constructor(exceptions) {
    this.#days = exceptions.map(dayNumber);
    for (const day of this.#days) {
      const isWeekday = weekdays(day) > weekdays(day - 1);
      this.#sums.push(this.#sums.at(-1) + (isWeekday ? -1 : 1));
    }
  }

  /** Working days after a day's number up to and including another's; negative when that is earlier. */
  between(start, end) {
    return this.#elapsed(end) - this.#elapsed(start);
  }

  #elapsed(number) {
    let low = 0;
    let high = this.#days.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#days[middle] <= number) low = middle + 1;
      else high = middle;
    }
    return weekdays(number) + this.#sums[low];
  }
}

/** Working days after a day up to and including another; negative when that is earlier. */
export const workdaysBetween = (calendar, start, end) => calendar.between(dayNumber(start), dayNumber(end));

/** The light of an open item: `soon` is the day from which it is yellow unless it is red. */
export const lightOn = ({ soon, due }, day) => (day > due ? "overdue" : day >= soon ? "due_soon" : "on_track");

/** How an obligation stands at the end of a day; `done` is the day it was met, "" while it is open. */
export const stateOn = ({ due, done = "" }, day) => {
  if (done && done <= day) return done <= due ? "met" : "met_late";
  return day <= due ? "open" : "overdue";
};

/** Which words say how many working days are left, and the number in them. */
export const leftCase = (left, isOverdue) => {
  if (left < 0) return [left === -1 ? "past_day" : "past_days", -left];
  if (isOverdue) return ["just_past", 0];
  if (left === 0) return ["today", 0];
  return [left === 1 ? "day" : "days", left];
};

const turned = (listed, isDue) =>
  listed
    .split(" ")
    .filter(Boolean)
    .map((one) => one.split("*").map(Number))
    .reduce((sum, [days, count = 1]) => sum + (isDue(days) ? count : 0), 0);

/** The counts of lights some days on: `turns` is what tools/duban/publish/turns.py writes. */
export const countsOn = (counts, turns, passed) => {
  const [soon, due] = turns.split("/");
  const yellow = turned(soon, (days) => days <= passed);
  const red = turned(due, (days) => days < passed);
  return {
    ...counts,
    on_track: (counts.on_track ?? 0) - yellow,
    due_soon: (counts.due_soon ?? 0) + yellow - red,
    overdue: (counts.overdue ?? 0) + red,
  };
};
