// Live data: server-sent events, and every two seconds by asking where those do not get through.
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) { const card = objects.get(entry.target.id); if (card) { card.isVisible = entry.isIntersecting; if (entry.isIntersecting) card.draw(); } }
}, { rootMargin: "200px" });

function take(message, isWhole) {
  const at = message.server.at;
  offset = at - Date.now() / 1000; lastHeard = at;
  set($("version"), message.server.version);
  if (message.server.readiness !== "ready") set($("link"), `the server is ${message.server.readiness}`);
  const keys = new Set();
  for (const status of message.scaledObjects) {
    const key = `${status.namespace}/${status.name}/${status.externalTrigger}`;
    keys.add(key);
    let card = objects.get(key);
    if (!card) { objects.set(key, card = new Card(key)); card.take(status, at); place(card); } else card.take(status, at);
  }
  const gone = isWhole ? [...objects.keys()].filter(key => !keys.has(key)) : message.removed ?? [];
  for (const key of gone) { const card = objects.get(key); if (card) { seen.unobserve(card.node); card.node.remove(); objects.delete(key); } }
  for (const [key, card] of objects) if (!keys.has(key)) card.draw();
  if (isFirst && objects.size) {
    isFirst = false;
    const asked = objects.get(decodeURIComponent(location.hash.slice(1)));
    for (const card of objects.values()) if (objects.size <= 3 || card === asked) card.node.open = true;
    asked?.node.scrollIntoView();
  }
  header();
}

function place(card) {
  const list = $("objects").children;
  let low = 0, high = list.length;
  while (low < high) { const middle = (low + high) >> 1; if (list[middle].id < card.key) low = middle + 1; else high = middle; }
  $("objects").insertBefore(card.node, list[low] ?? null);
  seen.observe(card.node);
}

function header() {
  const counts = { stable: 0, panic: 0, hold: 0, undecided: 0, waiting: 0, shortfall: 0 };
  for (const card of objects.values()) { counts[card.status.state]++; if (card.status.shortfall > 0) counts.shortfall++; }
  $("empty").hidden = objects.size > 0;
  const chips = [[null, plural(objects.size, "ScaledObject")], ["undecided", `${SIGN.undecided} ${counts.undecided} without decision`], ["panic", `${SIGN.panic} ${counts.panic} in panic`],
    ["hold", `${SIGN.hold} ${counts.hold} on hold`], ["shortfall", `! ${counts.shortfall} short of room`]];
  chips.forEach(([state, words], index) => {
    let chip = $("chips").children[index];
    if (!chip) {
      chip = $("chips").appendChild(make("button", { type: "button" }));
      chip.addEventListener("click", () => { only = only === state ? null : state; header(); refresh(); });
    }
    set(chip, words);
    chip.setAttribute("aria-pressed", String(only === state));
    chip.disabled = state !== null && only !== state && !counts[state];
  });
  const trouble = counts.undecided + counts.panic;
  document.title = `${trouble ? `(${trouble}) ` : ""}keda-burst-scaler`;
}

function refresh() { for (const card of objects.values()) card.draw(); }

let source = null, pollTimer = null, isPolling = false;
function follow() {
  source = new EventSource("/api/v1/events");
  const heard = isWhole => event => { stopPolling(); set($("link"), "live"); $("offline").hidden = true; take(JSON.parse(event.data), isWhole); };
  source.addEventListener("snapshot", heard(true));
  source.addEventListener("update", heard(false));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 15000);
    poll();
  };
}

function stopPolling() { clearTimeout(pollTimer); pollTimer = null; isPolling = false; }

async function poll() {
  if (isPolling) return;
  isPolling = true;
  try {
    const answer = await fetch("/api/v1/scaledobjects");
    if (!answer.ok) throw new Error(answer.status);
    take(await answer.json(), true);
    set($("link"), "updated every 2 s");
    $("offline").hidden = true;
  } catch {
    set($("link"), "no connection");
    set($("offline"), `The scaler does not answer${lastHeard ? ` since ${clock(lastHeard)}; what stands below is from then` : ""}. KEDA may not be answered either: look at its pods with kubectl get pods and kubectl logs.`);
    $("offline").hidden = false;
    refresh();
  }
  if (isPolling) { isPolling = false; pollTimer = setTimeout(poll, 2000); }
}

$("filter").addEventListener("input", event => { text = event.target.value.trim().toLowerCase(); refresh(); });
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== $("filter")) { event.preventDefault(); $("filter").focus(); }
  if (event.key === "Escape" && document.activeElement === $("filter")) { $("filter").value = text = ""; refresh(); }
});
let resizeTimer = null;
addEventListener("resize", () => { clearTimeout(resizeTimer); resizeTimer = setTimeout(refresh, 100); });
follow();
