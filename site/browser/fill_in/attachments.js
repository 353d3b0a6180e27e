// A list of files, each with its name and the SHA-256 that is worked out in the page; the file itself goes nowhere.
import { element } from "./dom.js";
import { Part } from "./part.js";

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Needs a page served over HTTPS or from the machine itself, as browsers have it.
export const digestOf = async (file) => hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));

export class AttachmentRows extends Part {
  #list;
  #values = [];

  constructor(field, setting, options = {}) {
    super(field, setting, options);
    const { id, required } = this;
    this.#list = element("ul", { class: "fi-chips" });
    const canCount = Boolean(globalThis.crypto?.subtle);
    this.input = element("input", { id, type: "file", multiple: true, class: "fi-file", onchange: () => this.#take() });
    const legend = element("legend", { class: "fi-legend" }, field.label(setting.language), required ? "" : element("span", { class: "fi-optional" }, setting.text("optional")));
    this.element = element(
      "fieldset",
      { class: "fi-group", "data-field": field.name },
      legend,
      element("p", { class: "fi-help" }, setting.text(canCount ? "attachments.help" : "attachments.insecure")),
      this.#list,
      canCount ? element("label", { class: "fi-label", for: id }, setting.text("attachments.choose")) : "",
      canCount ? this.input : "",
      this.error,
    );
  }

  get focusable() {
    return this.input;
  }

  get() {
    return this.#values.length ? this.#values.map((one) => ({ ...one })) : undefined;
  }

  set(values) {
    this.#values = (values ?? []).map((one) => ({ ...one }));
    this.#show();
  }

  async #take() {
    for (const file of this.input.files) this.#values.push({ name: file.name, sha256: await digestOf(file) });
    this.input.value = "";
    this.#show();
    this.setting.changed();
  }

  #show() {
    this.#list.replaceChildren(
      ...this.#values.map((one) =>
        element(
          "li",
          { class: "fi-chip fi-chip--file" },
          element("span", {}, one.name),
          one.sha256 ? element("code", {}, `${one.sha256.slice(0, 12)}…`) : "",
          element("button", { type: "button", class: "fi-chip__away", "aria-label": this.setting.text("remove", { name: one.name }), onclick: () => this.#remove(one) }, "×"),
        ),
      ),
    );
  }

  #remove(one) {
    this.#values = this.#values.filter((other) => other !== one);
    this.#show();
    this.setting.changed();
  }
}
