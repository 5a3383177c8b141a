// Sends requests for the page that has this one in a hidden frame. Their Origin is that of this page.

import { perform } from "./live.js";
import { sibling } from "./sibling.js";

addEventListener("message", async ({ data, origin, source }) => {
  if (source !== parent || origin !== sibling) return;
  const happened = await perform(data.row, data.api, data.run);
  parent.postMessage({ name: data.row.name, run: data.run, happened }, sibling);
});
parent.postMessage("ready", sibling);
