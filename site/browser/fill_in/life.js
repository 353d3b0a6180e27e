// An item's record → where its deadline stands, what was said of it last, how it ended (duban.deadline).
const GRANTED = "同意";
const DISSATISFIED = "不满意";
export const ENDS = ["not_filed", "withdrawn", "superseded"];

export const isGranted = (entry) => entry.decision?.result === GRANTED;

export const closing = (record) => (record.closure_notices ?? []).find(isGranted);

export const ending = (record) => ENDS.find((kind) => kind in record);

// Before there is a notice, an older ledger may have said by when, and before that the proposal.
const deadline = (record, counts) =>
  (record.extensions ?? []).reduce(
    (stands, one) => (isGranted(one) && counts(one) ? one.new_deadline : stands),
    record.task_notice?.deadline ?? record.transcribed?.deadline ?? record.proposal?.deadline ?? "",
  );

// The deadline as it stands: that of the last extension granted that was asked for in time.
export const currentDeadline = (record) => deadline(record, (one) => one.applied_on <= one.old_deadline);

// The deadline after what was granted by a day.
export const deadlineOn = (record, day) => deadline(record, (one) => one.decision.on <= day);

export const causes = (record) =>
  [
    ...(record.progress ?? []).map((one) => one.cause),
    ...(record.tracking_notices ?? []).flatMap((one) => [one.cause, one.reply?.cause]),
    ...(record.extensions ?? []).map((one) => one.cause),
    ...(record.measures ?? []).map((one) => one.cause),
  ].filter(Boolean);

export const lastSaid = (record) => {
  const said = (record.progress ?? []).map((one) => [one.on, one.progress]);
  for (const { reply } of record.tracking_notices ?? []) if (reply) said.push([reply.on, reply.progress]);
  return said.reduce((last, one) => (one[0] > last[0] || (one[0] === last[0] && one[1] > last[1]) ? one : last), ["", ""])[1];
};

const isUnhappy = (notice) => notice.satisfaction?.rating === DISSATISFIED;

export const isToReopen = (record) => {
  const notice = closing(record);
  if (!notice || "reopened_from" in record) return false;
  return (record.closure_notices ?? []).filter(isUnhappy).length === 1 && isUnhappy(notice);
};
