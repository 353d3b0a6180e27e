// Light or dark before the first drawing: the reader's choice, else what the system asks for.
{
  const kept = window.__md_get("__palette");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const wanted = kept?.color?.scheme ?? (dark ? "slate" : "default");
  const option = document.querySelector(`input[name="__palette"][data-md-color-scheme="${CSS.escape(wanted)}"]`);
  if (option) document.body.setAttribute("data-md-color-scheme", wanted);
}
