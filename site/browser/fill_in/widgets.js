// A field of the schema → the control that fills it in: each has `element`, `get`, `set` and tells when it changed.
import { WorkCalendar, dayNumber, dayOf, isDay, workdaysBetween } from "../lights.js";
import { element } from "./dom.js";
import { Picker } from "./picker.js";

const LINE = 120;
const FEW = 5;

// What every control needs of the page: its texts, language, choices of the registry, and whom to tell of a change.
export class Setting {
  constructor({ texts, language, office, calendar, items, changed, today }) {
    Object.assign(this, { texts, language, office, items, changed, today });
    this.calendar = calendar;
    this.workdays = new WorkCalendar(calendar.exceptions);
  }

  text(name, values = {}) {
    return (this.texts[name] ?? name).replace(/\{(\w+)\}/g, (blank, key) => values[key] ?? blank);
  }

  // The choices for a reference; `day` leaves out what is not valid on it.
  choices(kind, day, people) {
    const { office } = this;
    const inForce = ([from, to]) => !day || (from <= day && (!to || day <= to));
    const named = (names) => Object.entries(names).map(([value, label]) => ({ value, label, note: value, words: [value, label], spelling: [] }));
    switch (kind) {
      case "unit":
        return Object.values(office.units)
          .filter((one) => inForce(one.valid))
          .map((one) => ({ value: one.id, label: one.name, note: one.full === one.name ? "" : one.full, words: [one.id, one.name, one.full], spelling: one.spelling }));
      case "person":
        return (people ?? Object.values(office.people)).map((one) => ({
          value: one.id,
          label: one.name,
          note: office.units[one.unit]?.name ?? "",
          words: [one.id, one.name],
          spelling: one.spelling,
        }));
      case "campaign":
        return named(office.campaigns);
      case "cause":
        return named(office.causes);
      case "plan":
        return named(office.plans[(day || this.today()).slice(0, 4)] ?? {});
      case "item":
        return this.items();
      default:
        return [];
    }
  }
}

const PICKED = new Set(["unit", "person", "campaign", "cause", "plan", "item"]);

// The day's name, and whether people work on it.
const dayHint = (setting, day) => {
  if (!isDay(day)) return "";
  const names = setting.text("weekdays").split(" ");
  const name = names[(dayNumber(day) + 4) % 7];
  if (!setting.calendar.known.includes(Number(day.slice(0, 4)))) return setting.text("day.unknown", { name });
  const works = workdaysBetween(setting.workdays, dayOf(dayNumber(day) - 1), day) === 1;
  const away = workdaysBetween(setting.workdays, setting.today(), day);
  const counted = day > setting.today() ? setting.text("day.away", { count: away }) : "";
  return setting.text(works ? "day.works" : "day.off", { name }) + counted;
};

class Control {
  constructor(field, setting, { id, describedBy }) {
    Object.assign(this, { field, setting, id, describedBy });
  }

  changed() {
    this.setting.changed();
  }

  get focusable() {
    return this.input;
  }

  mark(wrong) {
    if (!this.input) return;
    if (wrong) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

class TextControl extends Control {
  constructor(...given) {
    super(...given);
    const { schema } = this.field;
    const isLong = (schema.maxLength ?? 0) > LINE && !schema.pattern?.startsWith("^[");
    const common = { id: this.id, class: "fi-input", "aria-describedby": this.describedBy, oninput: () => this.#typed() };
    this.input = isLong ? element("textarea", { ...common, rows: 3 }) : element("input", { ...common, type: "text", spellcheck: "false", autocomplete: "off" });
    this.element = this.input;
  }

  get() {
    return this.input.value.trim() === "" ? undefined : this.input.value.replace(/\r\n?/g, "\n").split("\n").map((line) => line.trimEnd()).join("\n").trim();
  }

  set(value) {
    this.input.value = value ?? "";
    this.#grow();
  }

  #typed() {
    this.#grow();
    this.changed();
  }

  #grow() {
    if (this.input.tagName === "TEXTAREA") this.input.rows = Math.min(14, Math.max(3, Math.ceil([...this.input.value].length / 34) + this.input.value.split("\n").length - 1));
  }
}

class NumberControl extends Control {
  constructor(...given) {
    super(...given);
    const { minimum, maximum } = this.field.schema;
    this.input = element("input", { id: this.id, class: "fi-input fi-input--number", type: "number", inputmode: "numeric", min: minimum, max: maximum, step: this.field.type === "integer" ? 1 : "any", "aria-describedby": this.describedBy, oninput: () => this.changed() });
    this.element = this.input;
  }

