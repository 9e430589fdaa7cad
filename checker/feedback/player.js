/* Goes through a run step by step. page.html.j2 sets this between its `Timeline` and the lines that make
   one of each for every card. What a stranger wrote is only ever set as text. */

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const filled = (template, facts) => template.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);

/* How many tasks stand at a line with a chip of their own; the others are counted. */
const MOST_CHIPS = 3;

/* With more tasks than these, only those show their names of which something changed. */
const MOST_OPEN = 8;

class Player {
  static all = [];
  static used = null;

  constructor(card, timeline) {
    this.card = card;
    this.timeline = timeline;
    this.root = card.querySelector(".player");
    this.words = this.root.dataset;
    const { steps, lanes, pictured } = JSON.parse(this.words.player);
    this.steps = this.whole(steps);
    this.lanes = new Map(lanes.map(([lane, short, who], row) => [lane, { short, who, row }]));
    this.pictured = pictured;
    this.range = this.root.querySelector(".scrub input");
    this.lines = [...this.root.querySelectorAll(".source > div")];
    this.marked = [];
    this.number = 0;
    this.timer = null;
    Player.all.push(this);
    if (!this.steps.length) { this.root.querySelector(".deck").hidden = true; return; }
    this.listen();
    this.drawTicks();
    /* Where it went wrong is what one came to see; to play begins at the beginning. */
    this.go(Math.max(this.steps.findIndex((step) => step.key), 0));
    this.isOpening = true;
    new ResizeObserver(() => this.drawTicks()).observe(this.range);
  }

  /* Each step says what has changed since the one before it; here each knows everything. */
  whole(steps) {
    let places = {}, primitives = [], services = [];
    return steps.map((step) => {
      places = { ...places };
      for (const [lane, place] of Object.entries(step.places)) {
        if (place) places[lane] = place;
        else delete places[lane];
      }
      primitives = step.primitives ?? primitives;
      services = step.services ?? services;
      return { ...step, places, primitives, services };
    });
  }

