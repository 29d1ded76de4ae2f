// Where a banner belongs in a page, and what it looks like.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML shows it. */
export const escaped = (text) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

/**
 * The place after the tag `<body …>` in the beginning of a page: `undefined` if more of it is needed, and -1 if there is none in all of it. A
 * `>` in quotes does not end the tag, and comments and scripts before it do not count, and neither do those
 * that have not ended yet.
 */
export function afterBody(html, isAll) {
  const pattern = /<!--[^]*?(?:-->|$)|<(script|style|title|noscript)\b[^]*?(?:<\/\1\s*>|$)|<body\b(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
  for (const { 0: found, index } of html.matchAll(pattern)) {
    if (/^<body\b/i.test(found)) {
      return index + found.length;
    }
  }
  return isAll ? -1 : undefined;
}

export function banner({ text, link, colour }) {
  const style = `background:${colour};color:#fff;font:1em/1.4 system-ui,sans-serif;padding:.6em 1em;text-align:center`;
  const shown = escaped(text);
  const inner = link === "" ? shown : `<a href="${escaped(link)}" style="color:inherit">${shown}</a>`;
  return `<div role="status" style="${style}">${inner}</div>`;
}
