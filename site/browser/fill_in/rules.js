// An item's valid record, its fields and what the office knows → the problems that `duban check` would find, by the same codes.
import { datePairs } from "./dates.js";
import { closing, deadlineOn, isGranted } from "./life.js";
import { privacyProblems } from "./privacy.js";
import { survey } from "./survey.js";

const REFERENCES = { unit: "D201", person: "D202", campaign: "D203", plan: "D204", cause: "D206" };
// What stands in an item only beside something earlier.
export const NEEDS = [
  ["proposal", "intake"],
  ["approval", "proposal"],
  ["method", "approval"],
  ["task_notice", "method"],
  ["progress", "task_notice"],
  ["tracking_notices", "task_notice"],
  ["coordination_notices", "task_notice"],
  ["extensions", "task_notice"],
  ["visits", "approval"],
  ["measures", "task_notice"],
  ["report", "task_notice"],
  ["closure_notices", "task_notice"],
  ["feedback", "report"],
  ["archive", "feedback"],
  ["look_backs", "closure_notices"],
  ["reopening", "closure_notices"],
  ["withdrawn", "approval"],
];
// What stands in an item only once its task notice was signed for.
export const PAST_RECEIPT = ["report", "closure_notices", "feedback", "archive"];
// What may still come to an item that was not filed, withdrawn or superseded.
export const AFTER_THE_END = ["amendments", "look_backs"];
const NUMBER = /^(.+)〔(\d{4})〕(\d+)号$/;
const OPEN = "主动公开";
const DAY = 86_400_000;
// The team of the 1+3 that the public belongs to.
const PUBLIC = "社会群众";

const covers = ([from, to], day) => from <= day && (!to || day <= to);

export const holds = (person, role, day) => person.roles.some(([name, ...term]) => name === role && covers(term, day));

const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / DAY);

const caseOf = (record, root, office, language) => ({
  record,
  office,
  units: office.units,
  people: office.people,
  found: survey(record, root),
  label: (pointer) => root.at(pointer)?.label(language) ?? String(pointer.at(-1)),
});

function* references({ found, office, label, units, record }) {
  for (const [kind, pointer, value, day] of found.references) {
    if (!(kind in REFERENCES)) continue;
    const known = { unit: units, person: office.people, campaign: office.campaigns, plan: office.plans[record.id?.slice(0, 4)] ?? {}, cause: office.causes }[kind];
    if (!Object.hasOwn(known, value)) yield { code: REFERENCES[kind], pointer, details: { label: label(pointer), value, suggestion: "—" } };
    else if (kind === "unit" && day && !covers(units[value].valid, day)) yield { code: "D208", pointer, details: { unit: units[value].name, day } };
  }
}

function* signers({ found, people }) {
  for (const entry of found.entries)
    for (const [index, claim] of (entry.data.signed ?? []).entries()) {
      const person = people[claim.by];
      if (person && !holds(person, claim.role, claim.on))
        yield { code: "D209", pointer: [...entry.pointer, "signed", index, "role"], details: { person: person.name, role: claim.role, day: claim.on } };
    }
}

// Whether a person may supervise on a day: the term runs, and theirs is none of the units supervised.
function* fit({ record, people, units }, pointer, name, day) {
  const notice = record.task_notice;
  const supervised = notice ? [notice.lead_unit, ...(notice.co_units ?? [])] : [];
  const person = people[name];
  if (!person) return;
  if (supervised.includes(person.unit)) yield { code: "D211", pointer, details: { person: person.name, unit: units[person.unit]?.name ?? person.unit } };
  if (person.term && !covers(person.term, day)) yield { code: "D210", pointer, details: { person: person.name, day, term_end: person.term[1] || person.term[0] } };
}

function* supervisors(about) {
  const { record, people } = about;
  for (const [index, one] of (record.method?.supervisors ?? []).entries()) {
    const person = people[one.person];
    const here = ["method", "supervisors", index];
    if (!person) continue;
    if (person.team !== one.team) yield { code: "D212", pointer: [...here, "team"], details: { person: person.name, team: one.team, roster_team: person.team } };
    yield* fit(about, [...here, "person"], one.person, record.method.confirmed_on);
  }
  for (const [index, visit] of (record.visits ?? []).entries())
    for (const [position, visitor] of visit.visitors.entries()) yield* fit(about, ["visits", index, "visitors", position], visitor, visit.on);
}

