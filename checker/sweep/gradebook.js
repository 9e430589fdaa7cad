/* What makes the gradebook's table sort, filter and open. It stands in a function of its own, after
   what page.html.j2 draws a timeline with: `SVG`, `tooltip` and `Timeline`. */

const { statuses, exercises, symbols, students, alike, parts } = JSON.parse(document.getElementById("index").textContent);
const sheet = document.querySelector(".sheet");
const body = sheet.querySelector("tbody");
const rows = [...body.rows];
const numberOf = new Map(rows.map((row, n) => [row, n]));
/* The cells of a row before the exercises: name, group if there are any, points. */
const FIRST = sheet.querySelector('[data-column="group"]') ? 3 : 2;
sheet.classList.add("live");

const put = (made, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
};
/* All text comes in as text: nothing here ever reads it as HTML. */
const make = (tag, attributes = {}, ...children) => put(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => put(document.createElementNS(SVG, tag), attributes, children);
const many = (n, one, more = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : more}`;

/* --- sorting and filtering ------------------------------------------------------------------ */

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const keyOf = (column) => {
  const n = Number(column), chapter = foldedAt(n);
  if (chapter) return (student) => chapter.numbers.filter((m) => student.cells[m][0] === PASSED).length;
  return {
    name: (student) => student.name,
    group: (student) => student.group,
    total: (student) => student.total,
    flags: (student) => student.cells.reduce((sum, cell) => sum + cell[3], 0),
    problems: (student) => student.problems.length,
  }[column] ?? ((student) => (student.cells[n][1] ?? -1) * 10 - student.cells[n][0]);
};

/* To lay out thousands of rows takes a while, so the first are sorted at once and the others come
   in between; whoever needs all of them now settles that. */
const AT_ONCE = 120;
let later = [], coming = 0;
const settle = () => body.append(...later.splice(0));
const bring = () => {
  clearTimeout(coming);
  if (later.length) coming = setTimeout(() => { body.append(...later.splice(0, AT_ONCE)); bring(); });
};
addEventListener("beforeprint", settle);

/* --- chapters that fold --------------------------------------------------------------------- */

/* A chapter that is folded is shown in the column of its first exercise: of each student, how many of its
   exercises passed. No cell comes or goes, so a cell's place in its row always means the same. */
const PASSED = statuses.findIndex(([name]) => name === "passed");
const NOT_GRADED = statuses.findIndex(([name]) => name === "not_graded");
const table = sheet.querySelector("table");
const chapters = [...document.querySelectorAll(".sheet thead .chapter")].map((head, k) => ({
  head, name: head.textContent, folded: false, first: parts.indexOf(k),
  numbers: parts.map((part, n) => [part, n]).filter(([part]) => part === k).map(([, n]) => n),
}));
const passedOf = (student, chapter) => chapter.numbers.filter((n) => students[student].cells[n][0] === PASSED).length;
const foldedAt = (n) => (chapters[parts[n]]?.folded ? chapters[parts[n]] : null);
const leads = [...document.querySelectorAll(".sheet thead .exercise")];
const fold = (chapter, folded) => {
  if (chapter.folded === folded) return;
  chapter.folded = folded;
  const top = leads[chapter.first], [name, points] = [top.querySelector(".upright"), top.querySelector("small")];
  chapter.own ??= [name.textContent, points.textContent, top.title];
  const own = folded ? [chapter.name, `of ${chapter.numbers.length}`, `${chapter.name}: how many of its exercises passed`] : chapter.own;
  [name.textContent, points.textContent, top.title] = own;
  if (folded && !chapter.counted) {
    chapter.counted = true;
    rows.forEach((row, student) => {
      const cells = chapter.numbers.map((n) => students[student].cells[n]);
      const passed = passedOf(student, chapter), lead = row.cells[FIRST + chapter.first];
      lead.toggleAttribute("data-full", passed === cells.length);
      lead.dataset.sum = passed
        + (cells.some((cell) => cell[0] === NOT_GRADED) ? " ?" : "") + (cells.some((cell) => cell[3]) ? " ⚑" : "");
    });
  }
  table.classList.toggle(`folded-${parts[chapter.first]}`, folded);
  chapter.head.colSpan = folded ? 1 : chapter.numbers.length;
  chapter.button.setAttribute("aria-expanded", String(!folded));
  chapter.button.lastChild.data = folded ? "" : chapter.name;
  const all = chapters.every((each) => each.folded);
  folds.textContent = all ? "Unfold chapters" : "Fold chapters";
  folds.setAttribute("aria-pressed", String(all));
};
const folds = document.getElementById("fold");
for (const chapter of chapters) {
  chapter.button = make("button", { type: "button", "aria-expanded": "true", "aria-label": `chapter ${chapter.name}` }, chapter.name);
  chapter.head.replaceChildren(chapter.button);
  chapter.button.addEventListener("click", () => { fold(chapter, !chapter.folded); note(); });
}
const foldAll = (folded) => { for (const chapter of chapters) fold(chapter, folded); };
folds.addEventListener("click", () => { foldAll(!chapters.every((each) => each.folded)); note(); });

const heads = [...document.querySelectorAll(".sheet thead [data-column]")];
let sorted = null;
const sort = (head, down) => {
  sorted = [head.dataset.column, down];
  const key = keyOf(head.dataset.column);
  const keys = students.map(key);
  const compare = typeof keys[0] === "string" ? words.compare : (a, b) => a - b;
  const order = students.map((_, n) => n).sort((a, b) => (down ? compare(keys[b], keys[a]) : compare(keys[a], keys[b])) || a - b);
  later = order.map((n) => rows[n]);
  body.replaceChildren(...later.splice(0, AT_ONCE));
  sheet.scrollTop = 0;
  bring();
  for (const each of heads) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
};
for (const head of heads) {
  const button = make("button", { type: "button" }, ...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const textual = head.dataset.column === "name" || head.dataset.column === "group";
    const now = head.getAttribute("aria-sort");
    sort(head, now ? now === "ascending" : !textual);
    note();
  });
}
heads[0].setAttribute("aria-sort", "ascending");

const tools = document.querySelector(".tools");
const [typed, group, status, exercise] = ["typed", "group", "status", "exercise"].map((id) => document.getElementById(id));
const said = tools.querySelector("output");
const nobody = document.querySelector(".nobody");
const searched = students.map((student) => `${student.name}\n${student.group}`.toLocaleLowerCase());
const fits = (cell, wanted) => {
  if (wanted === "one_backend") return cell[2] !== "";
  if (wanted === "flagged") return cell[3] > 0;
  if (wanted === "by_hand") return cell[4];
  return statuses[cell[0]][0] === wanted;
};
const filter = () => {
  const parts = typed.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  students.forEach((student, n) => {
    const cells = exercise.value === "" ? student.cells : [student.cells[exercise.value]];
    const fit = parts.every((part) => searched[n].includes(part))
      && (group.value === "" || student.group === groups[group.value])
      && (status.value === "" || cells.some((cell) => fits(cell, status.value)));
    if (rows[n].hidden === fit) rows[n].hidden = !fit;
    shown += fit;
  });
  said.textContent = shown === students.length ? many(shown, "student") : `${shown.toLocaleString("en")} of ${many(students.length, "student")}`;
  nobody.hidden = shown > 0;
  rove(shownRows()[0]?.cells[0]);
  note();
};
const groups = [...new Set(students.map((student) => student.group))].filter(Boolean).sort(words.compare);
groups.forEach((name, n) => group.append(make("option", { value: n }, name)));
const shownRows = () => { settle(); return [...body.rows].filter((row) => !row.hidden); };
let waiting = 0;
typed.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
for (const each of [group, status, exercise]) each.addEventListener("change", filter);
tools.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
tools.addEventListener("reset", () => setTimeout(filter));
tools.hidden = false;

/* --- what is seen, in the address ------------------------------------------------------------ */

/* The part of the address after # says what is filtered, sorted, folded and open, by names, so that a link
   shows somebody else the same, and a page that is loaded again is as it was. */
const columns = new Map(heads.map((head) => [exercises[head.dataset.column]?.[0] ?? head.dataset.column, head]));
let isRead = false;
const note = () => {
  if (!isRead) return;
  const said = new URLSearchParams();
  const put = (key, value) => { if (value) said.set(key, value); };
  put("name", typed.value.trim());
  put("group", groups[group.value]);
  put("status", status.value);
  put("in", exercises[exercise.value]?.[0]);
  if (sorted) {
    const [name] = [...columns].find(([, head]) => head.dataset.column === sorted[0]);
    if (name !== "name" || sorted[1]) put("sort", (sorted[1] ? "-" : "") + name);
  }
  if (chapters.some((each) => each.folded)) put("fold", chapters.filter((each) => each.folded).map((each) => each.name).join(","));
  if (chapters.every((each) => !each.folded) && wasTooWide) put("fold", "none");
  if (shown) { put("student", students[shown.student].name); if (shown.n !== null) put("exercise", exercises[shown.n][0]); }
  const there = String(said);
  try {
    history.replaceState(null, "", location.href.split("#")[0] + (there ? `#${there}` : ""));
  } catch { /* The browser has had enough of it for now, and the page works without. */ }
};
let wasTooWide = false;
const read = () => {
  const text = location.hash.slice(1);
  if (text && !text.includes("=")) return;  /* A place on the page. */
  const said = new URLSearchParams(text);
  isRead = false;
  typed.value = said.get("name") ?? "";
  const choose = (select, n) => { select.value = n >= 0 ? String(n) : ""; };
  choose(group, groups.indexOf(said.get("group")));
  status.value = said.get("status") ?? "";
  if (status.selectedIndex < 0) status.value = "";
  choose(exercise, exercises.findIndex(([name]) => name === said.get("in")));
  const folded = said.get("fold")?.split(",");
  for (const chapter of chapters) fold(chapter, folded ? folded.includes(chapter.name) : wasTooWide);
  const [, minus, name] = /^(-?)(.*)$/.exec(said.get("sort") ?? "");
  if (columns.has(name)) sort(columns.get(name), minus === "-");
  else if (sorted) sort(heads[0], false);
  filter();
  const student = students.findIndex((each) => each.name === said.get("student"));
  const n = exercises.findIndex(([each]) => each === said.get("exercise"));
  isRead = true;
  if (student >= 0) { back = shownCell(rows[student], n < 0 ? 0 : n + FIRST); show(student, n < 0 ? null : n); }
  else if (shown) shut();
};
addEventListener("hashchange", read);
/* A link to a place on the page goes there, and leaves the address as it is. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const place = document.getElementById(link.getAttribute("href").slice(1));
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView({ block: place.dataset.line ? "nearest" : "start" });
  if (place.dataset.line) {
    for (const lit of inside.querySelectorAll(".source .target")) lit.classList.remove("target");
    place.classList.add("target");
  } else {
    place.setAttribute("tabindex", "-1");
    place.focus({ preventScroll: true });
  }
});

/* --- moving between cells ------------------------------------------------------------------- */

