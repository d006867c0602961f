"use strict";
// The page of a class: what is shown, in which order. Every text becomes a text node, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const WORDS = {".": ["·", "passed", "P"], F: ["✗", "failed", "F"], U: ["?", "undecided", "U"], S: ["-", "skipped", "S"],
  " ": ["", "not played", "N"]};
const by = (id) => document.getElementById(id);
function make(tag, text, more = {}) {
  const found = document.createElement(tag);
  if (text !== undefined) found.textContent = text;
  for (const [name, value] of Object.entries(more)) found.setAttribute(name, value);
  return found;
}
const evidence = (student, anchor) => `${student.link}/evidence.html${anchor ? "#" + anchor : ""}`;
const count = (verdicts, letter) => verdicts.split(letter).length - 1;
const compare = (one, other) => one < other ? -1 : one > other ? 1 : 0;
const text = (one, other) => one.localeCompare(other, undefined, {numeric: true});

data.students.forEach((student, at) => {
  student.at = at;
  student.failed = count(student.verdicts, "F");
  student.words = [student.id, student.name, student.tutor, student.stream].join(" ").toLowerCase();
});
data.scenarios.forEach((scenario, at) => {
  scenario.at = at;
  scenario.counts = {F: 0, U: 0, S: 0};
  for (const student of data.students) if (student.verdicts[at] in scenario.counts) scenario.counts[student.verdicts[at]]++;
  scenario.words = [scenario.key, scenario.title, scenario.clause, ...scenario.marks].join(" ").toLowerCase();
});
const people = new Map(data.students.map((student) => [student.id, student]));

const ROWS = {
  failed: (a, b) => b.counts.F - a.counts.F || b.counts.U - a.counts.U || a.at - b.at,
  file: (a, b) => a.at - b.at, title: (a, b) => text(a.title, b.title) };
const COLUMNS = {
  id: (a, b) => text(a.id, b.id), name: (a, b) => text(a.name, b.name), tutor: (a, b) => text(a.tutor, b.tutor) || text(a.id, b.id),
  low: (a, b) => compare(a.total, b.total) || text(a.id, b.id), high: (a, b) => compare(b.total, a.total) || text(a.id, b.id),
  failed: (a, b) => b.failed - a.failed || text(a.id, b.id), look: (a, b) => b.look - a.look || text(a.id, b.id) };
let view = {rows: [], columns: []};

