// The seats of an entry → a row for each signature: in which role, by whom, on which day; those who may sign come first.
import { digestOf } from "./attachments.js";
import { element, freshId } from "./dom.js";
import { Part } from "./part.js";
import { Picker } from "./picker.js";

export class SignedRows extends Part {
  #list;
  #rows = [];

  constructor(field, setting, options = {}) {
    super(field, setting, options);
    this.seats = options.seats;
    this.#list = element("div", { class: "fi-seats" });
    this.add = element("button", { type: "button", class: "fi-add", onclick: () => this.#addOne() }, setting.text("signed.add"));
    this.element = element("fieldset", { class: "fi-group fi-group--signed", "data-field": "signed" }, element("legend", { class: "fi-legend" }, setting.text("signed")), element("p", { class: "fi-help" }, setting.text("signed.help")), this.#list, this.add, this.error);
  }

  // The rows that the policy asks for as the entry stands; what was filled in already is kept.
  refresh(day) {
    const asked = this.seats?.(day) ?? [];
    for (const seat of asked) {
      const row = this.#rows.find((one) => one.asked && one.role === seat.role) ?? this.#row(seat.role, true);
      row.people = seat.people;
      const known = seat.people.some((one) => one.id === row.picker.value);
      if (!known && seat.people.length === 1 && !row.chosen) row.picker.value = seat.people[0].id;
      if (!row.dated) row.date.value = day ?? "";
    }
    for (const row of this.#rows.filter((one) => one.asked && !asked.some((seat) => seat.role === one.role))) this.#remove(row);
  }

  at(pointer) {
    const row = this.#rows[pointer[0]];
    return row ? { say: (message) => this.#tell(row, message), focusable: row.picker.input } : this;
  }

  get focusable() {
    return this.#rows[0]?.picker.input ?? this.add;
  }

  get() {
    const values = this.#rows.filter((row) => row.picker.value || row.roleOf()).map((row) => this.#value(row));
    return values.length ? values : undefined;
  }

  set(values) {
    for (const row of [...this.#rows]) this.#remove(row);
    for (const one of values ?? []) {
      const row = this.#row(one.role, true);
      row.picker.value = one.by;
      row.chosen = Boolean(one.by);
      row.date.value = one.on ?? "";
      row.dated = Boolean(one.on);
      row.paper = one.paper;
    }
  }

  clear() {
    super.clear();
    for (const row of this.#rows) this.#tell(row, "");
  }

  #tell(row, message) {
    row.error.textContent = this.touched ? message : "";
    row.error.hidden = row.error.textContent === "";
  }

  #value(row) {
    const paper = row.paperOf();
    const value = { role: row.roleOf(), by: row.picker.value || undefined, on: row.date.value || undefined, paper };
    return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && one !== ""));
  }

  #addOne() {
    const row = this.#row("", false);
    row.focusFirst();
    this.setting.changed();
  }

  #remove(row) {
    this.#rows = this.#rows.filter((one) => one !== row);
    row.element.remove();
  }

  #row(role, asked) {
    const { setting } = this;
    const { roles } = setting.office;
    const row = { role, asked, people: undefined, chosen: false, dated: false, paper: undefined };
    const [byId, onId, roleId] = ["by", "on", "role"].map(freshId);
    row.picker = new Picker({
      id: byId,
      options: () => setting.choices("person", "", row.people),
      texts: { search: setting.text("search.person"), more: setting.text("picker.more"), none: setting.text("picker.none") },
      onChange: () => {
        row.chosen = true;
        this.touched = true;
        setting.changed();
      },
    });
    row.date = element("input", { id: onId, type: "date", class: "fi-input fi-input--date", oninput: () => this.#dated(row) });
    const roleSelect = element("select", { id: roleId, class: "fi-input", onchange: () => setting.changed() }, element("option", { value: "" }, setting.text("choose")), ...Object.entries(roles).map(([value, label]) => element("option", { value }, label)));
    row.roleOf = () => (asked ? role : roleSelect.value);
    row.focusFirst = () => (asked ? row.picker.input : roleSelect).focus();
    row.error = element("p", { class: "fi-error", hidden: true });
    const [paper, paperOf] = this.#paper(row);
    row.paperOf = paperOf;
    const away = asked ? "" : element("button", { type: "button", class: "fi-away", "aria-label": setting.text("remove", { name: setting.text("signed") }), onclick: () => this.#takeAway(row) }, "×");
    row.element = element(
      "div",
      { class: "fi-seat", "data-role": role || undefined },
      asked ? element("span", { class: "fi-seat__role" }, roles[role] ?? role) : element("div", { class: "fi-field" }, element("label", { class: "fi-label", for: roleId }, setting.text("signed.role")), roleSelect),
      element("div", { class: "fi-field" }, element("label", { class: "fi-label", for: byId }, setting.text("signed.by")), row.picker.element),
      element("div", { class: "fi-field" }, element("label", { class: "fi-label", for: onId }, setting.text("signed.on")), row.date),
      away,
      paper,
      row.error,
    );
    this.#rows.push(row);
    this.#list.append(row.element);
    return row;
  }

  #takeAway(row) {
    this.#remove(row);
    this.add.focus();
    this.setting.changed();
  }

  #dated(row) {
    row.dated = true;
    this.setting.changed();
  }

  // A unit without an account signs on paper: where the scan goes, its SHA-256, and who answers for it.
  #paper(row) {
    const { setting } = this;
    const [pathId, fileId, registrarId] = ["path", "file", "registrar"].map(freshId);
    const path = element("input", { id: pathId, class: "fi-input", placeholder: "scans/2019/2019-0051-ack.pdf", oninput: () => setting.changed() });
    const shown = element("code", {});
    const file = element("input", {
      id: fileId,
      type: "file",
      accept: ".pdf,.jpg,.jpeg,.png",
      class: "fi-file",
      onchange: async () => {
        const [scan] = file.files;
        shown.textContent = scan ? await digestOf(scan) : "";
        setting.changed();
      },
    });
    const registrar = new Picker({
      id: registrarId,
      options: () => setting.choices("person"),
      texts: { search: setting.text("search.person"), more: setting.text("picker.more"), none: setting.text("picker.none") },
      onChange: () => setting.changed(),
    });
    const whole = element(
      "details",
      { class: "fi-paper" },
      element("summary", {}, setting.text("paper")),
      element("p", { class: "fi-help" }, setting.text("paper.help")),
      element("label", { class: "fi-label", for: pathId }, setting.text("paper.path")),
      path,
      element("label", { class: "fi-label", for: fileId }, setting.text("paper.scan")),
      file,
      shown,
      element("label", { class: "fi-label", for: registrarId }, setting.text("paper.registrar")),
      registrar.element,
    );
    const paperOf = () => {
      const value = { file: path.value.trim(), sha256: shown.textContent, registrar: registrar.value };
      return whole.open && Object.values(value).some(Boolean) ? value : row.paper;
    };
    return [whole, paperOf];
  }
}
