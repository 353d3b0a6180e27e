// An item's record → the pairs of dates that must not run backwards (duban.rules.life).
import { isGranted } from "./life.js";
import { valueAt } from "./survey.js";

export function* datePairs(record) {
  const dated = (...pointer) => {
    const day = valueAt(record, pointer);
    return day === undefined ? undefined : [pointer, day];
  };
  function* rising(...chain) {
    const there = chain.filter(Boolean);
    for (let at = 1; at < there.length; at += 1) yield [there[at - 1], there[at]];
  }
  const each = (name, ...rest) => (record[name] ?? []).map((_, index) => dated(name, index, ...rest));
  const closed = (record.closure_notices ?? []).findIndex(isGranted);
  const closing = closed < 0 ? undefined : dated("closure_notices", closed, "decision", "on");
  const main = [
    dated("intake", "received_on"),
    dated("proposal", "drafted_on"),
    dated("approval", "approved_on"),
    dated("method", "confirmed_on"),
    dated("task_notice", "issued_on"),
    dated("task_notice", "ack", "on"),
    dated("report", "on"),
    closing,
    dated("feedback", "on"),
    dated("archive", "on"),
  ];
  yield* rising(...main);
  for (const index of (record.intake?.sources ?? []).keys()) yield* rising(dated("intake", "sources", index, "sent_on"), main[0]);
  yield* rising(main[0], dated("transcribed", "finished_on"), dated("transcribed", "on"));
  yield* rising(main[0], dated("transcribed", "deadline"));
  const notice = main[4];
  yield* rising(notice, dated("task_notice", "deadline"));
  for (const [name, datedBy] of [
    ["progress", "on"],
    ["tracking_notices", "issued_on"],
    ["coordination_notices", "issued_on"],
    ["extensions", "applied_on"],
    ["measures", "on"],
    ["closure_notices", "issued_on"],
  ])
    yield* rising(notice, ...each(name, datedBy));
  yield* rising(main[2], ...each("visits", "on"));
  for (const index of (record.tracking_notices ?? []).keys()) {
    const issued = dated("tracking_notices", index, "issued_on");
    yield* rising(issued, dated("tracking_notices", index, "reply_by"));
    yield* rising(issued, dated("tracking_notices", index, "reply", "on"));
  }
  for (const [index, one] of (record.coordination_notices ?? []).entries()) {
    const here = ["coordination_notices", index];
    const issued = dated(...here, "issued_on");
    for (const part of [["recheck_on"], ["decision", "on"], ["recheck", "on"]]) yield* rising(issued, dated(...here, ...part));
    for (const position of (one.subtasks ?? []).keys())
      for (const part of ["due", "done_on"]) yield* rising(issued, dated(...here, "subtasks", position, part));
  }
  for (const index of (record.extensions ?? []).keys())
    yield* rising(dated("extensions", index, "applied_on"), dated("extensions", index, "decision", "on"));
  for (const index of (record.closure_notices ?? []).keys()) {
    const part = (...rest) => dated("closure_notices", index, ...rest);
    yield* rising(part("applied_on"), part("issued_on"), part("verification", "on"), part("decision", "on"));
    yield* rising(notice, part("finished_on"), part("decision", "on"));
    yield* rising(part("publicity", "from"), part("publicity", "to"));
  }
  for (const index of (record.participants ?? []).keys())
    yield* rising(dated("participants", index, "consent", "on"), dated("participants", index, "withdrawn", "on"));
  yield* rising(closing, ...each("look_backs", "on"));
  for (const name of ["not_filed", "withdrawn", "superseded"]) yield* rising(main[0], dated(name, "on"));
}