// Words that some student has choose among the students; words that only scenarios have choose among those.
function filtered() {
  const words = by("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (one) => words.every((word) => one.words.includes(word));
  const verdict = by("verdict").value, tutor = by("tutor").value, stream = by("stream").value;
  let columns = data.students.filter((one) => (!tutor || one.tutor === tutor) && (!stream || one.stream === stream));
  let rows = data.scenarios;
  if (words.length) {
    const someone = columns.filter(has), something = rows.filter(has);
    if (someone.length || !something.length) columns = someone;
    if (something.length || !someone.length) rows = something;
  }
  if (verdict) {
    rows = rows.filter((row) => columns.some((one) => one.verdicts[row.at] === verdict));
    columns = columns.filter((one) => rows.some((row) => one.verdicts[row.at] === verdict));
  }
  return {rows: [...rows].sort(ROWS[by("rows").value]), columns: [...columns].sort(COLUMNS[by("columns").value])};
}

const HEADS = [["id", "id", "id"], ["name", "name", "name"], ["tutor", "tutor", "tutor"], ["marks", "high", "low"],
  ["failed", "failed", "failed"], ["to decide", "look", "look"]];
function sorts() {
  const order = by("columns").value;
  by("sorts").replaceChildren(...HEADS.map(([name, first, second]) => {
    const mine = order === first || order === second;
    const down = order === "high" || order === "failed" || order === "look";
    const head = make("th", undefined, {scope: "col", "aria-sort": mine ? (down ? "descending" : "ascending") : "none"});
    const button = make("button", name + (mine ? (down ? " ▼" : " ▲") : ""), {type: "button", "data-sort": order === first ? second : first});
    head.append(button);
    return head;
  }), make("th", "pages", {scope: "col"}));
}
by("sorts").addEventListener("click", (event) => {
  const wanted = event.target.dataset.sort;
  if (!wanted) return;
  by("columns").value = wanted;
  const at = [...by("sorts").children].indexOf(event.target.parentElement);
  show();
  by("sorts").children[at].firstChild.focus();
});

function table() {
  by("people").replaceChildren(...view.columns.map((one) => {
    const row = make("tr"), who = make("td"), pages = make("td");
    const open = make("button", one.id, {type: "button", "data-student": one.at});
    who.append(open);
    const marks = `${one.marks} of ${one.possible}${one.undecided ? ` (? up to ${one.undecided} more)` : ""}`;
    pages.append(make("a", "evidence", {href: evidence(one)}), " ", make("a", "feedback", {href: `${one.link}/feedback.html`}));
    row.append(who, make("td", one.name), make("td", one.tutor), make("td", one.trouble ? `✗ ${marks}` : marks),
      make("td", one.failed), make("td", one.look || ""), pages);
    return row;
  }));
}

// Lines for decisions.csv: with a comment written once under `reason`, all of them read it in their feedback.
function draft(one, scenario) {
  const cell = (said) => `"${(/^\s*[=+\-@＝＋－＠]/.test(said) ? "'" : "") + said.replaceAll('"', '""')}"`;
  const lines = one.students.map((at) => [data.students[at].id, scenario.key, one.verdict === "F" ? "failed" : "",
    "YOUR COMMENT", data.students[at].tutor].map(cell).join(","));
  const box = make("textarea", undefined, {readonly: "", rows: Math.min(6, lines.length + 1), spellcheck: "false"});
  box.value = ["id,item,marks,reason,tutor", ...lines].join("\n");
  box.addEventListener("focus", () => box.select());
  const label = make("label", "One comment for all of them, as lines for decisions.csv: ");
  label.append(box);
  return label;
}

function clusters() {
  const seen = new Set(view.columns.map((one) => one.at)), rows = new Set(view.rows.map((one) => one.at));
  const shown = data.clusters.map((one) => ({...one, students: one.students.filter((at) => seen.has(at))}))
    .filter((one) => one.students.length && rows.has(one.scenario)).sort((a, b) => b.students.length - a.students.length);
  by("clusters").replaceChildren(...shown.map((one) => {
    const found = make("details"), scenario = data.scenarios[one.scenario], [sign, word] = WORDS[one.verdict];
    found.append(make("summary", `${one.students.length} students · ${sign} ${word} · ${scenario.title}: ${one.sentence}`));
    for (const said of [one.likely, one.hint]) if (said) found.append(make("p", said));
    const list = make("p");
    for (const at of one.students)
      list.append(make("a", data.students[at].id, {href: evidence(data.students[at], scenario.anchor)}), " ");
    found.append(list, draft(one, scenario));
    return found;
  }));
  if (!shown.length) by("clusters").append(make("p", "Nobody here shares a mistake with anybody."));
}

function undecided() {
  const seen = new Set(view.columns.map((one) => one.id));
  by("undecided").replaceChildren(...data.decide.filter((one) => !one.id || seen.has(one.id)).map((one) => {
    const row = make("tr"), who = make("td"), what = make("td"), student = people.get(one.id);
    if (student) who.append(make("a", one.id, {href: evidence(student, one.anchor)}));
    what.textContent = one.item.includes("::") ? one.item.split("::").slice(1).join("::") : one.item;
    row.append(who, make("td", one.tutor), what, make("td", one.why), make("td", one.stake ?? "", {class: "mark"}));
    return row;
  }));
  if (!by("undecided").children.length) {
    const row = make("tr");
    row.append(make("td", "Nothing.", {colspan: 5}));
    by("undecided").append(row);
  }
}

function show() {
  view = filtered();
  by("status").textContent = view.columns.length && view.rows.length
    ? `${view.rows.length} scenarios, ${view.columns.length} students` : "nothing is like that";
  sorts(); table(); clusters(); undecided(); matrix.reset();
}
