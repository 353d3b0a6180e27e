// The page on which one kind of entry is filled in: an item, the form, what is wrong, how it will look, its text, and the way to the forge.
import { WorkCalendar, dayInChina } from "./lights.js";
import { Checker } from "./fill_in/check.js";
import { element } from "./fill_in/dom.js";
import { forget, keep, kept } from "./fill_in/drafts.js";
import { Amendment } from "./fill_in/amendment.js";
import { Group, Simple } from "./fill_in/form.js";
import { ledgerItems } from "./fill_in/items.js";
import { itemPath, nextItem } from "./fill_in/numbers.js";
import { openings } from "./fill_in/openings.js";
import { Picker } from "./fill_in/picker.js";
import { dataOf, NoPlaceError, withPart } from "./fill_in/place.js";
import { around, prefilled } from "./fill_in/prefill.js";
import { preview } from "./fill_in/preview.js";
import { rootField } from "./fill_in/schema.js";
import { Sending } from "./fill_in/sending.js";
import { seats } from "./fill_in/signing.js";
import { fileText } from "./fill_in/text.js";
import { Setting } from "./fill_in/widgets.js";

const settings = JSON.parse(document.getElementById("fill-in-script").textContent);
const get = (name) => document.getElementById(`fill-in-${name}`);
const PAUSE = 120;
const IS_NEW = settings.kind === "intake";
const IS_LATER = settings.kind === "later";
// What nobody fills in: it is given, or it says how a file came to be.
const GIVEN = new Set(["id", "secrecy", "sample", "transcribed"]);

const withoutUndefined = (data) => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

class Page {
  #data;
  #root;
  #setting;
  #checker;
  #form;
  #extras;
  #item = "";
  #file;
  #record;
  #effective;
  #opening;
  #before = new Set();
  #timer;
  #sending;

  async start() {
    const [data, items] = await Promise.all([this.#load(settings.data), ledgerItems(settings.ledger)]);
    this.#data = data;
    this.#root = rootField(data.schema);
    this.#setting = new Setting({
      texts: settings.texts,
      language: settings.language,
      office: data.office,
      calendar: data.calendar,
      items: () => items,
      changed: () => this.#later(),
      today: () => this.#today(),
    });
    this.#checker = new Checker(data.schema, this.#root, settings.language);
    this.#sending = new Sending({ forge: data.forge, setting: this.#setting, showWrong: () => this.#showWrong(), cleared: () => this.#clear(), base: (text) => this.#rebase(text) });
    get("loading").hidden = true;
    get("work").hidden = false;
    if (IS_NEW) this.#begin({ pointer: [], field: this.#root, kind: "intake" });
    else this.#offerItems();
  }