  listen() {
    for (const button of this.root.querySelectorAll("button[data-play]")) {
      button.addEventListener("click", () => this.act(button.dataset.play));
    }
    this.range.addEventListener("input", () => { this.pause(); this.go(Number(this.range.value)); });
    this.timeline.svg.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (item) {
        event.preventDefault();
        this.goToInstant(Number(item.dataset.a), item.dataset.line);
      } else this.goToInstant(this.timeline.instantAt(event.clientX));
    });
    this.card.querySelector(".story")?.addEventListener("click", (event) => {
      const told = event.target.closest("[data-step]");
      if (told && !event.target.closest("a")) { this.pause(); this.go(Number(told.dataset.step)); }
    });
    for (const type of ["pointerdown", "focusin"]) {
      this.card.addEventListener(type, () => { Player.used = this; });
    }
  }

  act(what) {
    if (what === "toggle") { if (this.timer) this.pause(); else this.play(); return; }
    this.pause();
    if (what === "first") this.go(0);
    else if (what === "back") this.go(this.number - 1);
    else if (what === "on") this.go(this.number + 1);
    else if (what === "last") this.go(this.steps.length - 1);
    else if (what === "wrong") this.goWrong();
  }

  /* To the next step at which it went wrong; after the last one, to the first. */
  goWrong() {
    const after = this.steps.findIndex((step, n) => step.key && n > this.number);
    const found = after >= 0 ? after : this.steps.findIndex((step) => step.key);
    if (found >= 0) this.go(found);
  }

  /* To the first step of this instant, at this line if there is one there. */
  goToInstant(instant, line) {
    this.pause();
    const away = (step) => Math.abs(step.instant - instant);
    const least = Math.min(...this.steps.map(away));
    const there = this.steps.filter((step) => away(step) === least);
    this.go(this.steps.indexOf(there.find((step) => String(step.line) === line) ?? there[0]));
  }

  play() {
    if (this.isOpening || this.number === this.steps.length - 1) this.go(0);
    this.root.classList.add("playing");
    this.root.querySelector(".toggle").setAttribute("aria-label", this.words.pause);
    this.wait();
  }

  wait() {
    const second = 1000 / Number(this.root.querySelector(".speed select").value);
    this.timer = setTimeout(() => {
      this.go(this.number + 1);
      if (this.number === this.steps.length - 1) this.pause();
      else this.wait();
    }, second);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    this.root.classList.remove("playing");
    this.root.querySelector(".toggle").setAttribute("aria-label", this.words.play);
  }

  go(number) {
    this.isOpening = false;
    this.number = Math.min(Math.max(number, 0), this.steps.length - 1);
    const step = this.steps[this.number];
    const before = this.steps[this.number - 1] ?? { places: {}, primitives: [], services: [] };
    this.tell(step);
    /* Everything is drawn before anything is measured: a layout for each would take its time. */
    const place = this.drawPlaces(step, before);
    const line = this.drawMarkers(step);
    this.drawPrimitives(step, before);
    this.drawServices(step, before);
    if (place) reveal(this.root.querySelector(".places"), place);
    if (line) reveal(this.root.querySelector(".source"), line);
    this.timeline.play(step.instant, this.lanes.get(step.lane)?.row ?? -1);
  }

  /* One sentence, which a screen reader says. */
  tell(step) {
    const facts = { number: this.number + 1, count: this.steps.length, time: step.at, text: step.text };
    const now = this.root.querySelector(".now");
    now.classList.toggle("key", step.key);
    now.querySelector(".count").textContent = filled(this.words.count, facts);
    now.querySelector(".at").textContent = step.at;
    now.querySelector(".text").textContent = step.text;
    this.range.value = this.number;
    this.range.setAttribute("aria-valuetext", filled(this.words.said, facts));
  }

  /* The lanes of what stands somewhere, as the timeline has them. */
  inOrder(places) {
    const row = (lane) => this.lanes.get(lane)?.row ?? Infinity;
    return Object.keys(places).sort((one, other) => row(one) - row(other) || one.localeCompare(other));
  }

  who(lane) {
    return this.lanes.get(lane)?.who ?? filled(this.words.task, { number: lane.replace(/\D+/, "") });
  }

  chip(lane, acts) {
    const text = this.lanes.get(lane)?.short ?? lane.replace(/\D+/, "");
    return element("span", { "class": acts ? "chip acts" : "chip", title: this.who(lane) }, text);
  }

  /* The list of who stands where; returns the entry to be seen. */
  drawPlaces(step, before) {
    const list = this.root.querySelector(".places");
    const lanes = this.inOrder(step.places);
    let first = null;
    list.replaceChildren(...lanes.map((lane) => {
      const place = step.places[lane], was = before.places[lane];
      const acts = lane === step.lane;
      const item = element("li", acts ? { "class": "acts" } : {});
      item.append(this.chip(lane, acts), " ", element("span", { "class": "who" }, this.who(lane)));
      const where = [];
      if (place.line !== null) where.push(filled(this.words.line, { line: place.line }));
      if (place.callers.length) where.push(filled(this.words.callers, { lines: place.callers.join(" → ") }));
      where.push(place.waits);
      item.append(element("div", { "class": "where" }, where.join(", ")));
      const changed = new Set(place.values.filter(([name, text]) => !was?.values.some(([n, t]) => n === name && t === text)).map(([name]) => name));
      const open = lanes.length <= MOST_OPEN || acts || (was && changed.size);
      if (open && place.values.length) item.append(this.values(place.values, was ? changed : new Set()));
      if (acts || (!first && place !== was)) first = acts ? item : first ?? item;
      return item;
    }));
    if (!lanes.length) list.append(element("li", { "class": "none" }, this.pictured ? this.words.noTasks : this.words.notPictured));
    return first;
  }

  values(values, changed) {
    const list = element("dl", { "class": "values" });
    for (const [name, text] of values) {
      const given = element("dd", {}, element("code", {}, text));
      if (changed.has(name)) {
        given.className = "changed";
        given.append(element("span", { "class": "flag" }, this.words.changed));
      }
      list.append(element("dt", {}, name), given);
    }
    return list;
  }

  /* The chips beside the source; returns the line to be seen. */
  drawMarkers(step) {
    for (const line of this.marked) {
      line.classList.remove("here", "called");
      line.querySelector(".stands").replaceChildren();
    }
    const at = new Map();
    for (const lane of this.inOrder(step.places)) {
      const place = step.places[lane];
      if (this.lines[place.line - 1]) at.set(place.line, [...(at.get(place.line) ?? []), lane]);
    }
    this.marked = [];
    for (const [number, lanes] of at) {
      const line = this.lines[number - 1];
      lanes.sort((one, other) => (other === step.lane) - (one === step.lane));
      const shown = lanes.length > MOST_CHIPS ? lanes.slice(0, MOST_CHIPS - 1) : lanes;
      const chips = shown.map((lane) => this.chip(lane, lane === step.lane));
      if (shown.length < lanes.length) chips.push(` +${lanes.length - shown.length}`);
      line.querySelector(".stands").replaceChildren(...chips);
      this.marked.push(line);
    }
    for (const number of step.places[step.lane]?.callers ?? []) {
      const line = this.lines[number - 1];
      if (line) { line.classList.add("called"); this.marked.push(line); }
    }
    const here = this.lines[(step.line ?? step.places[step.lane]?.line) - 1];
    if (!here) return null;
    here.classList.add("here");
    this.marked.push(here);
    return here;
  }

  drawPrimitives(step, before) {
    const list = this.root.querySelector(".primitives");
    list.replaceChildren(...step.primitives.map((each) => {
      const was = before.primitives.find((other) => other.kind === each.kind && other.name === each.name);
      const changed = JSON.stringify(was) !== JSON.stringify(each);
      const item = element("li", changed ? { "class": "changed" } : {});
      const name = element("span", { "class": "who" }, each.kind, each.name ? " " : "");
      if (each.name) name.append(element("code", {}, each.name));
      item.append(name);
      if (each.facts) item.append(` · ${each.facts}`);
      if (changed) item.append(" ", element("span", { "class": "more" }, `(${was ? this.words.changed : this.words["new"]})`));
      for (const role of ["holders", "waiting", "senders"]) {
        if (!each[role].length) continue;
        const template = this.words[role === "holders" ? "held" : role];
        const [head, tail] = template.split("{tasks}");
        const tasks = each[role].flatMap((number) => [this.chip(`task${number}`, `task${number}` === step.lane), " "]);
        item.append(element("div", { "class": "where" }, head, ...tasks, tail ?? ""));
      }
      return item;
    }));
    if (!step.primitives.length) list.append(element("li", { "class": "none" }, this.pictured ? this.words.nothing : this.words.notPictured));
  }

  drawServices(step, before) {
    const list = this.root.querySelector(".services");
    list.replaceChildren(...step.services.map((each, n) => {
      const was = before.services[n];
      const changed = new Set(each.values.filter(([name, text]) => was && !was.values.some(([m, t]) => m === name && t === text)).map(([name]) => name));
      return element("li", changed.size ? { "class": "changed" } : {},
        element("span", { "class": "who" }, each.name), this.values(each.values, changed));
    }));
    if (!step.services.length) list.append(element("li", { "class": "none" }, this.pictured ? this.words.noServices : this.words.notPictured));
  }

  /* The times below the scrubber, as many as there is room for, and where it went wrong. */
  drawTicks() {
    const ticks = this.root.querySelector(".ticks"), room = ticks.clientWidth;
    const last = this.steps.length - 1;
    const part = (n) => (last ? n / last : 0);
    const made = [];
    let end = -Infinity;
    const before = (n) => part(n) * room + this.steps[n].at.length * 3.6 < room - this.steps[last].at.length * 7.2 - 10;
    this.steps.forEach((step, n) => {
      if (n && step.at === this.steps[n - 1].at) return;
      const half = n ? step.at.length * 3.6 + 5 : 0;
      if (n && (part(n) * room - half < end || !before(n))) return;
      end = part(n) * room + (n ? half : step.at.length * 7.2 + 5);
      made.push([n, step.at]);
    });
    const spans = made.map(([n, at]) => placed(element("span", {}, at), part(n)));
    if (last) {
      const final = placed(element("span", { "class": "last" }, this.steps[last].at), 1);
      if (this.steps[last].at !== made.at(-1)[1]) spans.push(final);
    }
    const wrong = this.steps.flatMap((step, n) => (step.key ? [placed(element("i"), part(n))] : []));
    ticks.replaceChildren(...spans, ...wrong);
  }
}

