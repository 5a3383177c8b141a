// The page: it runs the table of requests, at the start and after each change of the policy.

import { Editor } from "./editor.js";
import { sign } from "./elements.js";
import { OtherPage } from "./frame.js";
import { perform } from "./live.js";
import { ask } from "./server.js";
import { Table } from "./table.js";

const summary = document.getElementById("summary");

function say(words, kind) {
  const signs = { good: "✓", error: "✕" };
  summary.className = `summary ${kind}`;
  summary.replaceChildren(...(signs[kind] ? [sign(signs[kind])] : []), words);
}

class Demo {
  #about;
  #table;
  #editor;
  #other = new OtherPage();
  #running = Promise.resolve();

  constructor(about) {
    this.#about = about;
    this.#table = new Table(document.querySelector("table"), about);
    this.#editor = new Editor(about, async (text) => {
      await ask("/policy", { policy: text });
      this.run();
    });
  }

  /** Run the table, after the run that is on its way. */
  run() {
    this.#running = this.#running.then(() => this.#run()).catch((error) => say(error.message, "error"));
    return this.#running;
  }

  async #run() {
    const { api, fetches } = this.#about;
    const run = Math.random().toString(36).slice(2, 12);
    say(`Sending ${fetches.length} requests …`, "busy");
    const predicted = await ask("/predictions");
    this.#editor.showApplied(predicted.policy);
    const happened = {};
    for (const row of fetches) {
      const page = row.sender === "this" ? { perform } : this.#other;
      happened[row.name] = await page.perform(row, api, run);
    }
    const received = await ask(`/received?run=${run}`);
    const same = fetches.filter((row) =>
      this.#table.show(row, happened[row.name], predicted.fetches[row.name], received.fetches[row.name]),
    );
    if (received.version !== predicted.version) {
      say("The policy was changed meanwhile, in another tab. Run again.", "error");
      return;
    }
    summary.dataset.run = run;
    const allowed = fetches.filter((row) => happened[row.name]?.allowed).length;
    const counts = `${allowed} allowed, ${fetches.length - allowed} blocked`;
    if (same.length === fetches.length) {
      say(`All ${same.length} ended as predicted: ${counts}.`, "good");
    } else {
      say(`${same.length} of ${fetches.length} ended as predicted: ${counts}.`, "error");
    }
  }
}

async function start() {
  const about = await ask("/demo");
  document.getElementById("page").textContent = about.page;
  document.getElementById("api").textContent = about.api;
  const other = document.getElementById("other");
  other.textContent = other.href = about.other;
  const demo = new Demo(about);
  document.getElementById("run").addEventListener("click", () => demo.run());
  await demo.run();
}

start().catch((error) => say(error.message, "error"));
