// Valid data and its schema's fields → what stands in it: entries, dates, references, texts, numbers (duban.survey).
export const survey = (data, root) => {
  const found = { entries: [], facts: [], references: [], texts: [], numbers: [] };
  const walk = (node, here, pointer, given) => {
    let day = given;
    if (here.items) {
      for (const [index, value] of node.entries()) walk(value, here.items, [...pointer, index], day);
    } else if (Object.keys(here.properties).length) {
      if (here.datedBy) day = node[here.datedBy] ?? day;
      if (here.entry) found.entries.push({ field: here, pointer, day, data: node });
      for (const [name, value] of Object.entries(node)) {
        const child = here.properties[name];
        if (child) walk(value, child, [...pointer, name], day);
      }
    } else if (here.isDate) {
      if (!here.isDue) found.facts.push([node, pointer]);
    } else if (here.ref) found.references.push([here.ref, pointer, node, day]);
    else if (here.series) found.numbers.push([here.series, pointer, node, day]);
    else if (here.type === "string" && !here.enum.length && !here.schema["x-personal"]) found.texts.push([pointer, node]);
  };
  walk(data, root, [], "");
  return found;
};

export const valueAt = (data, pointer) => pointer.reduce((here, part) => here?.[part], data);
