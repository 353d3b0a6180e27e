// The rows of the ledger's table → the items to choose from, the latest first.

// Where the ledger's data cannot be had, an id that is typed in full still works.
export const ledgerItems = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) return [];
  const { columns } = await answer.json();
  const titles = columns.title.split("\n");
  const ids = columns.id.flatMap(([year, serials]) => serials.split(" ").map((serial) => `${year}-${serial}`));
  return ids.map((id, index) => ({ value: id, label: `${id} ${titles[index]}`, note: "", words: [id, titles[index]], spelling: [] })).reverse();
};
