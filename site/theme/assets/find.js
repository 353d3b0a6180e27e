// "/" goes to the box to search in, wherever the reader is on the page but in a field.
{
  const box = () => document.getElementById("search-query") ?? document.getElementById("find");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target } = event;
    if (target.isContentEditable || target.closest?.("input, textarea, select")) return;
    const found = box();
    if (!found) return;
    event.preventDefault();
    found.focus();
    found.select();
  });
}
