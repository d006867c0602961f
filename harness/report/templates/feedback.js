"use strict";
// A link to a scenario opens it: within the page, and from the page of the class.
function openTarget() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place instanceof HTMLDetailsElement) {
    place.open = true;
    place.scrollIntoView();
    place.querySelector("summary").focus({preventScroll: true});
  }
}
addEventListener("hashchange", openTarget);
// The browser goes to the place itself while it loads, and takes the focus from it: so once more after that.
addEventListener("load", () => requestAnimationFrame(openTarget));
openTarget();
const all = document.getElementById("all");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const open = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", String(open));
    for (const one of document.querySelectorAll("details.scenario")) one.open = open;
  });
}
