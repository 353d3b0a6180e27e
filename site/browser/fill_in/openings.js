// A record and its fields → the places where an entry, or what comes later to one, may be added now (duban.openings).
import { closing, ending, ENDS, isToReopen } from "./life.js";
import { AFTER_THE_END, NEEDS, PAST_RECEIPT } from "./rules.js";

const AFTER_CLOSING = new Set(["visits", "measures", "report", "feedback", "archive", "look_backs", "reopening"]);
// Lists that go on only once the last member has this: it was answered, or decided.
const ONE_AT_A_TIME = { tracking_notices: "reply", extensions: "decision", closure_notices: "decision" };

function* places(node, here, pointer, given) {
  const kind = here.entry || given;
  if (Array.isArray(node) && here.items) {
    for (const [index, one] of node.entries()) yield* places(one, here.items, [...pointer, index], kind);
    if (here.mayComeLater) yield { pointer: [...pointer, node.length], field: here.items, kind: here.items.entry || kind };
    return;
  }
  if (typeof node !== "object" || node === null) return;
  for (const [name, child] of Object.entries(here.properties)) {
    if (name === "signed") continue;
    if (name in node) yield* places(node[name], child, [...pointer, name], kind);
    else if (!child.mayComeLater) continue;
    else if (child.items) yield { pointer: [...pointer, name, 0], field: child.items, kind: child.items.entry || kind };
    else yield { pointer: [...pointer, name], field: child, kind: child.entry || kind };
  }
}

const earlierStepsStand = (name, record) => {
  if (NEEDS.some(([later, earlier]) => later === name && !(earlier in record))) return false;
  return !PAST_RECEIPT.includes(name) || "ack" in (record.task_notice ?? {});
};

const mayBegin = (name, record) => {
  const granted = closing(record);
  if (name === "amendments") return true;
  if (name === "feedback" || name === "look_backs") return Boolean(granted);
  if (name === "reopening") return isToReopen(record);
  if (name === ENDS[0] && "approval" in record) return false;
  const last = ONE_AT_A_TIME[name];
  const listed = record[name] ?? [];
  if (last && listed.length && !(last in listed.at(-1))) return false;
  return !granted || AFTER_CLOSING.has(name);
};

const isInTurn = (pointer, record) => {
  const [name, index, ...rest] = pointer;
  const begins = index === undefined || (rest.length === 0 && index === (record[name] ?? []).length);
  if (ending(record) && !AFTER_THE_END.includes(name)) return false;
  return !begins || (earlierStepsStand(name, record) && mayBegin(name, record));
};

// Each opening: the pointer, the field there, and the kind of entry that is signed for it.
export const openings = (record, root) => {
  if (Object.values(root.properties).some((child) => child.closes && child.name in record)) return [];
  return [...places(record, root, [], "")].filter((one) => isInTurn(one.pointer, record));
};
