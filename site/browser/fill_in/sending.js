// A file's text as it would be → what is added to it, and the way to the forge's own page where it becomes a pull request.
import { element } from "./dom.js";
import { editAddress, newAddress } from "./forge.js";

const get = (name) => document.getElementById(`fill-in-${name}`);
const AROUND = 2;

// The lines that are new, with a few around each run of them; a gap is null.
const addedLines = (before, after) => {
  const old = before.split("\n");
  const lines = after.split("\n");
  const marked = [];
  let at = 0;
  for (const [index, line] of lines.entries()) {
    if (old[at] === line && !isMoved(old, at, lines, index)) {
      marked.push({ number: index + 1, line, isNew: false });
      at += 1;
    } else marked.push({ number: index + 1, line, isNew: true });
  }
  const near = (index) => marked.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((one) => one.isNew);
  return marked.flatMap((one, index) => (near(index) ? [one] : index > 0 && near(index - 1) ? [null] : []));
};

// Whether a line that looks like the old one is the first of what was put before it.
const isMoved = (old, at, lines, index) => lines.length - index > old.length - at && !sameRest(old, at, lines, index);

const sameRest = (old, at, lines, index) => old.slice(at, at + 2).every((line, step) => lines[index + step] === line);

const copied = async (text, area) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No leave, or no secure page: what is selected can be copied by hand.
    area.select();
    return document.execCommand("copy");
  }
};

export class Sending {
  #setting;
  #forge;
  #showWrong;
  #now;

  constructor({ forge, setting, showWrong, cleared, base }) {
    this.#forge = forge;
    this.#setting = setting;
    this.#showWrong = showWrong;
    get("check").addEventListener("click", () => showWrong());
    get("copy").addEventListener("click", () => this.#copy());
    get("save").addEventListener("click", () => this.#save());
    get("go").addEventListener("click", () => this.#copy());
    get("sent").addEventListener("click", () => {
      cleared();
      get("sent-said").textContent = setting.text("sent.done");
    });
    get("base-use").addEventListener("click", () => {
      get("base-said").textContent = setting.text(base(get("base").value) ? "base.used" : "base.broken");
    });
  }

  // `before` is null for a new file. Nothing is offered to send while something is wrong.
  show(now) {
    this.#now = now;
    const { path, text, before, item, kind, problems, name } = now;
    const isNew = before === null;
    get("path").textContent = path;
    const view = get("text");
    const lines = isNew ? text.split("\n").map((line, index) => ({ number: index + 1, line, isNew: true })) : addedLines(before, text);
    view.replaceChildren(...lines.map((one) => this.#line(one)));
    get("whole").value = text;
    get("noplace").hidden = text !== "";
    get("stale").hidden = isNew;
    const { address, filled } = isNew ? newAddress(this.#forge, this.#forge.branch, path, text) : { address: editAddress(this.#forge, this.#forge.branch, path), filled: false };
    const ready = problems === 0 && text !== "";
    get("ready").hidden = !ready;
    get("unready").hidden = ready;
    const go = get("go");
    go.hidden = !address;
    go.href = address || "#";
    get("noforge").hidden = Boolean(address);
    const branch = `${item}-${kind.replaceAll("_", "-")}`;
    const message = `${item} ${name}`;
    get("how").replaceChildren(...this.#steps(isNew, filled, address).map((step) => element("li", {}, this.#setting.text(`how.${step}`, { branch, message }))));
    get("branch").textContent = branch;
    get("message").textContent = message;
  }

  #line(one) {
    if (one === null) return element("div", { class: "fi-code__gap" }, "⋯");
    return element("div", { class: one.isNew ? "fi-code__line fi-code__line--new" : "fi-code__line" }, element("span", { class: "fi-code__number", "aria-hidden": "true" }, one.number), element("code", {}, one.line || " "));
  }

  #steps(isNew, filled, address) {
    if (!address) return ["save"];
    const first = isNew ? (filled ? ["open.filled"] : ["copy", "open.new", "paste.new"]) : ["copy", "open.edit", "paste.edit"];
    return [...first, "commit", "request", "sign"];
  }

  async #copy() {
    if (this.#showWrong()) return;
    const done = await copied(this.#now.text, get("whole"));
    get("copied").textContent = this.#setting.text(done ? "copied" : "copy_by_hand");
  }

  #save() {
    if (this.#showWrong()) return;
    const address = URL.createObjectURL(new Blob([this.#now.text], { type: "text/yaml" }));
    const link = element("a", { href: address, download: this.#now.path.split("/").at(-1) });
    link.click();
    URL.revokeObjectURL(address);
  }
}
