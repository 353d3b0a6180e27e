// A choice among many, found by name, short name, id or initials: the combobox of the ARIA practices, with its list below.
import { element, freshId } from "./dom.js";

const MOST = 12;

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");

// Whether letters are those of the signs of a name from one of them on: a sign with several readings may begin with several letters.
const spells = (typed, name, start) => start + typed.length <= name.length && [...typed].every((one, index) => name[start + index].includes(one));

// How well an option answers what was typed: 0 for not at all.
const score = (option, typed) => {
  if (!typed) return 1;
  const words = option.words.map(plain);
  if (words.includes(typed)) return 5;
  if (words.some((word) => word.startsWith(typed))) return 4;
  if (option.spelling.some((name) => spells(typed, name, 0))) return 3;
  if (words.some((word) => word.includes(typed))) return 2;
  return option.spelling.some((name) => name.some((_, start) => spells(typed, name, start))) ? 1 : 0;
};

export class Picker {
  #options;
  #input;
  #list;
  #onChange;
  #value = "";
  #active = -1;
  #shown = [];
  #texts;

  // `options` gives the choices, each with its value, label, note, words and spelling, whenever the list is opened.
  constructor({ id, options, texts, onChange, describedBy }) {
    this.#options = options;
    this.#onChange = onChange;
    this.#texts = texts;
    const listId = freshId("list");
    this.#input = element("input", {
      id,
      type: "text",
      role: "combobox",
      class: "fi-input fi-picker__input",
      autocomplete: "off",
      spellcheck: "false",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": listId,
      "aria-describedby": describedBy,
      placeholder: texts.search,
      oninput: () => this.#typed(),
      onfocus: () => this.#input.select(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#leave(),
    });
    this.#list = element("ul", { id: listId, role: "listbox", class: "fi-picker__list", hidden: true });
    this.element = element("div", { class: "fi-picker" }, this.#input, this.#list);
  }

  get input() {
    return this.#input;
  }

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#value = value ?? "";
    const option = this.#options().find((one) => one.value === this.#value);
    this.#input.value = option ? option.label : this.#value;
  }

  clear() {
    this.value = "";
  }

  #typed() {
    this.#open();
    if (this.#input.value === "") this.#set("");
  }

  #open() {
    const typed = plain(this.#input.value);
    const scored = this.#options().map((option) => [score(option, typed), option]);
    const found = scored.filter(([points]) => points > 0).sort(([one], [other]) => other - one);
    this.#shown = found.slice(0, MOST).map(([, option]) => option);
    this.#active = this.#shown.length && typed ? 0 : -1;
    const lines = this.#shown.map((option, index) =>
      element(
        "li",
        { id: `${this.#list.id}-${index}`, role: "option", class: "fi-picker__option", "aria-selected": "false", onpointerdown: (event) => this.#take(event, option) },
        element("span", { class: "fi-picker__label" }, option.label),
        option.note ? element("span", { class: "fi-picker__note" }, option.note) : "",
      ),
    );
    if (found.length > MOST) lines.push(element("li", { class: "fi-picker__more", role: "presentation" }, this.#texts.more.replace("{count}", found.length - MOST)));
    if (!found.length) lines.push(element("li", { class: "fi-picker__more", role: "presentation" }, this.#texts.none));
    this.#list.replaceChildren(...lines);
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  #mark() {
    for (const [index, line] of [...this.#list.querySelectorAll("[role=option]")].entries()) {
      line.setAttribute("aria-selected", String(index === this.#active));
      if (index === this.#active) line.scrollIntoView({ block: "nearest" });
    }
    if (this.#active >= 0) this.#input.setAttribute("aria-activedescendant", `${this.#list.id}-${this.#active}`);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (event.isComposing) return;
    const open = !this.#list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.#open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = this.#shown.length;
      if (count) this.#active = (this.#active + step + count) % count;
      this.#mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && this.#active >= 0) this.#choose(this.#shown[this.#active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.#close();
      this.value = this.#value;
    }
  }

  #take(event, option) {
    event.preventDefault();
    this.#choose(option);
  }

  #choose(option) {
    this.#close();
    this.#set(option.value);
    this.value = option.value;
  }

  // What was typed and fits one choice alone is that choice; anything else is put back.
  #leave() {
    if (this.#list.hidden) return;
    this.#close();
    const typed = plain(this.#input.value);
    const exact = typed ? this.#options().filter((option) => score(option, typed) === 5) : [];
    const value = exact.length === 1 ? exact[0].value : typed ? this.#value : "";
    if (value !== this.#value) this.#set(value);
    this.value = value;
  }

  #set(value) {
    if (this.#value === value) return;
    this.#value = value;
    this.#onChange(value);
  }
}
