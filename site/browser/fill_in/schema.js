// A bundle of JSON Schemas → the fields they describe, references resolved, as duban.schema has them.
const NAMING = ["title", "x-title-en", "description", "x-description-en"];

const target = (bundle, ref) => ref.replace(/^#\//, "").split("/").reduce((here, part) => here[part], bundle);

class Field {
  #bundle;
  #properties;
  #items;

  constructor(bundle, name, given) {
    let schema = {};
    for (let here = given; here; here = here.$ref ? target(bundle, here.$ref) : undefined) schema = { ...here, ...schema };
    this.#bundle = bundle;
    this.name = name;
    this.schema = schema;
    this.type = schema.type ?? "";
    this.required = new Set(schema.required ?? []);
    this.entry = schema["x-entry"] ?? "";
    this.datedBy = schema["x-dated-by"] ?? "";
    this.ref = schema["x-ref"] ?? "";
    this.series = schema["x-series"] ?? "";
    this.signsAs = schema["x-signs-as"] ?? "";
    this.sources = schema["x-from"] ?? [];
    this.comesWith = schema["x-with"] ?? [];
    this.closes = Boolean(schema["x-closes"]);
    this.isDue = Boolean(schema["x-due"]);
    this.isDate = schema.format === "date";
    this.enum = "const" in schema ? [schema.const] : (schema.enum ?? []);
  }

  get properties() {
    this.#properties ??= Object.fromEntries(
      Object.entries(this.schema.properties ?? {}).map(([name, schema]) => [name, new Field(this.#bundle, name, schema)]),
    );
    return this.#properties;
  }

  // What stands in a list is called as the list is, where the schema gives it no name of its own.
  get items() {
    if (this.#items === undefined && this.schema.items) {
      const named = Object.fromEntries(NAMING.filter((key) => key in this.schema).map((key) => [key, this.schema[key]]));
      this.#items = new Field(this.#bundle, this.name, { ...named, ...this.schema.items });
    }
    return this.#items;
  }

  get mayComeLater() {
    return Boolean(this.entry || this.items?.entry || this.schema["x-later"]);
  }

  label(language) {
    return (language === "en" && this.schema["x-title-en"]) || this.schema.title || this.name;
  }

  help(language) {
    return (language === "en" && this.schema["x-description-en"]) || this.schema.description || "";
  }

  valueLabel(value, language) {
    return String((language === "en" && this.schema["x-enum-en"]?.[value]) || value);
  }

  at(pointer) {
    return pointer.reduce((here, part) => (typeof part === "number" ? here?.items : here?.properties[part]), this);
  }
}

export const rootField = (bundle) => new Field(bundle, "item", target(bundle, bundle.$ref));
