// A page of an earlier day → its lights, days and counts as they stand on the reader's own day in China.
// What is written here is written again whenever the day changes: a chart on a wall is never reloaded.
import { eachLaterDay } from "./clock.js";
import { WorkCalendar, countsOn, daysBetween, leftCase, lightOn, stateOn, workdaysBetween } from "./lights.js";

const SVG = "http://www.w3.org/2000/svg";
const banner = document.querySelector(".asof");
const { day: built, staleAfter, days: address, today: todayWords, stale: staleWords } = banner.dataset;

const all = (selector, within = document) => within.querySelectorAll(selector);
const percent = (value) => Math.round(value * 1000) / 1000;
const assign = (element, attributes) => {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const drawn = (name, attributes) => assign(document.createElementNS(SVG, name), attributes);

const lights = (day, texts) => {
  for (const one of all(".light[data-due]")) {
    const light = lightOn(one.dataset, day);
    one.className = `light light--${light}`;
    one.textContent = texts[`light.${light}`];
  }
};

const left = (day, texts, calendar) => {
  for (const one of all("[data-left]")) {
    const due = one.dataset.left;
    const [name, count] = leftCase(workdaysBetween(calendar, day, due), day > due);
    one.classList.toggle("left--past", day > due);
    one.textContent = texts[`${one.dataset.words ?? "left"}.${name}`].replace("{count}", count);
  }
};

const owed = (day, texts) => {
  for (const row of all("tr[data-owed]")) {
    const state = stateOn({ due: row.dataset.owed }, day);
    row.className = `owed--${state}`;
    const mark = row.querySelector(".state");
    mark.className = `state state--${state}`;
    mark.lastChild.data = texts[`state.${state}`];
  }
};

const bar = (svg, counts, texts) => {
  const occurring = Object.entries(counts).filter(([, count]) => count);
  const total = occurring.reduce((sum, [, count]) => sum + count, 0);
  let before = 0;
  const parts = occurring.map(([light, count]) => {
    const part = drawn("rect", {
      class: `fill--${light}`,
      x: `${percent((100 * before) / total)}%`,
      y: 0,
      width: `${percent((100 * count) / total)}%`,
      height: "100%",
    });
    part.append(drawn("title", {}));
    part.firstChild.textContent = `${texts[`light.${light}`]} ${count}`;
    before += count;
    return part;
  });
  svg.replaceChildren(...parts);
  svg.setAttribute("aria-label", parts.map((part) => part.textContent).join(texts["list.comma"]));
};

const tallies = (day, texts) => {
  for (const svg of all("[data-turns]")) {
    const { counts: given, turns } = svg.dataset;
    const before = Object.fromEntries([...given.matchAll(/(\w+) (\d+)/g)].map(([, light, count]) => [light, Number(count)]));
    const counts = countsOn(before, turns, daysBetween(built, day));
    bar(svg, counts, texts);
    const around = svg.closest("[data-tally]");
    if (!around) continue;
    for (const one of all("[data-count]", around)) {
      const count = counts[one.dataset.count] ?? 0;
      one.textContent = count;
      if (one.matches(".zero, .left--past")) {
        one.classList.toggle("zero", !count);
        one.classList.toggle("left--past", count > 0);
      }
    }
    for (const one of all("[data-any]", around)) one.hidden = !counts[one.dataset.any];
  }
};

const chart = (day, texts) => {
  const wall = document.getElementById("wall");
  if (!wall?.querySelector(".chart")) return;
  const { start, end } = wall.dataset;
  const at = percent((100 * (daysBetween(start, day) + 0.5)) / daysBetween(start, end));
  // A day that the chart does not reach has no line.
  const display = at > 100 ? "none" : "inline";
  for (const line of all(".chart line.chart__today", wall)) assign(line, { x1: `${at}%`, x2: `${at}%`, display });
  for (const flag of all(".chart__today-flag", wall)) assign(flag, { x: `${at}%`, display });
  for (const row of all(".chart__row", wall)) {
    const light = lightOn(row.dataset, day);
    const whole = row.querySelector(".chart__bar");
    assign(whole, { class: `chart__bar chart__bar--${light}` });
    if (light !== "overdue") continue;
    const deadline = parseFloat(whole.getAttribute("x")) + parseFloat(whole.getAttribute("width"));
    const late = row.querySelector(".chart__late") ?? drawn("rect", { class: "chart__late", y: -2, height: 4 });
    assign(late, { x: `${percent(deadline)}%`, width: `${percent(Math.max(Math.min(at, 100) - deadline, 0))}%` });
    whole.after(late);
  }
  for (const mark of all(".chart [data-owed]", wall)) {
    if (stateOn({ due: mark.dataset.owed }, day) === "open") continue;
    delete mark.dataset.owed;
    const title = mark.querySelector("title");
    const words = title.textContent;
    const now = words.replace(texts["state.open"], texts["state.overdue"]);
    title.textContent = now;
    assign(mark.querySelector(".mark"), { class: "mark mark--overdue" });
    mark.append(drawn("path", { class: "mark__cross", d: "M-2.5-2.5l5 5M2.5-2.5l-5 5" }));
    const row = mark.closest("tr");
    const picture = row.querySelector(".chart__row");
    picture.setAttribute("aria-label", picture.getAttribute("aria-label").replace(words, () => now));
    const said = row.querySelector(".chart__due .visually-hidden");
    said.textContent = said.textContent.replace(words, () => now);
  }
  const key = document.getElementById("wall-today");
  const time = key.nextElementSibling;
  key.textContent = key.dataset.now;
  time.dateTime = time.textContent = day;
};

const say = (name, words) => {
  const said = banner.querySelector(`.asof__${name}`) ?? document.createElement("span");
  said.className = `asof__${name}`;
  said.textContent = words;
  if (!said.parentNode) banner.firstElementChild.append(said);
};

const load = async () => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const { calendar, texts } = await answer.json();
  return { texts, known: calendar.known, calendar: new WorkCalendar(calendar.exceptions) };
};

let loaded;
const recompute = async (day) => {
  const age = daysBetween(built, day);
  if (age > Number(staleAfter)) {
    banner.classList.add("asof--stale");
    say("stale", staleWords.replace("{count}", age));
  }
  const { texts, calendar, known } = (loaded ??= await load());
  lights(day, texts);
  left(day, texts, calendar);
  owed(day, texts);
  tallies(day, texts);
  chart(day, texts);
  for (const one of all(".as-of")) one.hidden = false;
  say("today", todayWords.replace("{day}", day));
  const year = Number(day.slice(0, 4));
  if (!known.includes(year)) say("unknown", texts["asof.year_unknown"].replace("{year}", year));
};

// Without the days' file, or opened from a disk, the page stays as it was built, and says of which day.
eachLaterDay(built, (day) => recompute(day).catch((error) => console.warn(error)));
