// What every part of a form has: its field, whether it must be filled in, and what is wrong with it, said once it was left.
import { element, freshId } from "./dom.js";

export class Part {
  constructor(field, setting, { required = true } = {}) {
    Object.assign(this, { field, setting, required });
    this.id = freshId(field.name);
    this.error = element("p", { class: "fi-error", id: `${this.id}-error`, hidden: true });
    this.touched = false;
  }

  // What is wrong at this very part; "" for nothing.
  say(message) {
    const shown = this.touched ? message : "";
    this.error.textContent = shown;
    this.error.hidden = !shown;
    this.control?.mark(Boolean(shown));
  }

  clear() {
    this.say("");
    for (const part of this.parts ?? []) part.clear();
  }

  touch() {
    this.touched = true;
    for (const part of this.parts ?? []) part.touch();
  }

  // The part that a pointer leads to, or the nearest around it.
  at(pointer) {
    const [name, ...rest] = pointer;
    const part = name === undefined ? undefined : this.part(name);
    return part ? part.at(rest) : this;
  }

  part() {
    return undefined;
  }

  get focusable() {
    return this.control?.focusable ?? this.element.querySelector("input, select, textarea, button");
  }
}
