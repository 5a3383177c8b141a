// The hidden frame with the same page of another origin, which sends requests for this one.

import { sibling } from "./sibling.js";

const SECONDS = 10;

export class OtherPage {
  #frame = document.createElement("iframe");
  #waiting = new Map();
  #ready;

  constructor() {
    this.#frame.hidden = true;
    this.#frame.title = `A page of ${sibling}`;
    this.#ready = new Promise((resolve) => {
      addEventListener("message", ({ data, origin, source }) => {
        if (source !== this.#frame.contentWindow || origin !== sibling) return;
        if (data === "ready") resolve(true);
        else this.#waiting.get(`${data.run}.${data.name}`)?.(data.happened);
      });
      setTimeout(() => resolve(false), SECONDS * 1000);
    });
    this.#frame.src = `${sibling}/other.html`;
    document.body.append(this.#frame);
  }

  /** Send a request there. Without that page nothing is sent, and nothing happened. */
  async perform(row, api, run) {
    if (!(await this.#ready)) return null;
    const key = `${run}.${row.name}`;
    const happened = await new Promise((resolve) => {
      this.#waiting.set(key, resolve);
      this.#frame.contentWindow.postMessage({ row, api, run }, sibling);
    });
    this.#waiting.delete(key);
    return happened;
  }
}