// Nobody takes part before they consented or after they withdrew; codes are known, and used once.
function* participants(about) {
  const { record, people } = about;
  const listed = record.participants ?? [];
  const known = new Map();
  const first = new Map();
  for (const [index, one] of listed.entries()) {
    if (known.has(one.code)) yield { code: "D320", pointer: ["participants", index, "code"], details: { code: one.code } };
    else {
      known.set(one.code, one);
      first.set(one.code, one.since);
    }
    const person = people[one.person];
    const here = ["participants", index, "person"];
    if (person && person.team !== PUBLIC) yield { code: "D212", pointer: here, details: { person: person.name, team: PUBLIC, roster_team: person.team } };
    yield* fit(about, here, one.person, one.since);
  }
  for (const [index, visit] of (record.visits ?? []).entries())
    for (const [position, code] of (visit.took_part ?? []).entries()) {
      const here = ["visits", index, "took_part", position];
      if (!known.has(code)) {
        yield { code: "D319", pointer: here, details: { code } };
        continue;
      }
      if (visit.on < first.get(code)) first.set(code, visit.on);
      const until = known.get(code).withdrawn?.on ?? "";
      if (until && visit.on > until) yield { code: "D318", pointer: here, details: { code, day: visit.on, withdrawn: until } };
    }
  for (const [index, { code, consent }] of listed.entries())
    if (consent.on > first.get(code)) yield { code: "D317", pointer: ["participants", index, "consent", "on"], details: { code, day: first.get(code), consent: consent.on } };
}

function* steps({ record, label }) {
  for (const [later, earlier] of NEEDS)
    if (later in record && !(earlier in record)) yield { code: "D304", pointer: [later], details: { later: label([later]), missing: label([earlier]) } };
  const notice = record.task_notice;
  if (notice && !("ack" in notice)) {
    const later = PAST_RECEIPT.find((name) => name in record);
    if (later) yield { code: "D307", pointer: [later], details: { later: label([later]) } };
  }
  if ("feedback" in record && "report" in record && !closing(record))
    yield { code: "D304", pointer: ["feedback"], details: { later: label(["feedback"]), missing: label(["closure_notices"]) } };
  const { proposal, approval } = record;
  if (proposal && approval && proposal.drafted_by === approval.approved_by) yield { code: "D308", pointer: ["approval", "approved_by"], details: { person: proposal.drafted_by } };
  if (approval && record.openness === OPEN && !("secrecy_review" in approval)) yield { code: "D513", pointer: ["approval"], details: {} };
}

function* days({ record, found, label, office }) {
  for (const [[earlierPointer, earlierDay], [pointer, day]] of datePairs(record))
    if (day < earlierDay) yield { code: "D305", pointer, details: { label: label(pointer), day, earlier_label: label(earlierPointer), earlier_day: earlierDay } };
  for (const [day, pointer] of found.facts)
    if (day > office.day) yield { code: "D306", pointer, details: { label: label(pointer), day } };
  const received = record.intake?.received_on;
  if (received && record.id && received.slice(0, 4) !== record.id.slice(0, 4))
    yield { code: "D303", pointer: ["intake", "received_on"], details: { year: record.id.slice(0, 4), day: received } };
}

function* forms({ record, found, office, units, label }) {
  for (const [kind, pointer, number, day] of found.numbers) {
    const [, series, year] = NUMBER.exec(number) ?? [];
    if (!series) continue;
    const own = office.series[kind] ?? "";
    if (series !== own) yield { code: "D402", pointer, details: { number, series: own } };
    else if (day && year !== day.slice(0, 4)) yield { code: "D403", pointer, details: { number, year: day.slice(0, 4) } };
  }
  for (const name of ["transcribed", "proposal", "task_notice"]) {
    const entry = record[name];
    for (const [index, one] of (entry?.co_units ?? []).entries())
      if (one === entry.lead_unit) yield { code: "D410", pointer: [name, "co_units", index], details: { unit: units[one]?.name ?? one } };
  }
  const { proposal, task_notice: notice } = record;
  if (proposal && notice && proposal.lead_unit !== notice.lead_unit) {
    const pointer = ["task_notice", "lead_unit"];
    const named = (id) => units[id]?.name ?? id;
    yield { code: "D309", pointer, details: { label: label(pointer), notice_value: named(notice.lead_unit), proposal_value: named(proposal.lead_unit) } };
  }
  for (const [index, one] of (record.coordination_notices ?? []).entries())
    for (const [position, task] of one.subtasks.entries())
      if (!one.recipients.includes(task.unit))
        yield { code: "D409", pointer: ["coordination_notices", index, "subtasks", position, "unit"], details: { unit: units[task.unit]?.name ?? task.unit } };
}

