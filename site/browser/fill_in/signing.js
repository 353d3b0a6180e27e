// The policy's signatures, a kind of entry and what it stands in → the roles that must sign it, and whoever may in each.
import { holds } from "./rules.js";

const DECISION = "extension_decision";

const level = ({ levels }, record, day) =>
  levels.find((one) => one.since <= day && ((one.importance ?? []).includes(record.importance) || (one.urgency ?? []).includes(record.urgency)));

const rolesOf = (kind, record, office, day) => (kind === DECISION && level(office, record, day)?.signed) || office.signatures[kind] || [];

// `nodes` is the entry and what it stands in, inside out: the item's record is the last of them. Where a role is
// that of a field's units and no such field is there yet, nobody may sign.
export const seats = (kind, nodes, office, day) =>
  rolesOf(kind, nodes.at(-1), office, day).map((asked) => {
    const [role, field] = asked.split("@");
    const held = Object.values(office.people).filter((person) => holds(person, role, day));
    if (!field) return { role, people: held };
    const holder = nodes.find((one) => field in one);
    const units = holder ? [holder[field]].flat() : [];
    return { role, people: held.filter((person) => units.includes(person.unit)) };
  });
