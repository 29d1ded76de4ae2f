// Shows a banner at the top of pages of HTML.
//
//   [filter.banner.settings]
//   text = "This is the staging system"
//   link = "https://status.example.org/"   # none unless set
//   colour = "#b00020"                     # the default
//
// It changes successful responses of text/html in UTF-8 or ASCII that are not compressed; so that they are not, requests for pages go on
// without `accept-encoding`. The beginning of a page is held until its `<body>` has come, at most 64 KiB; a page without one passes as it is.

import { REQUIRED, encode, proxyFilter } from "@witdock/proxy";
import { afterBody, banner } from "./html.js";

const MOST_HELD = 64 * 1024;

export const { filter, httpFilter } = proxyFilter({
  settings: { text: REQUIRED, link: "", colour: "#b00020" },

  configure({ text, link, colour }) {
    if (typeof text !== "string" || text.trim() === "") {
      throw "`text` is empty: expected what the banner says";
    }
    if (link !== "" && !/^(https?:\/\/|\/)/.test(link)) {
      throw `\`link\` is \`${link}\`: expected an address that begins with \`https://\`, \`http://\` or \`/\``;
    }
    if (!/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour)) {
      throw `\`colour\` is \`${colour}\`: expected one such as \`#b00020\``;
    }
    return { banner: banner({ text, link, colour }) };
  },

  requestHeaders(stream) {
    if (/text\/html|\*\/\*/.test(stream.request.get("accept") ?? "")) {
      stream.request.remove("accept-encoding");
    }
  },

  responseHeaders(stream, endOfStream) {
    const { response } = stream;
    const kind = (response.get("content-type") ?? "").toLowerCase();
    const isPage = /^text\/html\s*(;|$)/.test(kind) && !/charset=(?!"?(utf-8|us-ascii))/.test(kind);
    if (endOfStream || response.status !== 200 || !isPage || response.has("content-encoding")) {
      stream.ignore("responseBody");
      return;
    }
    for (const name of ["content-length", "content-digest", "content-md5", "accept-ranges"]) {
      response.remove(name);
    }
    const etag = response.get("etag");
    if (etag !== undefined && !etag.startsWith("W/")) {
      response.set("etag", `W/${etag}`);
    }
  },

  responseBody(stream, endOfStream, size) {
    const body = stream.responseBody;
    // A character for each byte, so that places are those of bytes, also where a character is cut.
    const bytes = body.read();
    const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const place = afterBody(characters, endOfStream || size > MOST_HELD);
    if (place === undefined) {
      return "pause";
    }
    if (place >= 0) {
      body.splice(place, 0, encode(stream.settings.banner));
    }
    stream.ignore("responseBody");
  },
});