const placed = (made, part) => { made.style.left = `${part * 100}%`; return made; };

/* Scroll what lies in a box into it, and nothing else. */
const reveal = (box, inside) => {
  const { top: above, height } = inside.getBoundingClientRect();
  const top = above - box.getBoundingClientRect().top - box.clientTop;
  if (top >= 0 && top + height <= box.clientHeight) return;
  const by = top - Math.max((box.clientHeight - height) / 3, 0);
  box.scrollTo({ top: box.scrollTop + by, behavior: "instant" });
};

const KEYS = { ArrowRight: "on", ArrowLeft: "back", Home: "first", End: "last", " ": "toggle", w: "wrong", W: "wrong" };

/* What has another use for a key in focus keeps it. */
const isTaken = (key, target) => {
  if (target.closest?.("select, textarea, input:not([type=range])")) return true;
  if (key === " ") return target.closest?.("button, summary, a") !== null;
  if (!key.startsWith("Arrow") && key !== "Home" && key !== "End") return false;
  if (target.closest?.("input[type=range]")) return true;
  return target !== document.body && target.scrollWidth > target.clientWidth && target.tabIndex >= 0 && key.startsWith("Arrow");
};

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  const shown = Player.all.filter((player) => player.steps.length && player.card.checkVisibility());
  const player = shown.includes(Player.used) ? Player.used : shown[0];
  if (!act || !player || isTaken(event.key, event.target)) return;
  event.preventDefault();
  player.act(act);
});

/* Where there is room for one run only, buttons say which. */
const chooseBackends = () => {
  const buttons = [...document.querySelectorAll("button[data-card]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) {
        const chosen = other === button;
        other.setAttribute("aria-pressed", String(chosen));
        document.getElementById(other.dataset.card).classList.toggle("chosen", chosen);
      }
      for (const player of Player.all) if (player.card.id !== button.dataset.card && player.steps.length) player.pause();
      Player.used = Player.all.find((player) => player.card.id === button.dataset.card);
    });
  }
};
