// The table of requests.

import { differences } from "./compare.js";
import { element, sign } from "./elements.js";

export class Table {
  #bodies = new Map();

  constructor(table, { fetches, page, other }) {
    const senders = { this: `From this page, ${page}`, other: `From a page of ${other}, in a hidden frame` };
    let sender = null;
    for (const row of fetches) {
      if (row.sender !== sender) table.append(group(senders[(sender = row.sender)]));
      const body = element("tbody", { role: "rowgroup", "data-fetch": row.name });
      this.#bodies.set(row.name, body);
      body.append(...emptyRows(row));
      table.append(body);
    }
  }

  /** Show how a request ended, and return whether that was predicted. */
  show(row, happened, predicted, received) {
    const body = this.#bodies.get(row.name);
    const [result, prediction, reason] = body.querySelectorAll("td");
    if (happened === null) {
      result.replaceChildren(note("not sent: that page did not load"));
      prediction.replaceChildren();
      reason.replaceChildren();
      return false;
    }
    const reached = received.map(({ method, status }) => [method, status]);
    const differing = differences({ ...happened, reached }, predicted);
    body.dataset.allowed = happened.allowed;
    body.dataset.same = differing.length === 0;
    result.replaceChildren(verdict(happened), ...known(row, happened));
    prediction.replaceChildren(verdict(predicted), agreement(differing), ...why(predicted));
    reason.replaceChildren(...atTheServer(received));
    return differing.length === 0;
  }
}

function group(title) {
  return element(
    "tbody",
    { role: "rowgroup", class: "group" },
    element(
      "tr",
      { role: "row" },
      element("th", { role: "rowheader", scope: "rowgroup", colspan: 3 }, title),
    ),
  );
}

function emptyRows(row) {
  const request = element(
    "th",
    { role: "rowheader", scope: "row", rowspan: 2 },
    element("span", { class: "title" }, row.title),
    element("code", { class: "request" }, asked(row)),
    ...details(row.init).map((each) => element("code", { class: "detail" }, each)),
    element("span", { class: "about" }, row.about),
  );
  const cell = (label) => element("td", { role: "cell", "data-label": label }, "…");
  return [
    element("tr", { role: "row" }, request, cell("In this browser"), cell("Predicted")),
    element(
      "tr",
      { role: "row", class: "reason" },
      element("td", { role: "cell", colspan: 2 }, "…"),
    ),
  ];
}

function asked(row) {
  const path = row.path.split("?")[0];
  return `${row.is_websocket ? "WebSocket" : row.init.method ?? "GET"} ${path}`;
}

function details(init) {
  return [
    ...Object.entries(init.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ...(init.credentials ? [`credentials: ${init.credentials}`] : []),
  ];
}

function verdict({ allowed, status }) {
  const words = allowed ? "allowed" : "blocked";
  const pill = element("strong", { class: `pill ${words}` }, sign(allowed ? "✓" : "✕"), words);
  return element("span", { class: "line" }, pill, ...(status === null ? [] : [`status ${status}`]));
}

/** Return what the script knows. */
function known(row, { allowed, body, headers, error }) {
  if (!allowed) return [note(`The script gets ${error}, and no reason.`)];
  if (row.is_websocket) return [note("The connection opens.")];
  return [
    note("The script reads ", element("code", {}, body || "nothing")),
    note("and ", ...listed(Object.keys(headers).sort())),
  ];
}

function listed(names) {
  if (names.length === 0) return ["no header"];
  return names.flatMap((name, index) => [...(index ? [", "] : []), element("code", {}, name)]);
}

function agreement(differing) {
  if (differing.length === 0) return element("span", { class: "same" }, sign("="), "as it happened");
  return element("span", { class: "differs" }, sign("≠"), `not as it happened: ${differing.join(", ")}`);
}

function why({ kind, reason }) {
  if (kind === null) return [];
  return [note(element("code", {}, kind)), note(capital(reason))];
}

/** Return which requests reached the server, and the decision about the last one. */
function atTheServer(received) {
  if (received.length === 0) return [note("Nothing reached the server.")];
  const steps = received.map(({ method, status }) => `${method} ${status}`).join(", then ");
  const { ran, explanation } = received.at(-1);
  const [first, ...rest] = explanation.split("\n");
  return [
    element(
      "span",
      { class: "steps" },
      element("strong", {}, "Server "),
      element("code", {}, steps),
      ran ? ". The application ran." : ". The application did not run.",
    ),
    note(`${capital(first)}.`),
    ...rest.map((line) => element("span", { class: "note denial" }, line.trim())),
  ];
}

function note(...children) {
  return element("span", { class: "note" }, ...children);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
