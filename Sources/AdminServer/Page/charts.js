// Charts: steps over the last quarter of an hour, told apart by stroke and label as well as by colour.
const margin = width => ({ left: 42, right: width < 480 ? 86 : 104, top: 18, bottom: 20 });

function nice(most, isWhole) {
  const step = Math.max(isWhole ? 1 : 0, [1, 2, 2.5, 5, 10].map(one => one * 10 ** Math.floor(Math.log10(Math.max(most, 1e-9) / 3))).find(one => most / one <= 4) ?? most / 3);
  const whole = isWhole ? Math.ceil(step) : step, count = Math.max(1, Math.ceil(most / whole - 1e-9));
  return { top: whole * count, ticks: Array.from({ length: count + 1 }, (_, index) => index * whole) };
}

function steps(points, pick, x, y, end) {
  let path = "", isOpen = false, last = null;
  for (const point of points) {
    const value = pick(point);
    if (value === null || value === undefined) {
      if (isOpen) path += `H${x(point.t)}`;
      isOpen = false;
    } else if (!isOpen) { path += `M${x(point.t)} ${y(value)}`; isOpen = true; }
    else if (value !== last) path += `H${x(point.t)}V${y(value)}`;
    last = value;
  }
  return isOpen ? path + `H${x(end)}` : path;
}

function bands(points, end) {
  const found = [];
  for (const point of points) {
    const last = found.at(-1);
    if (last && last.state === point.state) continue;
    if (last) last.to = point.t;
    found.push({ state: point.state, from: point.t, to: end });
  }
  return found.filter(band => ["panic", "hold", "undecided"].includes(band.state));
}

function at(points, t) {
  let found = null;
  for (const point of points) { if (point.t > t) break; found = point; }
  return found;
}

// Draws a chart and gives the point under the cursor.
function drawChart(card, { svg, output, title }, series, isWhole, read) {
  const { width, height } = svg.getBoundingClientRect();
  if (width < 50) return;
  const end = now(), start = end - SPAN, space = margin(width), right = width - space.right, bottom = height - space.bottom;
  const points = card.points.filter((point, index, all) => point.t <= end && (point.t >= start || (all[index + 1]?.t ?? 0) > start));
  const x = t => +(space.left + (Math.max(start, t) - start) / SPAN * (right - space.left)).toFixed(1);
  let most = 0;
  for (const one of series) for (const point of points) most = Math.max(most, one.pick(point) ?? 0);
  const scale = nice(most || 1, isWhole), y = value => +(bottom - value / scale.top * (bottom - space.top)).toFixed(1);
  const nodes = [];
  for (const tick of scale.ticks) nodes.push(make("svg:path", { class: tick ? "grid" : "axis", d: `M${space.left} ${y(tick)}H${right}` }), make("svg:text", { x: space.left - 5, y: y(tick) + 4, "text-anchor": "end" }, number(tick)));
  for (let minutes = 15; minutes >= 0; minutes -= width < 480 ? 15 : 5) nodes.push(make("svg:text", { x: x(end - minutes * 60), y: height - 5, "text-anchor": minutes === 15 ? "start" : minutes ? "middle" : "end" }, minutes ? `${minutes} min ago` : "now"));
  let free = -1;
  for (const band of bands(points, end)) {
    const from = x(band.from), to = Math.max(x(band.to), from + 2), words = `${SIGN[band.state]} ${WORD[band.state]}`;
    nodes.push(make("svg:rect", { class: "band", x: from, y: space.top, width: to - from, height: bottom - space.top, fill: `url(#hatch-${band.state})` }, make("svg:title", {}, `${WORD[band.state]} from ${clock(band.from)}`)));
    // Room for the words: at the band's start, or before its end where the chart ends.
    const room = words.length * 7, start = Math.min(from, right - room);
    if (start > free) { nodes.push(make("svg:g", { class: band.state }, make("svg:text", { class: "b", x: start, y: space.top - 6 }, words))); free = start + room; }
  }
  const labels = [];
  for (const one of series) {
    const path = steps(points, one.pick, x, y, end), last = points.length ? one.pick(points.at(-1)) : null;
    if (!path) continue;
    if (one.isFilled) nodes.push(make("svg:path", { class: "fill", d: path.split("M").slice(1).map(piece => `M${piece.split(/[ HV]/)[0]} ${bottom}L${piece}V${bottom}Z`).join("") }));
    nodes.push(make("svg:path", { class: `s ${one.name}`, d: path }));
    if (last !== null && last !== undefined) labels.push({ y: y(last), words: `${one.label} ${number(last)}`, name: one.name });
  }
  labels.sort((one, other) => one.y - other.y);
  labels.forEach((label, index) => { if (index) label.y = Math.max(label.y, labels[index - 1].y + 13); });
  for (let index = labels.length - 1, limit = bottom + 4; index >= 0; index--) { labels[index].y = Math.min(labels[index].y, limit); limit = labels[index].y - 13; }
  for (const label of labels) nodes.push(make("svg:text", { class: `l-${label.name}`, x: right + 6, y: label.y + 4 }, label.words));
  if (card.cursor !== null) nodes.push(make("svg:path", { class: "cursor", d: `M${x(card.cursor)} ${space.top}V${bottom}` }));
  const point = at(points, card.cursor ?? end), words = point ? `${WORD[point.state] ?? "no data"}, ${read(point)}` : "nothing yet";
  set(output, point && card.cursor !== null ? `${clock(card.cursor)}: ${words}` : "");
  svg.setAttribute("aria-label", `${title}; ${card.cursor !== null ? clock(card.cursor) : "now"}: ${words}`);
  svg.replaceChildren(...nodes);
}