  get() {
    return this.input.value === "" ? undefined : Number(this.input.value);
  }

  set(value) {
    this.input.value = value ?? "";
  }
}

class DateControl extends Control {
  #hint;

  constructor(...given) {
    super(...given);
    this.#hint = element("span", { class: "fi-day", "aria-live": "polite" });
    this.input = element("input", { id: this.id, class: "fi-input fi-input--date", type: "date", min: "1900-01-01", max: "2099-12-31", "aria-describedby": this.describedBy, oninput: () => this.#picked() });
    this.element = element("div", { class: "fi-line" }, this.input, this.#hint);
  }

  get() {
    return this.input.value || undefined;
  }

  set(value) {
    this.input.value = value ?? "";
    this.#hint.textContent = dayHint(this.setting, this.input.value);
  }

  #picked() {
    this.#hint.textContent = dayHint(this.setting, this.input.value);
    this.changed();
  }
}

class ChoiceControl extends Control {
  constructor(...given) {
    super(...given);
    const { field, setting, id } = this;
    const said = field.enum.map((value) => [value, field.valueLabel(value, setting.language)]);
    if (said.length > FEW) {
      this.input = element("select", { id, class: "fi-input", "aria-describedby": this.describedBy, onchange: () => this.changed() }, element("option", { value: "" }, setting.text("choose")), ...said.map(([value, label]) => element("option", { value }, label)));
      this.element = this.input;
      return;
    }
    this.radios = said.map(([value, label], index) => {
      const radio = element("input", { type: "radio", id: index ? `${id}-${index}` : id, name: id, value, onchange: () => this.changed() });
      return { radio, value, element: element("label", { class: "fi-radio" }, radio, label) };
    });
    [{ radio: this.input }] = this.radios;
    this.element = element("div", { class: "fi-radios", role: "radiogroup", "aria-labelledby": `${id}-label`, "aria-describedby": this.describedBy }, ...this.radios.map((one) => one.element));
    this.isGroup = true;
  }

  get() {
    return this.radios ? this.radios.find((one) => one.radio.checked)?.value : this.input.value || undefined;
  }

  set(value) {
    if (this.radios) for (const one of this.radios) one.radio.checked = one.value === value;
    else this.input.value = value ?? "";
  }
}

class YesNoControl extends Control {
  constructor(...given) {
    super(...given);
    const { setting, id } = this;
    this.radios = [true, false].map((value, index) => {
      const radio = element("input", { type: "radio", id: index ? `${id}-${index}` : id, name: id, onchange: () => this.changed() });
      return { radio, value, element: element("label", { class: "fi-radio" }, radio, setting.text(value ? "yes" : "no")) };
    });
    this.input = this.radios[0].radio;
    this.element = element("div", { class: "fi-radios", role: "radiogroup", "aria-labelledby": `${id}-label`, "aria-describedby": this.describedBy }, ...this.radios.map((one) => one.element));
    this.isGroup = true;
  }

  get() {
    return this.radios.find((one) => one.radio.checked)?.value;
  }

  set(value) {
    for (const one of this.radios) one.radio.checked = one.value === value;
  }
}

class PickControl extends Control {
  #picker;

  constructor(...given) {
    super(...given);
    const { setting, field } = this;
    this.#picker = new Picker({
      id: this.id,
      options: () => setting.choices(field.ref),
      texts: { search: setting.text(`search.${field.ref}`), more: setting.text("picker.more"), none: setting.text("picker.none") },
      onChange: () => this.changed(),
      describedBy: this.describedBy,
    });
    this.input = this.#picker.input;
    this.element = this.#picker.element;
  }