  #today() {
    return this.#data.office.day || dayInChina(Date.now());
  }

  async #load(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  #offerItems() {
    const picker = new Picker({
      id: "fill-in-item-input",
      options: () => this.#setting.items(),
      texts: { search: this.#setting.text("search.item"), more: this.#setting.text("picker.more"), none: this.#setting.text("picker.none") },
      onChange: (value) => value && this.#choose(value),
    });
    get("item").append(picker.element);
    get("item-part").hidden = false;
    const asked = new URLSearchParams(location.search).get("item");
    if (asked) {
      picker.value = asked;
      this.#choose(asked);
    }
  }

  async #choose(identity) {
    const said = get("item-said");
    this.#form = undefined;
    get("form-part").hidden = true;
    if (!/^\d{4}-\d{4,6}$/.test(identity)) return;
    let known;
    try {
      known = await this.#load(settings.items.replace("{id}", identity));
    } catch {
      said.textContent = this.#setting.text("item.unknown", { id: identity });
      return;
    }
    history.replaceState(null, "", `?item=${identity}`);
    this.#item = identity;
    if (!known.file.text) {
      said.textContent = this.#setting.text("item.withheld", { path: known.file.path });
      return;
    }
    this.#file = known.file;
    this.#effective = known.record;
    this.#record = dataOf(known.file.text);
    const all = openings(this.#effective, this.#root);
    const here = all.filter((one) => this.#fits(one));
    this.#tellOthers(all, here.length > 0);
    if (!here.length) return;
    if (here.length > 1 || IS_LATER) this.#offerPlaces(here);
    else this.#begin(here[0]);
  }

  // What comes later to an entry, a rating or a countersignature, has one page for all.
  #fits({ pointer, field }) {
    if (IS_LATER) return !field.entry;
    return pointer.filter((part) => typeof part === "string").join("/") === settings.path.join("/");
  }

  // What else may be added to the item now, each a link to its own page.
  #tellOthers(all, fits) {
    const record = this.#effective;
    const said = get("item-said");
    const kinds = new Set(all.map(({ field }) => field.entry || "later").filter((kind) => kind !== settings.kind));
    const links = [...kinds].flatMap((kind, index) => {
      const [page, name] = settings.pages[kind];
      return [index ? this.#setting.text("comma") : "", element("a", { href: `${page}?item=${this.#item}` }, name)];
    });
    said.replaceChildren(
      element("p", { class: fits ? "fi-item" : "fi-item fi-item--closed" }, fits ? element("a", { href: settings.page.replace("{id}", this.#item) }, `${this.#item} ${record.title}`) : this.#setting.text("item.not_now", { title: record.title })),
      links.length ? element("p", { class: "fi-others" }, this.#setting.text(fits ? "item.others" : "item.instead"), ...links) : "",
    );
  }

  #offerPlaces(found) {
    const select = element("select", { class: "fi-input", id: "fill-in-place", onchange: () => this.#begin(found[Number(select.value)]) });
    for (const [index, { pointer }] of found.entries()) select.append(element("option", { value: index }, this.#placeName(pointer)));
    select.value = found.length - 1;
    get("item-said").append(element("label", { class: "fi-label", for: "fill-in-place" }, this.#setting.text("place")), select);
    this.#begin(found.at(-1));
  }

  #placeName(pointer) {
    // From the outermost list in; what would be added is no more than a name yet.
    const names = [];
    let here = this.#effective;
    for (const [index, part] of pointer.entries()) {
      const field = this.#root.at(pointer.slice(0, index + 1));
      here = here?.[part];
      if (typeof part === "string") names.push(field.label(settings.language));
      else if (here) names.push([part + 1, here.form_no ?? here.on ?? here.applied_on ?? here.task].filter(Boolean).join(" "));
    }
    return names.join(" › ");
  }

  #begin(opening) {
    this.#opening = opening;
    const { field, pointer } = opening;
    this.#before = new Set(IS_NEW ? [] : this.#problems(this.#record).map((one) => one.key));
    const known = { record: this.#effective ?? {}, office: this.#data.office, taken: this.#data.taken, workdays: this.#setting.workdays, day: this.#today() };
    if (IS_NEW) {
      const entries = Object.values(field.properties).filter((child) => child.mayComeLater && child.name !== "intake");
      this.#form = new Group(field, this.#setting, {
        top: true,
        without: new Set([...GIVEN, ...entries.map((one) => one.name)]),
        seats: (day) => this.#seats("intake", day),
      });
      this.#form.set({ intake: prefilled({ ...known, record: {} }, ["intake"], field.properties.intake) });
    } else if (settings.kind === "amendment") {
      this.#form = new Amendment(field, this.#setting, { record: this.#effective, root: this.#root, seats: (day) => this.#seats("amendment", day) });
      this.#form.set(prefilled(known, pointer, field));
    } else {
      const isGroup = Object.keys(field.properties).length > 0;
      this.#form = isGroup ? new Group(field, this.#setting, { top: true, seats: (day) => this.#seats(field.entry, day) }) : new Simple(field, this.#setting);
      this.#form.set(prefilled(known, pointer, field));
    }
    this.#extras = this.#beside(field, pointer, known);
    get("fields").replaceChildren(this.#form.element, ...this.#extras.map((one) => one.element));
    get("form-part").hidden = false;
    this.#restore();
    this.#now();
  }

  // What is filled in together with the entry beside it.
  #beside(field, pointer, known) {
    if (!field.comesWith.length) return [];
    const outer = pointer.slice(0, -1);
    const parent = this.#root.at(outer);
    const there = outer.reduce((here, part) => here[part], this.#record);
    return field.comesWith
      .filter((name) => !(name in there))
      .map((name) => {
        const group = new Group(parent, this.#setting, { top: true, always: new Set([name]), without: new Set(Object.keys(parent.properties).filter((other) => other !== name)), later: true });
        group.set({ [name]: prefilled(known, [...outer, name], parent.properties[name]) });
        return group;
      });
  }

  #seats(kind, day) {
    const entry = this.#form?.get() ?? {};
    const nodes = IS_NEW ? [entry.intake ?? {}, entry] : [entry, ...around(this.#effective, this.#opening.pointer)];
    return seats(kind, nodes, this.#data.office, day || this.#today());
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#now(), PAUSE);
  }

  get #name() {
    return IS_NEW ? "item" : `${settings.kind}.${this.#item}`;
  }

  #restore() {
    const draft = kept(this.#name);
    const notice = get("draft");
    notice.hidden = !draft;
    if (!draft) return;
    this.#form.set(draft.value.entry);
    for (const [index, one] of this.#extras.entries()) one.set(draft.value.extras?.[index]);
    get("draft-at").textContent = new Date(draft.at).toLocaleString(settings.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
    get("draft-drop").onclick = () => {
      this.#clear();
      this.#begin(this.#opening);
    };
  }

  #clear() {
    forget(this.#name);
    get("draft").hidden = true;
  }

  #rebase(text) {
    try {
      this.#record = dataOf(text);
    } catch {
      return false;
    }
    this.#file = { ...this.#file, text };
    this.#now();
    return true;
  }

  #entry() {
    const { field } = this.#opening;
    const entry = this.#form.get() ?? {};
    const signed = (IS_NEW ? this.#form.part("intake") : this.#form).part("signed");
    signed?.refresh(IS_NEW ? entry.intake?.received_on : entry[field.datedBy]);
    return this.#form.get() ?? (this.#form instanceof Simple ? "" : {});
  }

  // The entry, the file as it would be, and what is added to it part by part.
  #made() {
    const entry = this.#entry();
    if (IS_NEW) {
      const year = (entry.intake?.received_on ?? this.#today()).slice(0, 4);
      const id = nextItem(this.#data.taken.items, year);
      const record = withoutUndefined({ id, title: entry.title, openness: entry.openness, openness_reason: entry.openness_reason, secrecy: this.#root.properties.secrecy.enum[0], ...entry });
      return { entry, record, path: itemPath(id), parts: [] };
    }
    const { pointer } = this.#opening;
    const outer = pointer.slice(0, -1);
    const extras = this.#extras.flatMap((one) => Object.entries(one.get() ?? {}).map(([name, value]) => [[...outer, name], value]));
    const parts = [[pointer, entry], ...extras];
    const record = structuredClone(this.#record);
    for (const [place, value] of parts) {
      let here = record;
      for (const [index, part] of place.slice(0, -1).entries()) here = here[part] ??= typeof place[index + 1] === "number" ? [] : {};
      here[place.at(-1)] = value;
    }
    return { entry, record, path: this.#file.path, parts };
  }

  #problems(record) {
    const office = { ...this.#data.office, day: this.#today() };
    return this.#checker.asWritten(record, office).map((one) => ({ ...one, key: `${one.code} ${one.pointer.join("/")}` }));
  }

  #now() {
    if (!this.#form) return;
    const made = this.#made();
    const problems = this.#problems(made.record).filter((one) => !this.#before.has(one.key));
    this.#tell(problems);
    const shown = preview(made.entry, this.#opening.field, made.record, settings.paper, this.#view());
    get("preview").replaceChildren(shown);
    this.#sending.show({ ...this.#text(made), item: made.record.id ?? this.#item, kind: settings.kind, problems: this.#refused(problems).length, name: settings.title });
    if (!keep(this.#name, { entry: made.entry, extras: this.#extras.map((one) => one.get()) })) get("unkept").hidden = false;
  }

  #view() {
    const { office } = this.#data;
    const { units } = office;
    const names = { unit: (id) => units[id]?.name, person: (id) => office.people[id]?.name, campaign: (id) => office.campaigns[id], cause: (code) => office.causes[code] };
    return {
      language: settings.language,
      root: this.#root,
      title: IS_LATER ? this.#opening.field.label(settings.language) : settings.title,
      roles: office.roles,
      officeName: units[office.id]?.full ?? "",
      officeShort: units[office.id]?.name ?? "",
      text: (name, values) => this.#setting.text(name, values),
      name: (kind, value) => names[kind]?.(value) ?? value,
    };
  }

  #text({ path, record, parts }) {
    if (IS_NEW) return { path, text: fileText(record, this.#root), before: null };
    try {
      const text = parts.reduce((whole, [pointer, value]) => withPart(whole, pointer, value, this.#root), this.#file.text);
      return { path, text, before: this.#file.text };
    } catch (error) {
      if (!(error instanceof NoPlaceError)) throw error;
      return { path, text: "", before: this.#file.text };
    }
  }

  #partAt({ pointer }) {
    const start = this.#opening.pointer.length;
    const isInside = this.#opening.pointer.every((part, index) => pointer[index] === part);
    if (isInside) return [this.#form, pointer.slice(start)];
    const outer = start - 1;
    const extra = this.#extras.find((one) => one.part(pointer[outer]));
    return extra ? [extra, pointer.slice(outer)] : [this.#form, []];
  }

  #tell(problems) {
    this.#form.clear();
    for (const one of this.#extras) one.clear();
    for (const problem of [...problems].reverse()) {
      const [form, pointer] = this.#partAt(problem);
      form.at(pointer).say(this.#message(problem));
    }
    this.#wrong = problems;
    const items = problems.map((problem) => element("li", {}, element("button", { type: "button", class: "fi-goto", onclick: () => this.#goTo(problem) }, this.#message(problem))));
    get("problems").replaceChildren(...items);
    const count = this.#refused(problems).length;
    if (count) get("count").textContent = this.#setting.text("problems", { count });
    else get("count").textContent = problems.length ? this.#setting.text("doubts", { count: problems.length }) : this.#setting.text("no_problems");
    get("count").classList.toggle("fi-count--none", !problems.length);
  }

  #wrong = [];

  // What a check warns of may be sent: people are to look at it, and it may be right.
  #refused(problems) {
    return problems.filter(({ code }) => !settings.warnings.includes(code));
  }

  #message({ code, details }) {
    return this.#setting.text(`${code}.message`, details);
  }

  #goTo(problem) {
    const [form, pointer] = this.#partAt(problem);
    for (let part = form, rest = pointer; part; part = part.part?.(rest[0]), rest = rest.slice(1)) if (rest.length) part.reveal?.(rest[0]);
    const part = form.at(pointer);
    (part.focusable ?? form.focusable)?.focus();
  }

  #showWrong() {
    this.#form.touch();
    for (const one of this.#extras) one.touch();
    this.#now();
    const refused = this.#refused(this.#wrong);
    if (refused.length) this.#goTo(refused[0]);
    return refused.length > 0;
  }
}

new Page().start().catch((error) => {
  get("loading").textContent = settings.texts.failed;
  throw error;
});
