"use strict";
// Everything outside text reaches the page by textContent or attributes, never as HTML.
const SPAN = 900, SVG = "http://www.w3.org/2000/svg";
const WORD = { stable: "stable", panic: "panic", hold: "hold", undecided: "no decision", waiting: "waiting" };
const SIGN = { stable: "●", panic: "▲", hold: "❚❚", undecided: "✕", waiting: "…" };
const UNIT = { queueDepth: "waiting", concurrency: "running", rate: "arriving per second", gauge: "" };
const objects = new Map();
let offset = 0, only = null, text = "", lastHeard = 0, isFirst = true;

const $ = id => document.getElementById(id);
const now = () => Date.now() / 1000 + offset;
function make(tag, attributes = {}, ...children) {
  const node = tag.startsWith("svg:") ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(key, value);
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}
const number = value => value === null || value === undefined ? "–"
  : Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(+value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2));
const clock = seconds => new Date((seconds - offset) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
const sentence = words => words.charAt(0).toUpperCase() + words.slice(1);
function set(node, words) { if (node.textContent !== words) node.textContent = words; }

// One ScaledObject's card: its newest status and its last quarter of an hour.
class Card {
  constructor(key) {
    this.key = key; this.points = []; this.journal = []; this.isLoaded = false; this.isLoading = false; this.cursor = null;
    const part = (tag, name) => this[name] = make(tag, { class: name });
    this.counts = { desired: make("b"), ready: make("b"), current: make("b") };
    const count = name => make("div", {}, this.counts[name], make("span", {}, name));
    this.spark = make("svg:svg", { class: "spark", "aria-hidden": "true" });
    this.node = make("details", { class: "object", id: key },
      make("summary", { class: "head" }, part("span", "name"), part("span", "badge"),
        make("div", { class: "counts" }, count("desired"), count("ready"), count("current")), this.spark, part("span", "age"), part("p", "brief")),
      this.body = make("div", { class: "body" }));
    this.node.addEventListener("toggle", () => { this.load(); this.draw(); });
    this.isVisible = false;
  }

  take(status, at) {
    const old = this.status;
    this.status = status; this.heardAt = at;
    this.points.push(pointOf(status, at));
    while (this.points.length > 2 && this.points[1].t < at - SPAN) this.points.shift();
    if (!old || old.state !== status.state || old.desiredReplicas !== status.desiredReplicas) this.isLoaded = false;
    if (!old) {
      const shown = status.externalTrigger > 1 ? ` (external trigger ${status.externalTrigger})` : "";
      this.name.append(status.name + shown, make("small", {}, status.namespace));
    }
    this.draw();
  }

  get matches() {
    const { namespace, name, state } = this.status;
    return (!only || (only === "shortfall" ? this.status.shortfall > 0 : state === only)) && `${namespace}/${name}`.toLowerCase().includes(text);
  }

  get ageSeconds() { return this.status.dataAgeSeconds === null ? null : this.status.dataAgeSeconds + Math.max(0, Math.floor(now() - Math.max(this.heardAt, lastHeard))); }

  async load() {
    if (this.isLoaded || this.isLoading || !(this.isVisible || this.node.open)) return;
    this.isLoading = true;
    try {
      const { namespace, name, externalTrigger } = this.status;
      const answer = await fetch(`/api/v1/scaledobjects/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`);
      if (!answer.ok) return;
      const found = (await answer.json()).scaledObjects.find(one => one.externalTrigger === externalTrigger);
      if (!found) return;
      this.journal = found.journal;
      const past = pointsOf(found.history), first = this.points[0];
      const oldest = this.points.findIndex(point => point.isLive);
      const live = oldest < 0 ? [] : this.points.slice(oldest);
      this.points = past.filter(point => !live.length || point.t < live[0].t).concat(live.length ? live : first ? [first] : []);
      this.isLoaded = true;
    } catch { /* the next change or opening asks again */ } finally { this.isLoading = false; }
    this.draw();
  }

  draw() {
    const status = this.status;
    if (!status) return;
    this.node.className = `object ${status.state}`;
    this.node.hidden = !this.matches;
    this.badge.className = `badge ${status.shortfall > 0 && status.state === "stable" ? "hold" : status.state}`;
    set(this.badge, `${SIGN[status.state]} ${WORD[status.state]}${status.shortfall > 0 ? " · short" : ""}`);
    set(this.counts.desired, number(status.desiredReplicas));
    set(this.counts.ready, number(status.readyReplicas));
    set(this.counts.current, number(status.currentReplicas));
    const age = this.ageSeconds, isOld = age !== null && age >= 5;
    this.age.className = isOld ? "age old" : "age";
    set(this.age, age === null ? "no data yet" : `data ${isOld ? "" : "is "}${age} s old`);
    set(this.brief, brief(status));
    if (this.node.hidden || !(this.isVisible || this.node.open)) return;
    if (!this.isLoaded) this.load();
    if (this.node.open) this.drawBody(); else drawSpark(this.spark, this.points);
  }

  drawBody() {
    const status = this.status, shape = status.triggers.map(trigger => trigger.name).join("\n");
    if (this.shape !== shape) { this.shape = shape; this.build(status); }
    this.notes.replaceChildren(...notes(status));
    set(this.question, status.desiredReplicas === null ? "Why no number?" : `Why ${plural(status.desiredReplicas, "replica")}?`);
    const deciding = decidingReason(status);
    const reasons = status.reasons.map(reason => sentence(reason.text) + (reason === deciding ? ": this sets the number." : "."));
    if (status.active === false) reasons.push("KEDA is told that the workload is not needed: it may go to zero.");
    if (status.error) reasons.push(...(status.remarks.length ? status.remarks : [status.error.text]).map(words => sentence(words) + "."));
    if (status.state === "waiting") reasons.push("The first answer of the source has not come yet.");
    fill(this.why, reasons, words => make("li", {}, words));
    const most = Math.max(1, status.readyReplicas ?? 0, status.desiredReplicas ?? 0, ...status.triggers.map(trigger => trigger.demandReplicas ?? 0));
    status.triggers.forEach((trigger, index) => drawTrigger(this.triggers[index], trigger, status, most));
    this.drawCharts();
    fill(this.rows, this.journal.slice().reverse(), (change, index, all) => journalRow(change, all[index + 1]));
  }

  build(status) {
    const chart = (title, tall, draw) => {
      const output = make("output"), svg = make("svg:svg", { class: `chart ${tall ? "tall" : "low"}`, tabindex: "0", role: "img" });
      const entry = { svg, draw, output, title };
      svg.addEventListener("pointermove", event => this.point(event, svg));
      svg.addEventListener("pointerleave", () => { this.cursor = null; this.drawCharts(); });
      svg.addEventListener("blur", () => { this.cursor = null; this.drawCharts(); });
      svg.addEventListener("keydown", event => this.step(event));
      this.charts.push(entry);
      return make("figure", { class: tall ? "wide" : "" }, make("figcaption", {}, make("span", {}, title), output), svg);
    };
    this.charts = [];
    this.triggers = status.triggers.map(trigger => {
      const parts = { what: make("span"), asks: make("b"), bar: make("i"), mark: make("u"), sum: make("span", { class: "sum" }) };
      parts.node = make("div", { class: "trigger" }, make("p", {}, parts.what, parts.asks),
        make("div", { class: "bar", "aria-hidden": "true" }, parts.bar, parts.mark), make("p", {}, parts.sum), make("code", {}, trigger.query));
      return parts;
    });
    this.body.replaceChildren(
      this.notes = make("div", { class: "wide notes" }),
      make("section", { class: "why" }, this.question = make("h3"), this.why = make("ol")),
      make("section", {}, make("h3", {}, "What each trigger asks for"), ...this.triggers.map(parts => parts.node)),
      chart("Replicas, last 15 minutes", true, (card, entry) => drawReplicas(card, entry)),
      ...status.triggers.slice(0, 4).map((trigger, index) =>
        chart(`${trigger.name}: ${trigger.kind === "utilization" ? "mean utilization" : trigger.kind === "gauge" ? "total" : "requests " + UNIT[trigger.kind]}`, false, (card, entry) => drawLoad(card, entry, index))),
      make("details", { class: "wide journal" }, make("summary", {}, "Changes of the last 15 minutes"),
        make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Changes" }, make("table", {}, make("thead", {}, make("tr", {}, ...["Time", "State", "Desired", "Ready", "Why"].map(words => make("th", { scope: "col" }, words)))), this.rows = make("tbody")))));
  }

  drawCharts() { for (const entry of this.charts ?? []) entry.draw(this, entry); }

  point(event, svg) {
    const box = svg.getBoundingClientRect(), left = margin(box.width).left, right = margin(box.width).right;
    const share = (event.clientX - box.left - left) / (box.width - left - right);
    this.cursor = share < 0 || share > 1 ? null : now() - SPAN + share * SPAN;
    this.drawCharts();
  }

  step(event) {
    const by = { ArrowLeft: -3, ArrowRight: 3, PageUp: -60, PageDown: 60 }[event.key];
    if (event.key === "Escape") this.cursor = null;
    else if (event.key === "Home") this.cursor = now() - SPAN;
    else if (event.key === "End") this.cursor = now();
    else if (by) this.cursor = Math.min(now(), Math.max(now() - SPAN, (this.cursor ?? now()) + by));
    else return;
    event.preventDefault();
    this.drawCharts();
  }
}

function fill(list, items, build) {
  const print = JSON.stringify(items);
  if (list.print === print) return;
  list.print = print;
  list.replaceChildren(...items.map(build));
}

function pointOf(status, t) {
  return { t, isLive: true, state: status.state, desired: status.desiredReplicas, ready: status.readyReplicas, current: status.currentReplicas,
    readings: status.triggers.map(trigger => trigger.mean ?? trigger.total), demands: status.triggers.map(trigger => trigger.demandReplicas) };
}

function pointsOf(history) {
  const count = history.desired.length;
  return history.desired.map((desired, index) => ({
    t: history.endsAt - (count - 1 - index) * history.stepSeconds, state: history.states[index], desired, ready: history.ready[index], current: history.current[index],
    readings: history.triggers.map(trigger => trigger.readings[index]), demands: history.triggers.map(trigger => trigger.demands[index]) }));
}

function brief(status) {
  if (status.error) return sentence(status.error.text) + ".";
  if (status.state === "waiting") return "Waiting for the source’s first answer.";
  return status.reasons.slice(0, 2).map(reason => sentence(reason.text)).join(". ") + (status.reasons.length ? "." : "");
}

// The last rule that gave exactly the number that is wanted; none where several make it up together.
function decidingReason(status) {
  const bounds = ["minReplicas", "maxReplicas", "capacity"];
  return status.reasons.findLast(reason => (bounds.includes(reason.code) ? reason.limit : reason.amount) === status.desiredReplicas);
}

function notes(status) {
  const found = [];
  if (status.error) found.push(make("div", { class: "note bad" }, make("strong", {}, "✕ " + sentence(status.error.text) + "."), make("p", {}, sentence(status.error.remedy) + ".")));
  if (status.shortfall > 0) found.push(make("div", { class: "note odd" }, make("strong", {}, `! ${plural(status.shortfall, "replica")} cannot be placed.`),
    make("p", {}, `There is room for ${number(status.placeableReplicas)}: add nodes, or free capacity.`)));
  const list = (title, items) => items.length ? found.push(make("div", { class: "note odd" }, make("strong", {}, "! " + title), make("ul", {}, ...items.map(words => make("li", {}, sentence(words)))))) : 0;
  if (!status.error) list("The sources", status.remarks);
  list("The trigger metadata", status.warnings);
  return found;
}

function drawTrigger(parts, trigger, status, most) {
  const isShare = trigger.kind === "utilization", unit = trigger.unit === "percent" ? " %" : "";
  const amount = trigger.mean ?? trigger.total;
  set(parts.what, `${trigger.name}: ${amount === null ? "no usable value" : isShare ? `${number(amount)}${unit} busy` : `${number(amount)} ${UNIT[trigger.kind] ?? ""}`}`);
  const isBusyOnly = isShare && trigger.target === null && amount > 0 && trigger.demandReplicas === 0;
  set(parts.asks, isBusyOnly ? "says busy, not how busy: the others decide" : trigger.demandReplicas === null ? "asks for: unknown" : `asks for ${number(trigger.demandReplicas)} replicas`);
  const learned = status.reasons.find(reason => reason.code === "demand" && reason.trigger === trigger.name)?.limit ?? null;
  const target = trigger.target !== null ? `${number(trigger.target)}${unit} per replica`
    : learned !== null ? `${number(learned * (unit ? 100 : 1))}${unit} per replica, as learned` : "a learned target per replica";
  set(parts.sum, amount === null ? `target ${target}`
    : trigger.replicas !== null && isShare ? `${number(trigger.total)}${unit} over ${plural(trigger.replicas, "replica")} ÷ ${target}`
    : `${number(trigger.total ?? trigger.mean)}${unit} ÷ ${target}`);
  parts.bar.style.width = `${100 * (trigger.demandReplicas ?? 0) / most}%`;
  parts.mark.hidden = status.readyReplicas === null;
  parts.mark.style.left = `calc(${100 * (status.readyReplicas ?? 0) / most}% - 3px)`;
  parts.bar.parentNode.title = status.readyReplicas === null ? "" : `the mark: ${plural(status.readyReplicas, "ready replica")}`;
}

function journalRow(change, before) {
  const was = before?.desiredReplicas, is = change.desiredReplicas;
  const why = change.error ? change.error.text : change.reasons.map(reason => sentence(reason.text)).join(". ");
  const seen = change.readings.map(one => `${one.trigger} ${number(one.mean ?? one.total)}`).join(", ");
  return make("tr", { class: change.state }, make("td", { class: "time" }, clock(change.at)), make("td", { class: "state" }, `${SIGN[change.state]} ${WORD[change.state]}`),
    make("td", { class: "change" }, before && was !== is ? `${number(was)} → ${number(is)}` : number(is)), make("td", { class: "ready" }, number(change.readyReplicas)),
    make("td", { class: "reasons" }, `${why}. (${seen})`));
}
