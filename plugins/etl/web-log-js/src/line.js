// A line of a web server's log:
//
//   203.0.113.9 - ada [10/Oct/2023:13:55:36 -0700] "GET /a?b HTTP/1.1" 200 2326 "https://example.org/" "Mozilla/5.0"
//
// The two strings at the end are part of Combined Log Format; Common Log Format ends with the size.

import { Reject } from "@witdock/etl";

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const LINE = new RegExp(`^(\\S+) \\S+ .+? \\[([^\\]]*)\\] ${QUOTED} (\\S+) (\\S+)(?: ${QUOTED} ${QUOTED})?\\s*$`);
const TIME = /^(\d\d\/[A-Z][a-z][a-z]\/\d{4}):([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-])(\d\d)([0-5]\d)$/;
const REQUEST = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/;
const STATUS = /^[1-5]\d\d$/;
const BYTES = /^\d{1,18}$/;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** How many characters of an invalid text the message shows. */
const SHOWN_CHARACTERS = 60;

const shown = (text) => (text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);

/** Midnight of a day in seconds, undefined if the day does not exist. The last day is cached, because lines are in order. */
let lastDay = { text: "", seconds: 0 };

function midnight(text) {
  if (text !== lastDay.text) {
    const [day, month, year] = [Number(text.slice(0, 2)), MONTHS.indexOf(text.slice(3, 6)), Number(text.slice(7))];
    const date = new Date(0);
    date.setUTCFullYear(year, month, day);
    const exists = year > 0 && month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === day;
    lastDay = { text, seconds: exists ? date.getTime() / 1000 : undefined };
  }
  return lastDay.seconds;
}

function microseconds(text) {
  const time = TIME.exec(text);
  const day = time && midnight(time[1]);
  if (day === null || day === undefined) {
    throw new Reject("bad-time", `\`${shown(text)}\` is not a time such as 10/Oct/2023:13:55:36 -0700`);
  }
  const [, , hour, minute, second, sign, zoneHours, zoneMinutes] = time;
  const zone = (sign === "-" ? -60 : 60) * (zoneHours * 60 + +zoneMinutes);
  return BigInt(day + hour * 3600 + minute * 60 + +second - zone) * 1_000_000n;
}

/** A quoted text; a dash means null. */
const quoted = (text) => (text === undefined || text === "-" ? null : unescaped(text));

const unescaped = (text) => (text.includes("\\") ? text.replace(/\\(["\\])/g, "$1") : text);

/** The columns of a line. */
export function parse(line) {
  const parts = line === null ? null : LINE.exec(line);
  if (parts === null) {
    const what = line === null ? "the line is missing" : `\`${shown(line)}\` is not a log line`;
    throw new Reject("not-a-log-line", what);
  }
  const [, ip, timeText, requestText, status, bytes, referrer, userAgent] = parts;
  const time = microseconds(timeText);
  const request = REQUEST.exec(unescaped(requestText));
  if (request === null) {
    throw new Reject("bad-request", `\`${shown(requestText)}\` is not a request such as GET / HTTP/1.1`);
  }
  if (!STATUS.test(status)) {
    throw new Reject("bad-status", `\`${shown(status)}\` is not a status from 100 to 599`);
  }
  if (bytes !== "-" && !BYTES.test(bytes)) {
    throw new Reject("bad-bytes", `\`${shown(bytes)}\` is not a number of bytes`);
  }
  return {
    ip,
    time,
    method: request[1],
    path: request[2],
    status: Number(status),
    bytes: bytes === "-" ? null : BigInt(bytes),
    referrer: quoted(referrer),
    user_agent: quoted(userAgent),
  };
}
