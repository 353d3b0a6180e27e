// The fields of an entry → a form of them: labels, help, controls, rows that repeat, and what is wrong beside each.
import { AttachmentRows } from "./attachments.js";
import { element } from "./dom.js";
import { SignedRows } from "./signed.js";
import { Part } from "./part.js";
import { control, isOneControl } from "./widgets.js";

const kindOf = (field) => {
  if (field.name === "signed" && field.type === "array") return SignedRows;
  if (field.type === "array" && field.items.properties.sha256) return AttachmentRows;
  if (field.type === "array" && !isOneControl(field)) return Rows;
  if (Object.keys(field.properties).length) return Group;
  return Simple;
};

// What belongs to whoever comes later is not asked of who fills in the entry now.
const isAsked = (parent, field) =>
  field.name === "signed" || parent.required.has(field.name) || !field.mayComeLater;

const label = (field, setting, id, required) =>
  element("label", { class: "fi-label", for: id, id: `${id}-label` }, field.label(setting.language), required ? "" : element("span", { class: "fi-optional" }, setting.text("optional")));

// One value.
export class Simple extends Part {
  constructor(field, setting, options = {}) {
    super(field, setting, options);
    const help = element("p", { class: "fi-help", id: `${this.id}-help` }, field.help(setting.language));
    this.control = control(field, setting, { id: this.id, describedBy: `${this.id}-help ${this.id}-error` });
    const named = options.bare
      ? element("span", { class: "visually-hidden", id: `${this.id}-label` }, options.bare)
      : this.control.isGroup
        ? element("span", { class: "fi-label", id: `${this.id}-label` }, field.label(setting.language), this.required ? "" : element("span", { class: "fi-optional" }, setting.text("optional")))
        : label(field, setting, this.id, this.required);
    if (options.bare) this.control.input.setAttribute("aria-labelledby", `${this.id}-label`);
    this.element = element("div", { class: "fi-field", "data-field": field.name }, named, this.control.element, options.bare ? "" : help, this.error);
    this.element.addEventListener("focusout", () => this.#leave());
  }

  get() {
    return this.control.get();
  }

  set(value) {
    this.control.set(value);
  }

  #leave() {
    if (this.touched) return;
    this.touched = true;
    this.setting.changed();
  }
}

// Several values under one name; an optional group is only there when it is asked for.
export class Group extends Part {
  #isOn = true;
  #byName;
  #body;
  #toggle;

  constructor(field, setting, options = {}) {
    super(field, setting, options);
    const { around = [], seats } = options;
    const asked = Object.values(field.properties).filter((child) => isAsked(field, child) && !options.without?.has(child.name));
    this.#byName = new Map(
      asked.map((child) => {
        const Kind = kindOf(child);
        return [child.name, new Kind(child, setting, { required: field.required.has(child.name) || Boolean(options.always?.has(child.name)), around, seats, entry: this })];
      }),
    );
    this.parts = [...this.#byName.values()];
    const needed = this.parts.filter((part) => part.required);
    const others = this.parts.filter((part) => !part.required);
    this.more = others.length
      ? element("details", { class: "fi-more" }, element("summary", {}, setting.text("more", { count: others.length, names: others.map((part) => part.field.label(setting.language)).join(setting.text("comma")) })), ...others.map((part) => part.element))
      : "";
    const signed = needed.filter((part) => part instanceof SignedRows);
    const plain = needed.filter((part) => !(part instanceof SignedRows));
    this.#body = element("div", { class: "fi-group__body" }, ...plain.map((part) => part.element), this.more, ...signed.map((part) => part.element));
    if (options.top) {
      this.element = element("div", { class: "fi-entry" }, this.#body, this.error);
      return;
    }
    const legend = element("legend", { class: "fi-legend" }, options.name ?? field.label(setting.language));
    const help = options.name ? "" : element("p", { class: "fi-help" }, field.help(setting.language));
    if (!this.required && !options.row) {
      this.#toggle = element("input", { type: "checkbox", id: this.id, onchange: () => this.#switch(this.#toggle.checked, true) });
      legend.replaceChildren(element("label", { class: "fi-radio", for: this.id }, this.#toggle, field.label(setting.language)));
      this.#switch(false);
    }
    this.element = element("fieldset", { class: "fi-group", "data-field": field.name }, legend, help, this.#body, this.error);
  }

  part(name) {
    return this.#byName.get(name);
  }

  // Opens what hides a part that something is wrong with.
  reveal(name) {
    if (this.more && !this.part(name)?.required) this.more.open = true;
  }

  get() {
    if (!this.#isOn) return undefined;
    const values = [...this.#byName].map(([name, part]) => [name, part.get()]).filter(([, value]) => value !== undefined);
    return values.length || this.required ? Object.fromEntries(values) : undefined;
  }

  set(value) {
    if (this.#toggle) {
      this.#toggle.checked = value !== undefined;
      this.#switch(value !== undefined);
    }
    for (const [name, part] of this.#byName) part.set(value?.[name]);
    if (this.more && this.parts.some((part) => !part.required && part.get() !== undefined)) this.more.open = true;
  }

  #switch(on, told) {
    this.#isOn = on;
    this.#body.hidden = !on;
    if (told) this.setting.changed();
  }
}

// A list, row by row.
export class Rows extends Part {
  #list;

  constructor(field, setting, options = {}) {
    super(field, setting, options);
    this.around = options.around;
    this.parts = [];
    this.#list = element("ol", { class: "fi-rows" });
    this.add = element("button", { type: "button", class: "fi-add", onclick: () => this.#addOne() }, setting.text("add", { name: field.label(setting.language) }));
    const legend = element("legend", { class: "fi-legend" }, field.label(setting.language), this.required ? "" : element("span", { class: "fi-optional" }, setting.text("optional")));
    this.element = element("fieldset", { class: "fi-group", "data-field": field.name }, legend, element("p", { class: "fi-help" }, field.help(setting.language)), this.#list, this.add, this.error);
    if (this.required) this.#row();
  }

  part(index) {
    return this.parts[index];
  }

  get() {
    const values = this.parts.map((part) => part.get()).filter((value) => value !== undefined && (typeof value !== "object" || Object.keys(value).length));
    return values.length ? values : undefined;
  }

  set(values) {
    const wanted = values?.length ? values : this.required ? [undefined] : [];
    this.parts = [];
    this.#list.replaceChildren();
    for (const value of wanted) this.#row().set(value);
  }

  #addOne() {
    const part = this.#row();
    part.focusable?.focus();
    this.setting.changed();
  }

  #row() {
    const { field, setting } = this;
    const name = `${field.label(setting.language)} ${this.parts.length + 1}`;
    const isGroup = Object.keys(field.items.properties).length > 0;
    const part = isGroup
      ? new Group(field.items, setting, { row: true, required: true, name, around: this.around })
      : new Simple(field.items, setting, { bare: name });
    const away = element("button", { type: "button", class: "fi-away", "aria-label": setting.text("remove", { name }), onclick: () => this.#remove(part, row) }, "×");
    const row = element("li", { class: isGroup ? "fi-row fi-row--group" : "fi-row" }, part.element, away);
    this.parts.push(part);
    this.#list.append(row);
    return part;
  }

  #remove(part, row) {
    this.parts = this.parts.filter((one) => one !== part);
    row.remove();
    this.add.focus();
    this.setting.changed();
  }
}
