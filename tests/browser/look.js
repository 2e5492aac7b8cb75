// What LOOK asks of citizens' pages, measured in the page as it is laid out. Returns what falls short, in words.
() => {
  const found = new Set();
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.right > 0;
  };
  const named = (element) => `${element.localName} “${(element.innerText || element.id || "").trim().slice(0, 40)}”`;

  // Text of 18 px and more, and a contrast of 7:1 with what lies behind it.
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const lines = new Map();
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !shown(element) || element.localName === "script") continue;
    const style = getComputedStyle(element);
    if (parseFloat(style.fontSize) < 18) found.add(`${named(element)}: ${style.fontSize}`);
    const [light, dark] = [luminance(channels(style.color)), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 7) found.add(`${named(element)}: contrast ${contrast.toFixed(1)}`);

    // Lines of 66 characters at most: each word is counted to the line it stands in.
    const block = element.closest("p, li, h1, h2, h3, label, legend, blockquote, div");
    for (const word of node.data.matchAll(/\S+\s?/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].trimEnd().length);
      for (const box of range.getClientRects()) {
        if (!lines.has(block)) lines.set(block, new Map());
        const line = Math.round(box.bottom / 8);
        lines.get(block).set(line, (lines.get(block).get(line) || 0) + word[0].length);
        break;
      }
    }
  }
  for (const [block, counts] of lines)
    for (const count of counts.values()) if (count > 67) found.add(`${named(block)}: a line of ${count} characters`);

  // Targets of 44 px and more.
  for (const target of document.querySelectorAll("a, button, input, textarea, select, summary")) {
    const box = target.getBoundingClientRect();
    if (shown(target) && (box.height < 44 || box.width < 44))
      found.add(`${named(target)}: ${Math.round(box.width)} × ${Math.round(box.height)} px`);
  }

  // Every field has a label, and what describes it is there.
  for (const field of document.querySelectorAll("input, textarea")) {
    if (field.type !== "hidden" && !field.labels.length) found.add(`${named(field)}: no label`);
  }
  for (const described of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    const ids = [described.getAttribute("aria-describedby"), described.getAttribute("aria-labelledby")];
    for (const id of ids.filter(Boolean).join(" ").split(" "))
      if (!document.getElementById(id)) found.add(`${named(described)}: nothing is called ${id}`);
  }

  // One heading of the first rank, no rank left out, no name given twice.
  const ranks = [...document.querySelectorAll("main :is(h1, h2, h3, h4)")].map((heading) => Number(heading.localName[1]));
  if (ranks.filter((rank) => rank === 1).length !== 1) found.add("not exactly one h1");
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.add(`two are called ${id}`);

  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    found.add(`it is ${document.documentElement.scrollWidth} px wide`);
  return [...found];
};
