// Pages that are not in Chinese: the record's own text stays as written, and says that it is Chinese, for those who
// have the page read to them (WCAG 3.1.2). Done here and not in the build, which writes thousands of such pages.
{
  const HAN = /\p{Script=Han}/u;
  const LATIN = /\p{Script=Latin}{3}/u;
  // From the first Chinese sign to the last one before a word in Latin letters.
  const RUNS = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef](?:(?:(?!\p{Script=Latin}{3})[^])*[\p{Script=Han}\u3000-\u303f\uff00-\uffef])?/gu;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const around = walker.currentNode.parentElement;
    if (HAN.test(walker.currentNode.data) && !around.closest("script, style, [lang^=zh]")) found.push(walker.currentNode);
  }
  for (const text of found) {
    const around = text.parentElement;
    if (around.childNodes.length === 1 && !LATIN.test(text.data)) {
      around.lang = "zh";
      continue;
    }
    const parts = document.createDocumentFragment();
    let end = 0;
    for (const { 0: run, index } of text.data.matchAll(RUNS)) {
      const part = document.createElement("span");
      part.lang = "zh";
      part.textContent = run;
      parts.append(text.data.slice(end, index), part);
      end = index + run.length;
    }
    parts.append(text.data.slice(end));
    if (around.namespaceURI === document.body.namespaceURI) text.replaceWith(parts);
    else around.setAttribute("lang", "zh");
  }
}
