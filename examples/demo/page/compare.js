// Whether what happened is what was predicted.

const COMPARED = {
  allowed: "whether it is allowed",
  status: "the status",
  body: "the body",
  headers: "the headers that the script reads",
  reached: "what reaches the server",
};

/** Return what differs, in words; nothing if the prediction is right. */
export function differences(happened, predicted) {
  return Object.keys(COMPARED)
    .filter((name) => canonical(happened[name]) !== canonical(predicted[name]))
    .map((name) => COMPARED[name]);
}

function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}
