// An item's record → the form of a correction: which field, what it says now, what it should say, why, and who signs it.
import { element, freshId } from "./dom.js";
import { Group, Simple } from "./form.js";
import { Part } from "./part.js";
import { Picker } from "./picker.js";
import { isOneControl } from "./widgets.js";

// What is corrected by other means, or never.
const NEVER = new Set(["id", "amendments", "signed"]);

// Every value that stands: its pointer, and what people call it.
const values = (record, root, language) => {
  const found = [];
  const walk = (node, here, pointer, names) => {
    if (!here) return;
    if (Array.isArray(node) && !isOneControl(here)) {
      for (const [index, one] of node.entries()) walk(one, here.items, [...pointer, index], [...names, String(index + 1)]);
    } else if (typeof node === "object" && node !== null && !Array.isArray(node)) {
      for (const [name, one] of Object.entries(node)) if (!NEVER.has(name) && here.properties[name]) walk(one, here.properties[name], [...pointer, name], [...names, here.properties[name].label(language)]);
    } else found.push({ pointer, value: node, field: here, label: names.join(" › ") });
  };
  walk(record, root, [], []);
  return found;
};

export class Amendment extends Part {
  #values;
  #picker;
  #chosen;
  #old;
  #place;
  #to;
  #rest;

  constructor(field, setting, { record, root, seats }) {
    super(field, setting);
    this.#values = values(record, root, setting.language);
    const id = freshId("field");
    this.#picker = new Picker({
      id,
      options: () => this.#values.map((one) => ({ value: `/${one.pointer.join("/")}`, label: one.label, note: String(one.value).slice(0, 30), words: [one.label, String(one.value)], spelling: [] })),
      texts: { search: setting.text("search.field"), more: setting.text("picker.more"), none: setting.text("picker.none") },
      onChange: (value) => this.#choose(value),
    });
    this.#old = element("output", { class: "fi-old" });
    this.#place = element("div", {});
    this.#rest = new Group(field, setting, { top: true, without: new Set(["field", "old", "new"]), seats });
    this.element = element(
      "div",
      { class: "fi-entry" },
      element("div", { class: "fi-field" }, element("label", { class: "fi-label", for: id }, field.properties.field.label(setting.language)), this.#picker.element),
      element("div", { class: "fi-field" }, element("span", { class: "fi-label" }, field.properties.old.label(setting.language)), this.#old),
      this.#place,
      this.error,
      this.#rest.element,
    );
  }

  part(name) {
    return name === "new" ? this.#to : this.#rest.part(name);
  }

  get focusable() {
    return this.#picker.input;
  }

  get parts() {
    return [this.#rest, this.#to].filter(Boolean);
  }

  reveal() {}

  get() {
    const rest = this.#rest.get() ?? {};
    const named = this.#chosen ? { field: `/${this.#chosen.pointer.join("/")}`, old: this.#chosen.value, new: this.#to.get() } : {};
    const whole = { ...rest, ...named };
    return Object.fromEntries(Object.keys(this.field.properties).filter((name) => whole[name] !== undefined).map((name) => [name, whole[name]]));
  }

  set(value = {}) {
    this.#rest.set(value);
    if (!value.field) return;
    this.#picker.value = value.field;
    this.#choose(value.field, false);
    this.#to?.set(value.new);
  }

  #choose(name, told = true) {
    this.#chosen = this.#values.find((one) => `/${one.pointer.join("/")}` === name);
    this.#old.textContent = this.#chosen ? String(this.#chosen.value) : "";
    this.#to = this.#chosen && new Simple(this.#chosen.field, this.setting, { required: true });
    this.#place.replaceChildren(...(this.#to ? [this.#to.element] : []));
    this.#to?.set(this.#chosen.value);
    if (told) this.setting.changed();
  }
}
