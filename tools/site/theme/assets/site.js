// What the theme leaves out for people who use a keyboard or a screen reader.

// The dialog of the search has no name.
document.querySelector(".md-search")?.setAttribute("aria-label", "Search");

// What is wider than the page scrolls inside itself: then the keyboard must reach it.
const wide = { "Table that scrolls": ".md-typeset__scrollwrap", "Plot that scrolls": "p:has(> img)" };
function reach() {
  for (const [label, selector] of Object.entries(wide)) {
    for (const part of document.querySelectorAll(`.md-typeset ${selector}`)) {
      const scrolls = part.scrollWidth > part.clientWidth;
      for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", label]]) {
        if (scrolls) part.setAttribute(name, value);
        else part.removeAttribute(name);
      }
    }
  }
}
addEventListener("load", reach);
addEventListener("resize", reach);