function* milestones({ record, office }) {
  const notice = record.task_notice;
  if (!notice) return;
  const span = daysBetween(notice.issued_on, notice.deadline);
  if (span > office.milestonesWhenOver && !("milestones" in notice))
    yield { code: "D406", pointer: ["task_notice", "deadline"], details: { days: span, limit: office.milestonesWhenOver } };
  const planned = [[["task_notice"], notice.milestones ?? [], notice.deadline]];
  for (const [index, one] of (record.extensions ?? []).entries()) planned.push([["extensions", index], one.milestones ?? [], one.new_deadline]);
  const seen = new Set();
  for (const [holder, listed, deadline] of planned)
    for (const [index, { name, due }] of listed.entries()) {
      const here = [...holder, "milestones", index];
      if (due > deadline) yield { code: "D407", pointer: [...here, "due"], details: { name, due, deadline } };
      if (seen.has(name)) yield { code: "D411", pointer: [...here, "name"], details: { name } };
      seen.add(name);
    }
  const done = [];
  for (const [index, one] of (record.progress ?? []).entries()) done.push([["progress", index], one]);
  for (const [index, one] of (record.tracking_notices ?? []).entries()) if (one.reply) done.push([["tracking_notices", index, "reply"], one.reply]);
  for (const [holder, one] of done)
    for (const [index, { name }] of (one.milestones_done ?? []).entries())
      if (!seen.has(name)) yield { code: "D408", pointer: [...holder, "milestones_done", index, "name"], details: { name } };
}

function* tracking({ record }) {
  const notices = record.tracking_notices ?? [];
  for (const [index, notice] of notices.entries()) {
    const here = ["tracking_notices", index];
    if (notice.seq !== index + 1) yield { code: "D404", pointer: [...here, "seq"], details: { seq: notice.seq, expected: index + 1 } };
    const reply = notices[index - 1]?.reply;
    if (index && (!reply || reply.on > notice.issued_on)) yield { code: "D405", pointer: [...here, "issued_on"], details: { seq: index } };
    const stands = deadlineOn(record, notice.issued_on);
    if (record.task_notice && notice.deadline !== stands) yield { code: "D514", pointer: [...here, "deadline"], details: { deadline: notice.deadline, stands } };
  }
}

function* extensions({ record, office }) {
  let stands = record.task_notice?.deadline;
  let count = 0;
  if (!stands) return;
  for (const [index, one] of (record.extensions ?? []).entries()) {
    const here = ["extensions", index];
    if (one.old_deadline !== stands) yield { code: "D508", pointer: [...here, "old_deadline"], details: { claimed: one.old_deadline, stands } };
    if (one.new_deadline <= stands) yield { code: "D509", pointer: [...here, "new_deadline"], details: { new_deadline: one.new_deadline, old_deadline: stands } };
    if (!isGranted(one)) continue;
    count += 1;
    if (one.applied_on > stands) yield { code: "D507", pointer: [...here, "applied_on"], details: { applied_on: one.applied_on, deadline: stands } };
    if (count > office.extensions) yield { code: "D510", pointer: [...here, "decision", "result"], details: { count, limit: office.extensions } };
    stands = one.new_deadline;
  }
}

function* closings({ record, people, units, label }) {
  const task = record.task_notice;
  if (!task) return;
  for (const [index, notice] of (record.closure_notices ?? []).entries()) {
    const here = ["closure_notices", index];
    const results = notice.standard_results;
    for (const standard of task.standards)
      if (!results.some((one) => one.standard === standard)) yield { code: "D501", pointer: [...here, "standard_results"], details: { standard } };
    for (const [position, { standard }] of results.entries())
      if (!task.standards.includes(standard)) yield { code: "D502", pointer: [...here, "standard_results", position, "standard"], details: { standard } };
    const verifier = people[notice.verification?.by];
    if (verifier && verifier.unit === task.lead_unit)
      yield { code: "D504", pointer: [...here, "verification", "by"], details: { person: verifier.name, unit: units[verifier.unit]?.name ?? verifier.unit } };
    if (!isGranted(notice)) continue;
    for (const [check, passed] of Object.entries(notice.checklist))
      if (!passed) yield { code: "D503", pointer: [...here, "checklist", check], details: { check: label([...here, "checklist", check]) } };
    for (const [position, { standard, met }] of results.entries())
      if (!met) yield { code: "D512", pointer: [...here, "standard_results", position, "met"], details: { standard } };
    if (!("verification" in notice)) yield { code: "D505", pointer: [...here, "decision"], details: {} };
    if (!("finished_on" in notice)) yield { code: "D506", pointer: [...here, "decision"], details: {} };
  }
}

const RULES = [references, signers, supervisors, participants, steps, days, forms, milestones, tracking, extensions, closings];

export function* ruleProblems(record, root, office, language) {
  const one = caseOf(record, root, office, language);
  for (const rule of RULES) yield* rule(one);
  yield* privacyProblems(one.found.texts);
}
