// Asks the page's own server.

const SECONDS = 30;

export class Failure extends Error {}

/** Return what the server responds, as JSON. A rejection is a Failure with its reason. */
export async function ask(path, sent) {
  let response;
  try {
    // A policy can keep the server busy: a regex that Python matches may take hours.
    response = await fetch(path, { signal: AbortSignal.timeout(SECONDS * 1000), ...(sent && post(sent)) });
  } catch {
    throw new Failure("The server of the demo does not respond. Start it again with 'make demo'.");
  }
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(found.error ?? `The server responds with ${response.status}.`);
  return found;
}

function post(sent) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(sent),
  };
}
