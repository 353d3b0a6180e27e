// Light or dark before the first drawing: the reader's choice, else what the system asks for.
{
  const button = document.getElementById("scheme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const scheme = () => {
    const chosen = window.__md_get("__palette")?.color?.scheme;
    return ["default", "slate"].includes(chosen) ? chosen : dark.matches ? "slate" : "default";
  };
  const draw = () => document.body.setAttribute("data-md-color-scheme", scheme());
  draw();
  dark.addEventListener("change", draw);
  window.addEventListener("storage", draw);
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      window.__md_set("__palette", { color: { scheme: scheme() === "slate" ? "default" : "slate" } });
      draw();
    });
  }
}