let stop = null;
const rove = (cell) => {
  stop?.removeAttribute("tabindex");
  stop = cell ?? null;
  stop?.setAttribute("tabindex", "0");
};
const go = (cell) => { if (cell) { rove(cell); cell.focus(); } };
const isShown = (cell) => cell.getClientRects().length > 0;
/* The cell at this place, or, where a chapter is folded, the one that stands for it. */
const shownCell = (row, at) => {
  const chapter = foldedAt(at - FIRST);
  return row.cells[chapter ? chapter.first + FIRST : at];
};
const along = (row, at, step) => {
  for (let n = at + step; row.cells[n]; n += step) if (isShown(row.cells[n])) return row.cells[n];
  return null;
};
const beside = (row, step) => {
  settle();
  let next = row;
  do next = step > 0 ? next.nextElementSibling : next.previousElementSibling; while (next?.hidden);
  return next;
};
const far = (row, steps) => {
  let at = row;
  for (let n = Math.abs(steps); n > 0; n--) at = beside(at, steps) ?? at;
  return at;
};
const nameOf = (n) => exercises[n][0].split("/").at(-1);
const told = (student, n) => {
  const [at, points, only, flags, byHand] = students[student].cells[n];
  return [
    statuses[at][2],
    only && `on ${only} only`,
    points === null ? "" : `${points} of ${many(exercises[n][2], "point")}`,
    byHand ? "given by hand" : "",
    flags ? many(flags, "flag") : "",
  ].filter(Boolean).join(", ");
};
table.setAttribute("role", "grid");
body.addEventListener("focusin", ({ target }) => {
  const n = target.cellIndex - FIRST;
  if (n >= 0 && n < exercises.length) {
    const student = numberOf.get(target.parentNode);
    const chapter = foldedAt(n);
    target.setAttribute("aria-label", chapter
      ? `${students[student].name}, chapter ${chapter.name}: ${passedOf(student, chapter)} of ${many(chapter.numbers.length, "exercise")} passed`
      : `${students[student].name}, ${nameOf(n)}: ${told(student, n)}`);
  }
});
body.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td, th");
  if (!cell || event.altKey || event.metaKey) return;
  const row = cell.parentNode, n = cell.cellIndex, all = event.ctrlKey;
  const to = {
    ArrowRight: () => along(row, n, 1),
    ArrowLeft: () => along(row, n, -1),
    ArrowDown: () => beside(row, 1)?.cells[n],
    ArrowUp: () => beside(row, -1)?.cells[n],
    PageDown: () => far(row, 12).cells[n],
    PageUp: () => far(row, -12).cells[n],
    Home: () => (all ? shownRows()[0] : row).cells[0],
    End: () => along(all ? shownRows().at(-1) : row, row.cells.length, -1),
    Enter: () => open(cell),
    " ": () => open(cell),
  }[event.key];
  if (!to) return;
  event.preventDefault();
  go(to());
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, select, textarea")) return;
  if (dialog.open) {
    const step = { k: "-1 0", j: "1 0", h: "0 -1", l: "0 1" }[event.key];
    if (step) steps.find((each) => each.dataset.step === step).click();
  } else if (event.key === "/") {
    event.preventDefault();
    typed.focus();
  } else if (event.key === "f") folds.click();
});
body.addEventListener("click", (event) => {
  const cell = event.target.closest("td, th");
  if (cell && getSelection().isCollapsed) { rove(cell); cell.focus({ preventScroll: true }); open(cell); }
});

