// One student, or one scenario, beside the page; Esc closes it and gives the focus back.
const panel = (() => {
  const box = by("panel");
  let before = null;
  function open(title, ...content) {
    if (box.hidden) before = document.activeElement;
    const close = make("button", "Close (Esc)", {type: "button", class: "close"});
    close.addEventListener("click", shut);
    box.replaceChildren(close, make("h2", title, {id: "panel-title"}), ...content);
    box.hidden = false;
    box.scrollTop = 0;
    box.focus();
  }
  function shut() {
    box.hidden = true;
    box.replaceChildren();
    if (before && before.isConnected) before.focus();
  }
  function said(student, scenario) {
    const [sign, word] = WORDS[student.verdicts[scenario.at]], item = make("li");
    const wrong = scenario.at in student.wrong;
    item.append(make("span", `${sign} ${word} `, {class: word}));
    item.append(wrong ? make("a", scenario.title, {href: evidence(student, scenario.anchor)}) : scenario.title);
    if (wrong) item.append(make("br"), data.texts[student.wrong[scenario.at]]);
    return item;
  }
  function list(items) {
    const found = make("ul");
    found.append(...items);
    return found;
  }
  function student(one, chosen) {
    const about = [one.name, one.tutor && `tutor ${one.tutor}`, one.stream, one.level && `stage ${one.level}`];
    const parts = [make("p", about.filter(Boolean).join(" · "), {class: "quiet"}),
      make("p", `${one.marks} of ${one.possible} marks`, {class: "total"})];
    if (one.undecided) parts.push(make("p", `? up to ${one.undecided} more are undecided`, {class: "note"}));
    if (one.trouble) parts.push(make("p", `✗ ${one.trouble}`, {class: "note text"}));
    if (chosen) parts.push(list([said(one, chosen)]));
    const links = make("p");
    links.append(make("a", "evidence", {href: evidence(one)}), " · ", make("a", "feedback", {href: `${one.link}/feedback.html`}));
    parts.push(links);
    if (one.lines.length)
      parts.push(make("h3", "Where marks are missing"), list(one.lines.map(([line, earned, possible]) => make("li", `${line}: ${earned} of ${possible}`))));
    const rest = data.scenarios.filter((row) => "FUS".includes(one.verdicts[row.at]) && row !== chosen);
    rest.sort((a, b) => compare(one.verdicts[a.at], one.verdicts[b.at]) || a.at - b.at);
    if (rest.length) parts.push(make("h3", "What did not pass"), list(rest.map((row) => said(one, row))));
    open(one.id, ...parts);
  }
  function scenario(row) {
    const bad = view.columns.filter((one) => row.at in one.wrong);
    const parts = [make("p", [row.key, row.clause, ...row.marks].filter(Boolean).join(" · "), {class: "quiet"}),
      make("p", ["F", "U", "S"].map((letter) => `${WORDS[letter][0]} ${row.counts[letter]} ${WORDS[letter][1]}`).join(", "))];
    const items = bad.map((one) => {
      const item = make("li");
      item.append(make("a", one.id, {href: evidence(one, row.anchor)}), ` ${data.texts[one.wrong[row.at]]}`);
      return item;
    });
    open(row.title, ...parts, list(items));
  }
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  return {student, scenario, shut, get open() { return !box.hidden; }};
})();

function options(id, values) {
  by(id).append(...[...new Set(values)].filter(Boolean).sort(text).map((value) => make("option", value, {value})));
}
options("tutor", data.students.map((one) => one.tutor));
options("stream", data.students.map((one) => one.stream));
by("filters").addEventListener("input", show);
by("filters").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-student]");
  if (button) panel.student(data.students[button.dataset.student]);
});
document.addEventListener("keydown", (event) => {
  const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !writing) {
    event.preventDefault();
    by("text").focus();
  } else if (event.key === "Escape") {
    if (panel.open) panel.shut();
    else if (event.target === by("text")) { by("text").value = ""; show(); by("matrix").focus(); }
  }
});
show();
