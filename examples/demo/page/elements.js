// Makes elements. What comes from the server is put in as text, never as HTML.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Return a sign that is only seen: the words beside it say the same. */
export function sign(text) {
  return element("span", { class: "sign", "aria-hidden": "true" }, text);
}
