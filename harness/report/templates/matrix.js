// The matrix: only what is in sight is in the document. The grid keeps the focus, and names the cell that is active.
const matrix = (() => {
  const ROW = 22, COLUMN = 22, TOP = 96, LEFT = Math.max(160, Math.min(560, innerWidth * 0.4));
  const grid = by("matrix"), sheet = make("div", undefined, {class: "sheet", role: "presentation"});
  grid.append(sheet);
  let active = {row: 0, column: 0}, waiting = false;
  const place = (node, style) => { Object.assign(node.style, style); return node; };
  const px = (number) => `${number}px`;
  const id = (row, column) => `c-${row}-${column}`;

  function mark(node, row, column) {
    node.id = id(row, column);
    node.dataset.row = row;
    node.dataset.column = column;
    node.setAttribute("aria-colindex", column + 2);
    if (row === active.row && column === active.column) node.classList.add("active");
    return node;
  }
  function head(first, last) {
    const width = LEFT + view.columns.length * COLUMN;
    const row = place(make("div", undefined, {class: "head", role: "row", "aria-rowindex": 1}), {width: px(width), height: px(TOP)});
    row.append(place(make("div", "", {class: "name", role: "columnheader"}), {width: px(LEFT), height: px(TOP)}));
    for (let at = first; at < last; at++) {
      const one = view.columns[at];
      const node = make("div", one.id, {class: "top", role: "columnheader", title: `${one.name} ${one.marks} of ${one.possible}`});
      row.append(place(mark(node, -1, at), {left: px(LEFT + at * COLUMN), width: px(COLUMN), height: px(TOP)}));
    }
    return row;
  }
  function line(at, first, last) {
    const scenario = view.rows[at], width = LEFT + view.columns.length * COLUMN;
    const row = place(make("div", undefined, {class: "row", role: "row", "aria-rowindex": at + 2}),
      {top: px(TOP + at * ROW), width: px(width), height: px(ROW), lineHeight: px(ROW)});
    const name = mark(make("div", undefined, {class: "name", role: "rowheader", title: scenario.key}), at, -1);
    name.append(make("span", scenario.title, {class: "title"}));
    for (const letter of ["F", "U"])
      if (scenario.counts[letter]) name.append(make("span", `${WORDS[letter][0]} ${scenario.counts[letter]}`, {class: WORDS[letter][1]}));
    row.append(place(name, {width: px(LEFT), height: px(ROW)}));
    for (let column = first; column < last; column++) {
      const one = view.columns[column], [sign, word, style] = WORDS[one.verdicts[scenario.at]];
      const node = make("div", sign, {class: `cell ${style}`, role: "gridcell", "aria-label": `${one.id}, ${scenario.title}: ${word}`});
      row.append(place(mark(node, at, column), {left: px(LEFT + column * COLUMN), width: px(COLUMN), height: px(ROW)}));
    }
    return row;
  }
  function draw() {
    waiting = false;
    const rows = view.rows.length, columns = view.columns.length;
    // No higher than what is in it, with room for the bar below.
    place(grid, {maxHeight: px(TOP + rows * ROW + 20)});
    place(sheet, {width: px(LEFT + columns * COLUMN), height: px(TOP + rows * ROW)});
    grid.setAttribute("aria-rowcount", rows + 1);
    grid.setAttribute("aria-colcount", columns + 1);
    const from = (scrolled, size, all) => Math.max(0, Math.min(all, Math.floor(scrolled / size) - 2));
    const first = from(grid.scrollLeft, COLUMN, columns), top = from(grid.scrollTop, ROW, rows);
    const last = Math.min(columns, first + Math.ceil(grid.clientWidth / COLUMN) + 4);
    const end = Math.min(rows, top + Math.ceil(grid.clientHeight / ROW) + 4);
    const shown = [head(first, last)];
    for (let at = top; at < end; at++) shown.push(line(at, first, last));
    sheet.replaceChildren(...shown);
    grid.setAttribute("aria-activedescendant", id(active.row, active.column));
  }
  function later() { if (!waiting) { waiting = true; requestAnimationFrame(draw); } }
  function move(row, column) {
    active = {row: Math.max(-1, Math.min(view.rows.length - 1, row)), column: Math.max(-1, Math.min(view.columns.length - 1, column))};
    if (active.row < 0 && active.column < 0) active.column = 0;
    const top = active.row * ROW, left = active.column * COLUMN;
    if (active.row >= 0) {
      if (top < grid.scrollTop) grid.scrollTop = top;
      if (top + ROW + TOP > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW + TOP - grid.clientHeight;
    }
    if (active.column >= 0) {
      if (left < grid.scrollLeft) grid.scrollLeft = left;
      if (left + COLUMN + LEFT > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = left + COLUMN + LEFT - grid.clientWidth;
    }
    draw();
  }
  function open() {
    const student = view.columns[active.column], scenario = view.rows[active.row];
    if (student) panel.student(student, scenario); else if (scenario) panel.scenario(scenario);
  }
  const page = () => Math.max(1, Math.floor((grid.clientHeight - TOP) / ROW) - 1);
  const KEYS = {
    ArrowUp: () => move(active.row - 1, active.column), ArrowDown: () => move(active.row + 1, active.column),
    ArrowLeft: () => move(active.row, active.column - 1), ArrowRight: () => move(active.row, active.column + 1),
    PageUp: () => move(Math.max(0, active.row - page()), active.column), PageDown: () => move(active.row + page(), active.column),
    Home: () => move(active.row, 0), End: () => move(active.row, view.columns.length - 1), Enter: open, " ": open };
  grid.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.ctrlKey && event.key === "Home") move(0, 0);
    else if (event.ctrlKey && event.key === "End") move(view.rows.length - 1, view.columns.length - 1);
    else act();
  });
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-row]");
    if (!cell) return;
    grid.focus({preventScroll: true});
    move(Number(cell.dataset.row), Number(cell.dataset.column));
    open();
  });
  grid.addEventListener("scroll", later, {passive: true});
  addEventListener("resize", later);
  return {reset() { grid.scrollTo(0, 0); active = {row: 0, column: 0}; draw(); }};
})();
