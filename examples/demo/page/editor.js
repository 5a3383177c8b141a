// The policy: what lint reports while it is written, and what is applied.

import { element, sign } from "./elements.js";
import { ask } from "./server.js";

const PAUSE = 200;
const SIGNS = { error: "✕", warning: "!" };

export class Editor {
  #text = document.getElementById("policy");
  #verdict = document.getElementById("verdict");
  #problems = document.getElementById("problems");
  #applied;
  #timer;
  #asked = 0;

  /** `apply` takes a text and returns when it decides, or fails with the reason why not. */
  constructor({ policy, default: original }, apply) {
    this.#applied = policy;
    this.#text.value = policy;
    this.#text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#lint(), PAUSE);
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#text.form.requestSubmit();
    });
    this.#text.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply(apply);
    });
    document.getElementById("reset").addEventListener("click", () => {
      this.#text.value = original;
      this.#apply(apply);
    });
  }

  /** Show the policy that the API has, perhaps by another tab, unless somebody is writing here. */
  showApplied(policy) {
    if (this.#text.value === this.#applied) this.#text.value = policy;
    this.#applied = policy;
    this.#lint();
  }

  async #apply(apply) {
    clearTimeout(this.#timer);
    const text = this.#text.value;
    try {
      await apply(text);
      this.#applied = text;
    } catch (error) {
      await this.#lint();
      this.#say(`${error.message} Nothing is changed.`, "error");
      this.#text.focus();
      return;
    }
    this.#lint();
  }

  async #lint() {
    const asked = ++this.#asked;
    const text = this.#text.value;
    let found;
    try {
      found = await ask("/lint", { policy: text });
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#say(error.message, "error");
      this.#problems.replaceChildren();
      return;
    }
    // A later one is on its way.
    if (asked !== this.#asked) return;
    const { problems } = found;
    const errors = problems.filter(({ severity }) => severity === "error").length;
    const state = text === this.#applied ? "" : " Not applied yet.";
    this.#say(counted(errors, problems.length - errors) + state, errors ? "error" : problems.length ? "warning" : "good");
    this.#problems.replaceChildren(...problems.map((problem) => this.#item(problem)));
  }

  #say(words, kind) {
    this.#text.setAttribute("aria-invalid", kind === "error");
    this.#verdict.className = `verdict ${kind}`;
    this.#verdict.replaceChildren(sign(SIGNS[kind] ?? "✓"), words);
  }

  #item({ severity, option, message, code, page, fix }) {
    const link = element("a", { href: page, target: "_blank", rel: "noopener" }, code);
    const item = element(
      "li",
      { class: severity },
      element("strong", { class: "severity" }, sign(SIGNS[severity]), severity),
      element("code", {}, option),
      element("p", {}, `${message}.`),
      link,
    );
    if (fix !== null) {
      const button = element("button", { type: "button", class: "fix" }, "Fix it");
      button.setAttribute("aria-label", `Fix it: ${code}`);
      button.addEventListener("click", () => {
        this.#text.value = fix;
        this.#text.focus();
        this.#lint();
      });
      item.append(button);
    }
    return item;
  }
}

function counted(errors, warnings) {
  if (errors + warnings === 0) return "Lint finds no problems.";
  const parts = [[errors, "error"], [warnings, "warning"]].filter(([count]) => count > 0);
  return `Lint finds ${parts.map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`).join(" and ")}.`;
}