  get() {
    return this.#picker.value || undefined;
  }

  set(value) {
    this.#picker.value = value;
  }
}

// Several choices among a few, as boxes to tick.
class ChoicesControl extends Control {
  constructor(...given) {
    super(...given);
    const { field, setting, id } = this;
    this.boxes = field.items.enum.map((value, index) => {
      const box = element("input", { type: "checkbox", id: index ? `${id}-${index}` : id, onchange: () => this.changed() });
      return { box, value, element: element("label", { class: "fi-radio" }, box, field.items.valueLabel(value, setting.language)) };
    });
    this.input = this.boxes[0].box;
    this.element = element("div", { class: "fi-radios", role: "group", "aria-labelledby": `${id}-label`, "aria-describedby": this.describedBy }, ...this.boxes.map((one) => one.element));
    this.isGroup = true;
  }

  get() {
    const chosen = this.boxes.filter((one) => one.box.checked).map((one) => one.value);
    return chosen.length ? chosen : undefined;
  }

  set(values) {
    for (const one of this.boxes) one.box.checked = (values ?? []).includes(one.value);
  }
}

// Several references, each a chip that can be taken away, and a picker for one more.
class PicksControl extends Control {
  #picker;
  #chips;
  #values = [];

  constructor(...given) {
    super(...given);
    const { setting, field } = this;
    this.#chips = element("ul", { class: "fi-chips" });
    this.#picker = new Picker({
      id: this.id,
      options: () => setting.choices(field.items.ref).filter((one) => !this.#values.includes(one.value)),
      texts: { search: setting.text(`search.${field.items.ref}`), more: setting.text("picker.more"), none: setting.text("picker.none") },
      onChange: (value) => value && this.#add(value),
      describedBy: this.describedBy,
    });
    this.input = this.#picker.input;
    this.element = element("div", { class: "fi-picks" }, this.#chips, this.#picker.element);
  }

  get() {
    return this.#values.length ? [...this.#values] : undefined;
  }

  set(values) {
    this.#values = [...(values ?? [])];
    this.#show();
  }

  #add(value) {
    this.#values.push(value);
    // The picker says what was chosen after it has told of it.
    queueMicrotask(() => this.#picker.clear());
    this.#show();
    this.changed();
  }

  #remove(value) {
    this.#values = this.#values.filter((one) => one !== value);
    this.#show();
    this.input.focus();
    this.changed();
  }

  #show() {
    const { setting, field } = this;
    const known = new Map(setting.choices(field.items.ref).map((one) => [one.value, one.label]));
    this.#chips.replaceChildren(
      ...this.#values.map((value) => {
        const label = known.get(value) ?? value;
        return element("li", { class: "fi-chip" }, label, element("button", { type: "button", class: "fi-chip__away", "aria-label": setting.text("remove", { name: label }), onclick: () => this.#remove(value) }, "×"));
      }),
    );
  }
}

// The control of a field that is no group of others.
export const control = (field, setting, ids) => {
  if (field.type === "array") return field.items.enum.length ? new ChoicesControl(field, setting, ids) : new PicksControl(field, setting, ids);
  if (field.type === "boolean") return new YesNoControl(field, setting, ids);
  if (field.enum.length) return new ChoiceControl(field, setting, ids);
  if (field.isDate) return new DateControl(field, setting, ids);
  if (field.type === "integer" || field.type === "number") return new NumberControl(field, setting, ids);
  if (PICKED.has(field.ref)) return new PickControl(field, setting, ids);
  return new TextControl(field, setting, ids);
};

// Whether a list is filled in by one control rather than row by row.
export const isOneControl = (field) => field.type === "array" && (field.items.enum.length > 0 || PICKED.has(field.items.ref));