const demandOf = point => { const known = point.demands.filter(demand => demand !== null); return known.length ? Math.max(...known) : null; };

function drawReplicas(card, entry) {
  drawChart(card, entry, [
    { name: "demand", label: "demand", pick: demandOf, isFilled: true }, { name: "current", label: "current", pick: point => point.current },
    { name: "ready", label: "ready", pick: point => point.ready }, { name: "desired", label: "desired", pick: point => point.desired }], true,
    point => `desired ${number(point.desired)}, ready ${number(point.ready)}, demand ${number(demandOf(point))}`);
}

function drawLoad(card, entry, index) {
  const trigger = card.status.triggers[index], isMean = trigger.mean !== null || trigger.kind === "utilization";
  const carried = point => trigger.target === null ? null : isMean ? trigger.target : point.ready === null ? null : trigger.target * point.ready;
  drawChart(card, entry, [{ name: "reading", label: isMean ? "mean" : "load", pick: point => point.readings[index], isFilled: true }, { name: "carried", label: isMean ? "target" : "carried", pick: carried }], false,
    point => `${isMean ? "mean" : "load"} ${number(point.readings[index])}, ${isMean ? "target" : "the ready replicas carry"} ${number(carried(point))}`);
}

function drawSpark(svg, points) {
  const { width, height } = svg.getBoundingClientRect(), end = now(), start = end - SPAN;
  if (width < 20) return;
  const most = Math.max(1, ...points.map(point => Math.max(point.desired ?? 0, point.ready ?? 0)));
  const x = t => +((Math.max(start, t) - start) / SPAN * width).toFixed(1), y = value => +(height - 3 - value / most * (height - 6)).toFixed(1);
  svg.replaceChildren(
    ...bands(points, end).map(band => make("svg:rect", { class: "band", x: x(band.from), y: 0, width: Math.max(2, x(band.to) - x(band.from)), height, fill: `url(#hatch-${band.state})` })),
    make("svg:path", { class: "s ready", d: steps(points, point => point.ready, x, y, end) }), make("svg:path", { class: "s desired", d: steps(points, point => point.desired, x, y, end) }));
}