/* --- what lies behind a cell ---------------------------------------------------------------- */

const dialog = document.querySelector("dialog");
const title = dialog.querySelector("h2");
const inside = dialog.querySelector(".inside");
const steps = [...dialog.querySelectorAll("[data-step]")];
let packed = null, shown = null, back = null;
const unpacked = new Map();
const unpack = (n) => {
  packed ??= JSON.parse(document.getElementById("packed").textContent);
  if (!unpacked.has(n)) {
    const bytes = Uint8Array.from(atob(packed[n]), (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    unpacked.set(n, new Response(stream).json());
  }
  return unpacked.get(n);
};

const open = (cell) => {
  const row = cell.parentNode, n = cell.cellIndex - FIRST;
  back = cell;
  show(numberOf.get(row), n >= 0 && n < exercises.length && !foldedAt(n) ? n : null);
  return null;
};

/* `n` is the number of an exercise; null shows the student as a whole. */
const show = async (student, n) => {
  const mine = shown = { student, n };
  note();
  const person = students[student];
  title.replaceChildren(make("bdi", {}, person.name), make("small", {}, ...(n === null
    ? [person.group]
    : [`${nameOf(n)} — ${exercises[n][1]}: `, statusOf(statuses[person.cells[n][0]], told(student, n))])));
  const row = rows[student];
  for (const button of steps) {
    const [down, right] = button.dataset.step.split(" ").map(Number);
    button.disabled = right ? !exercises[(n ?? -1) + right] && !(n === 0 && right < 0) : !beside(row, down);
  }
  inside.replaceChildren();
  if (!dialog.open) dialog.showModal();
  title.focus();
  inside.scrollTop = 0;
  if (n === null) { inside.append(...ofStudent(student)); return; }
  const place = person.cells[n].slice(5);
  if (!place.length) { inside.append(make("p", {}, statuses[person.cells[n][0]][0] === "not_submitted" ? "Nothing was handed in." : "There is no verdict yet.")); return; }
  inside.append(make("p", {}, "Unpacking…"));
  try {
    const work = (await unpack(place[0]))[place[1]];
    if (shown === mine) ofWork(work, student, n);
  } catch (error) {
    if (shown === mine) inside.replaceChildren(make("p", {}, `This browser cannot unpack it: ${error}`));
  }
};

const statusOf = ([name, sign, words], more = words) =>
  make("span", { "class": `status ${name}` }, make("i", { "aria-hidden": "true" }, sign), ` ${more}`);

const ofStudent = (student) => {
  const person = students[student];
  const table = make("table", { "class": "verdicts" },
    make("thead", {}, make("tr", {}, ...["Exercise", "Verdict"].map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...exercises.map((each, n) => {
      const button = make("button", { type: "button" }, statusOf(statuses[person.cells[n][0]], told(student, n)));
      button.addEventListener("click", () => show(student, n));
      return make("tr", {}, make("th", { scope: "row" }, make("code", {}, nameOf(n)), ` ${each[1]}`), make("td", {}, button));
    })));
  return [
    make("p", {}, make("b", {}, `${person.total} of ${many(exercises.reduce((sum, each) => sum + each[2], 0), "point")}`),
      person.pending ? "; no mark yet, since something could not be judged" : "", person.late ? `; ${person.late}` : ""),
    person.handed_in ? make("p", {}, `Handed in ${person.handed_in}`) : null,
    ...(person.corrections.length ? [make("h3", {}, "Corrected by hand"), make("ul", {}, ...person.corrections.map((text) => make("li", { "class": "isolated" }, text)))] : []),
    ...(person.problems.length ? [make("h3", {}, "Problems"), make("ul", {}, ...person.problems.map((text) => make("li", {}, text)))] : []),
    make("h3", {}, "Exercises"),
    table,
  ].filter(Boolean);
};

/* The others who have nearly the same, and their code beside this one. */
const alikeOf = (student, n, own) => {
  const group = alike[n].find((each) => each.includes(student));
  if (!group) return [];
  const there = make("div");
  const buttons = group.filter((each) => each !== student).map((other) => {
    const made = make("button", { type: "button" }, make("bdi", {}, students[other].name));
    made.addEventListener("click", async () => {
      const [at, of] = students[other].cells[n].slice(5);
      const work = (await unpack(at))[of];
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === made));
      there.replaceChildren(
        make("p", { "class": "alike-key" }, make("span", { "class": "same" }, "the same line"), make("span", {}, "the same but for names and layout")),
        pairOf([students[student].name, own.source], [students[other].name, work.source]));
    });
    return made;
  });
  return [make("h3", {}, "Alike"), make("p", {}, "A reason to look, never a proof. Show beside this one the code of"),
    make("p", { "class": "buttons" }, ...buttons), there];
};

/* A line as it is compared: without its layout and its comments, all names the same. */
const WORDS = new Set("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield".split(" "));
const bare = (line) => line.replace(/#.*$/, "").replace(/[\p{L}_][\p{L}\p{N}_]*/gu, (word) => (WORDS.has(word) ? word : "x")).replace(/\s+/g, "");
const MOST = 4_000_000;
/* Pairs of places in two lists of lines: where lines go together both, and else one of them is null. */
const aligned = (one, other) => {
  const keys = [one, other].map((lines) => lines.map(bare));
  const [rows, columns] = [one.length, other.length], pairs = [];
  if (rows * columns > MOST) {
    for (let n = 0; n < Math.max(rows, columns); n++) pairs.push([n < rows ? n : null, n < columns ? n : null]);
    return pairs;
  }
  /* The longest common subsequence, from the end; a line without a sign in it weighs less than others. */
  const best = Array.from({ length: rows + 1 }, () => new Float32Array(columns + 1));
  const weight = (n, m) => (keys[0][n] !== keys[1][m] ? -1 : one[n] === other[m] ? 1.1 : 1) * (keys[0][n] ? 1 : 0.1);
  for (let n = rows - 1; n >= 0; n--) {
    for (let m = columns - 1; m >= 0; m--) {
      const both = weight(n, m);
      best[n][m] = Math.max(best[n + 1][m], best[n][m + 1], both > 0 ? best[n + 1][m + 1] + both : 0);
    }
  }
  let n = 0, m = 0;
  while (n < rows || m < columns) {
    if (n < rows && m < columns && keys[0][n] === keys[1][m] && best[n][m] - best[n + 1][m + 1] > 0
      && Math.abs(best[n][m] - best[n + 1][m + 1] - weight(n, m)) < 1e-3) pairs.push([n++, m++]);
    else if (m >= columns || (n < rows && best[n + 1][m] >= best[n][m + 1])) pairs.push([n++, null]);
    else pairs.push([null, m++]);
  }
  return pairs;
};
const linesOf = (text) => { const lines = text.split("\n"); if (lines.at(-1) === "") lines.pop(); return lines; };
const pairOf = ([name, text], [otherName, otherText]) => {
  const one = linesOf(text), other = linesOf(otherText);
  const side = (lines, n, look) => make("div", { "class": look },
    make("span", { "class": "number" }, n === null ? "" : String(n + 1)), make("code", {}, n === null ? "" : lines[n]));
  const cells = aligned(one, other).flatMap(([n, m]) => {
    const together = n !== null && m !== null && bare(one[n]) === bare(other[m]) && bare(one[n]) !== "";
    const look = !together ? null : one[n] === other[m] ? "same" : "nearly";
    return [side(one, n, look), side(other, m, look)];
  });
  return make("div", { "class": "pair", tabindex: "0", role: "region", "aria-label": "Both works side by side" },
    make("div", { "class": "head" }, make("bdi", {}, name)), make("div", { "class": "head" }, make("bdi", {}, otherName)), ...cells);
};

const ofWork = (work, student, n) => {
  const code = codeOf(work);
  const source = code.querySelector(".source");
  const checks = make("div", { "class": "checks" }, make("h3", {}, "Checks"),
    make("div", { "class": "checked" }, checksOf(work), make("div", {}, ...work.checks.flatMap(messagesOf))));
  const rest = make("div", { "class": "rest" });
  if (work.flags.length) {
    rest.append(make("h3", {}, "Flags"), make("p", {}, "They decide nothing; they are a reason to look."),
      make("ul", {}, ...work.flags.map(([line, what]) => make("li", {}, what, " (", lineLink(line, source), ")"))));
  }
  if (work.runs.length) rest.append(make("h3", {}, "Runs"));
  const runs = work.runs.map((run, n) => runOf(run, source, n === 0));
  rest.append(...runs);
  inside.replaceChildren(make("div", { "class": "halves" }, checks, code, rest), ...alikeOf(student, n, work));
  runs[0]?.dispatchEvent(new Event("toggle"));
};

const checksOf = (work) => {
  const backends = [...new Set(work.checks.flatMap((check) => check.on.map(([backend]) => backend)))];
  return make("table", { "class": "verdicts narrow" },
    make("thead", {}, make("tr", {}, ...["Check", ...backends, "Points"].map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...work.checks.map((check) => make("tr", {},
      make("th", { scope: "row" }, check.title, check.shown ? make("small", { "class": "shown" }, check.shown) : ""),
      ...backends.map((backend) => {
        const found = check.on.find(([each]) => each === backend);
        const known = found && statuses.find(([name]) => name === found[1]);
        return make("td", {}, known ? statusOf(known) : "");
      }),
      make("td", {}, String(check.points))))));
};

const messagesOf = (check) => {
  const said = new Map();
  for (const [backend, , message, line] of check.on) {
    if (message) said.set(JSON.stringify([message, line]), [...(said.get(JSON.stringify([message, line])) ?? []), backend]);
  }
  return [...said].map(([key, backends]) => {
    const [message, line] = JSON.parse(key);
    return make("div", { "class": "said-of" }, make("b", {}, check.title),
      ` — ${backends.join(" and ")}${line === null ? "" : ", line "}`, line === null ? "" : make("a", { href: `#L${line}` }, String(line)),
      make("p", { "class": "message isolated" }, message));
  });
};

const lineLink = (line, source) => source.querySelector(`[data-line="${line}"]`)
  ? make("a", { href: `#L${line}` }, `line ${line}`) : `line ${line}`;

const codeOf = (work) => {
  const notes = new Map();
  const note = (line, kind, text) => notes.set(line, [...(notes.get(line) ?? []), [kind, text]]);
  for (const check of work.checks) {
    for (const line of new Set(check.on.map(([, , , line]) => line))) if (line !== null) note(line, "struck", `✗ ${check.title}`);
  }
  for (const [line, what] of work.flags) note(line, "odd", `⚑ ${what}`);
  const lines = linesOf(work.source);
  const source = make("div", { "class": "source", tabindex: "0", role: "region", "aria-label": "The code" }, ...lines.map((text, at) => {
    const line = at + 1, of = notes.get(line) ?? [];
    return make("div", { id: `L${line}`, "data-line": line, "class": of.length ? of[0][0] : null },
      make("span", { "class": "number" }, String(line)), make("code", {}, text),
      of.length ? make("span", { "class": "note" }, of.map(([, text]) => text).join("   ")) : "");
  }));
  return make("div", { "class": "code" }, make("h3", {}, make("code", {}, work.file)), source,
    work.digest ? make("p", { "class": "eyebrow" }, `SHA-256 ${work.digest}`) : "");
};

const runOf = (run, source, first) => {
  const details = make("details", { "class": "run", open: first }, make("summary", {}, `${run.check} — ${run.backend}`));
  let drawn = false;
  details.addEventListener("toggle", () => {
    if (drawn || !details.open || !details.isConnected) return;
    drawn = true;
    const card = cardOf(run, source);
    details.append(card);
    new Timeline(card, source);
  });
  return details;
};

const button = (act, text, label, pressed) =>
  make("button", { type: "button", "data-do": act, "aria-label": label, "aria-pressed": pressed }, text);

const cardOf = (run, source) => make("article", { "class": "card" },
  make("div", { "class": "bar" }, make("h3", { id: `${run.id}-lanes` }, "Timeline"),
    make("span", { "class": "unseen zoom", role: "status", "data-template": "zoom {percent} %" }),
    make("span", { role: "group", "aria-label": "Axis" }, button("even", "even", null, "true"), button("true", "true time", null, "false")),
    make("span", { role: "group", "aria-label": "Zoom" }, button("out", "−", "Zoom out", null), button("reset", "0", "Reset the zoom", null), button("in", "+", "Zoom in", null))),
  chartOf(run, source),
  make("ul", { "class": "legend" },
    ...run.calls.map(([call, hue]) => make("li", {}, swatch("call", hue), make("code", {}, call))),
    ...run.legend.map(([kind, words]) => make("li", {}, swatch(kind, 0), words))),
  ...(run.story.length ? [make("h4", {}, "What happened"), storyOf(run, source)] : []),
  ...(run.prints.length ? [make("h4", {}, "What it printed"), make("ol", { "class": "prints" },
    ...run.prints.map(([at, text]) => make("li", {}, make("span", { "class": "at" }, at), make("code", {}, text))))] : []),
  make("h4", {}, "See this run again"),
  make("code", { "class": "command" }, `checker run ${run.name} --submission FILE --replay ${run.token}`));

const swatch = (kind, hue) => draw("svg", { width: 26, height: 16, "aria-hidden": "true" }, kind in symbols
  ? draw("g", { "class": `mark at-${kind}` }, draw("svg", { x: 13, y: 8, overflow: "visible" }, draw("circle", { r: 7 }), draw("path", { d: symbols[kind] })))
  : draw("g", { "class": `swatch ${kind}${kind === "call" ? ` hue${hue}` : ""}` }, draw("rect", { x: 2, y: 2, width: 22, height: 12, rx: 3 })));

const storyOf = (run, source) => make("ol", { "class": "story" }, ...run.story.map(([at, instant, text, line, key]) => {
  const there = line !== null && source.querySelector(`[data-line="${line}"]`);
  return make("li", { "class": key ? "key" : null, "data-instant": instant, "data-line": there ? line : null },
    make("span", { "class": "at" }, at),
    make("span", { "class": "text isolated" }, key ? make("span", { "class": "here" }, "Here it went wrong") : "", text),
    there ? make("a", { href: `#L${line}` }, `line ${line}`) : "");
}));

/* What page.html.j2 draws of a timeline, drawn here. */
const chartOf = (run, source) => {
  const { even, edge } = run;
  const place = (first, last, on) => ({
    x: `${even[first]}%`,
    width: on ? `${edge - even[first]}%` : last > first ? `${even[last] - even[first]}%` : "4",
  });
  const span = (first, last, on) => ({ "data-a": first, "data-b": last, "data-on": on ? "1" : null });
  const itemOf = ([id, kind, hue, outcome, name, short, line, first, last, y, nth, on, sentence, facts]) => {
    const there = line !== null && source.querySelector(`[data-line="${line}"]`);
    const look = `item ${kind} ${kind === "mark" ? "at" : "out"}-${outcome.split(" ")[0]}${kind === "call" ? ` hue${hue}` : ""}${on ? " goes-on" : ""}`;
    const item = draw("a", { id, "class": look, role: there ? null : "img", href: there ? `#L${line}` : null, "data-line": there ? line : null, "aria-label": sentence, ...span(first, last, on) }, draw("title", {}, facts));
    if (kind === "mark") {
      item.append(draw("svg", { "class": "at", x: `${on ? edge : even[first]}%`, y: y + 13, overflow: "visible" },
        draw("g", { transform: `translate(${15 * nth} 0)` }, draw("circle", { r: 8 }), draw("path", { d: symbols[outcome] }))));
    } else {
      item.append(draw("rect", { ...place(first, last, on), y: y + 2, height: 22, rx: 3 }),
        draw("svg", { ...place(first, last, on), y: y + 2, height: 22 },
          draw("text", { x: 6, y: 15, "data-short": short === name ? null : short }, name)));
    }
    return item;
  };
  const lanes = run.lanes;
  const svg = draw("svg", { "class": "lanes", height: run.height, role: "list", "aria-labelledby": `${run.id}-lanes` },
    ...lanes.filter((_, n) => n % 2).map((lane) => draw("rect", { "class": "stripe", x: 0, y: lane.y, width: "100%", height: lane.height })),
    draw("g", { "class": "grid", "aria-hidden": "true" }),
    ...lanes.flatMap((lane) => lane.items).filter(([, kind]) => kind === "blocked").map(([, , , , , , , first, last, , , on]) =>
      draw("rect", { "class": "blocked-here", ...span(first, last, on), ...place(first, last, on), y: 0, height: "100%" })),
    ...lanes.map((lane) => draw("g", { "class": "lane", role: "listitem", "aria-label": lane.title },
      draw("line", { "class": "life", ...span(lane.first, lane.last, lane.on), x1: `${even[lane.first]}%`, x2: `${lane.on ? edge : even[lane.last]}%`, y1: lane.y + 18, y2: lane.y + 18 }),
      draw("circle", { "class": "dot", ...span(lane.first, lane.first, false), cx: `${even[lane.first]}%`, cy: lane.y + 18, r: 3 }),
      ...lane.items.map(itemOf))),
    draw("line", { "class": "cursor", y1: 0, y2: "100%", "aria-hidden": "true" }));
  return make("div", {
    "class": "chart", role: "group", "aria-labelledby": `${run.id}-lanes`, "data-at": JSON.stringify(run.at), "data-even": even.join(" "),
    "data-true": run["true"].join(" "), "data-keys": JSON.stringify(run.keys), "data-edge": edge, "data-pixels": run.pixels,
  }, make("div", { "class": "canvas" }, make("div", { "class": "corner" }),
    draw("svg", { "class": "axis", height: 30, "aria-hidden": "true" }),
    draw("svg", { "class": "names", height: run.height, "aria-hidden": "true" }, ...lanes.map((lane) => draw("g", {}, draw("title", {}, lane.title),
      draw("text", { x: 8, y: lane.y + 22 }, draw("tspan", { "class": "soft" }, lane.number), ` ${lane.name}`)))),
    svg));
};

for (const each of steps) {
  each.addEventListener("click", () => {
    const [down, right] = each.dataset.step.split(" ").map(Number);
    const row = down ? beside(rows[shown.student], down) : rows[shown.student];
    const n = right ? (shown.n ?? -1) + right : shown.n;
    if (!row) return;
    const of = n === null || n < 0 ? null : n;
    back = shownCell(row, of === null ? 0 : of + FIRST);
    show(numberOf.get(row), of);
  });
}
const tidy = () => {
  if (dialog.open || !shown) return;
  shown = null;
  note();
  inside.replaceChildren();
  tooltip.classList.add("hidden");
  if (back.matches("td, th")) go(back);
  else back.focus();
};
const shut = () => { dialog.close(); tidy(); };
dialog.querySelector("[data-close]").addEventListener("click", shut);
dialog.addEventListener("click", (event) => { if (event.target === dialog) shut(); });
dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); shut(); } });
/* Browsers have more ways to close it. */
dialog.addEventListener("close", tidy);
inside.addEventListener("scroll", () => tooltip.classList.add("hidden"), { passive: true });
for (const link of document.querySelectorAll(".alike a")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    back = link;
    show(Number(link.dataset.student), Number(link.dataset.exercise));
  });
}
/* Where the table has no room for all its columns, it begins with its chapters folded. */
wasTooWide = table.offsetWidth > sheet.clientWidth + 1;
read();
isRead = true;
