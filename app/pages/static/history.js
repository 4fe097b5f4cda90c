// Back closes what lies on top (a sheet, a menu) before it leaves the page, and whoever comes back to a page finds the place
// and the rows that they left.
//
// Each page of the history has an id of its own. Each layer above it is one more entry with the same id and its depth. What a
// button closes leaves its entry behind: it is used for the next layer, gives way to the next page, and back passes over it.
(() => {
  history.scrollRestoration = "manual";
  const push = history.pushState.bind(history), replace = history.replaceState.bind(history);
  const PLACES = "pd-places", MOST = 60;
  const said = () => history.state || {};
  const layers = () => document.querySelectorAll(".q-dialog--modal, .q-menu:not([class*='-leave-']), dialog.pd-away").length;
  const frame = () => new Promise((done) => setTimeout(done, 20));
  const fresh = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);

  // where one is: an entry that came from elsewhere gets its id now
  function mark() {
    if (!said().entry) replace({ ...said(), entry: fresh(), depth: 0 }, "");
    return { entry: said().entry, depth: said().depth, address: location.href };
  }
  let here = mark();

  history.pushState = (data, title, address) => {
    const state = { ...data, entry: fresh(), depth: 0 };
    said().depth ? replace(state, title, address) : push(state, title, address);
    const elsewhere = here.address !== location.href;
    here = mark();
    if (elsewhere) shut(0);
  };
  history.replaceState = (data, title, address) => {
    replace({ ...data, entry: here.entry, depth: here.depth }, title, address);
    here = mark();
    if (here.depth) renamed.set(here.entry, here.address);
  };
  // a filter that is chosen in a menu belongs to the page below it, whose own entry cannot be written from above
  const RENAMED = "pd-renamed", renamed = new Map(JSON.parse(sessionStorage.getItem(RENAMED) || "[]"));
  addEventListener("pagehide", () => { try { sessionStorage.setItem(RENAMED, JSON.stringify([...renamed].slice(-60))); } catch { /* full or forbidden */ } });
  function rightAddress() {
    const address = !said().depth && renamed.get(said().entry);
    renamed.delete(said().entry);
    if (address && address !== location.href) replace(said(), "", address);
  }

  // as Escape does it, from the top
  async function shut(left) {
    for (let tries = 0; layers() > left && tries < 25; tries++) {
      for (const kind of ["keydown", "keyup"]) dispatchEvent(new KeyboardEvent(kind, { key: "Escape", keyCode: 27 }));
      await frame();
    }
  }

  addEventListener("popstate", (event) => {
    const was = here;
    keep(was);
    rightAddress();
    here = mark();
    if (here.entry !== was.entry) {
      shut(0);
      restore(here);
      return;
    }
    event.stopImmediatePropagation();
    if (was.address !== here.address) history.replaceState(said(), "", was.address);
    if (here.depth > was.depth) return;
    if (layers() > here.depth) shut(here.depth);
    else history.back();
  }, true);

  function deepen() {
    for (let depth = here.depth + 1; depth <= layers(); depth++) {
      push({ ...said(), depth }, "");
      here = mark();
    }
  }
  // sheets and menus are drawn into nodes of their own below the body
  const inside = new MutationObserver(deepen);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes)
      if (node.id?.startsWith("q-portal")) inside.observe(node, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
    deepen();
  }).observe(document.body, { childList: true });

  // places: which row stood where, how far each scrolling part was read, and how often each "more" was asked for
  const places = (() => { try { return new Map(JSON.parse(sessionStorage.getItem(PLACES) || "[]")); } catch { return new Map(); } })();
  const parts = () => [...document.querySelectorAll(".pd-main .pd-board, .pd-main [data-stage] .pd-lane-cards")];
  const part = (one) => one.closest("[data-stage]")?.dataset.stage || "board";
  // not those of the first paint, which is hidden by then
  const ROWS = "#app .pd-main [data-row], #app .pd-main .pd-row a[href], #app .pd-main article a[href]";
  const called = (row) => row.dataset.row || row.getAttribute("href"), top = (row) => row.getBoundingClientRect().top;
  function firstRow() {
    for (const row of document.querySelectorAll(ROWS)) if (top(row) > 60 && top(row) < innerHeight) return [called(row), top(row)];
    return null;
  }
  let held = null;
  function keep({ entry }) {
    if (held) return;
    const inner = Object.fromEntries(parts().map((one) => [part(one), [one.scrollLeft, one.scrollTop]]));
    places.delete(entry);
    places.set(entry, { y: scrollY, row: scrollY > 0 && firstRow(), inner, more: asked.get(entry) || {} });
    while (places.size > MOST) places.delete(places.keys().next().value);
    try { sessionStorage.setItem(PLACES, JSON.stringify([...places])); } catch { /* full or forbidden: places live as long as the tab */ }
  }
  const asked = new Map([...places].map(([entry, place]) => [entry, place.more || {}]));
  document.addEventListener("click", (event) => {
    const more = event.isTrusted && event.target.closest?.(".pd-more");
    if (more) asked.set(here.entry, { ...asked.get(here.entry), [more.innerText]: (asked.get(here.entry)?.[more.innerText] || 0) + 1 });
    keep(here);
  }, true);
  addEventListener("pagehide", () => keep(here));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep(here));
  // a finger that moves the page has the last word
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) addEventListener(kind, (event) => { if (event.isTrusted) held = null; }, { capture: true, passive: true });

  // the page comes from the server in parts, and its list in pages: it is held until it has grown to where one stood
  async function restore({ entry }) {
    const place = places.get(entry);
    if (!place || !(place.y || Object.keys(place.more).length || Object.values(place.inner).some(([x, y]) => x || y))) { held = null; return; }
    const mine = held = {}, more = { ...place.more }, began = Date.now(), screen = () => document.querySelector(".nicegui-sub-pages");
    let grown = began, high = -1, there = 0, drawn = null;
    const renewed = new MutationObserver(() => { drawn ??= Date.now(); }), isCold = !screen();
    if (!isCold) renewed.observe(screen(), { childList: true });
    while (held === mine && Date.now() - began < 60000) {
      await new Promise(requestAnimationFrame);
      if (held !== mine) break;
      const now = Date.now(), most = document.documentElement.scrollHeight - innerHeight;
      if (isCold && screen()?.children.length) drawn ??= now;
      if (most !== high) { high = most; grown = now; }
      const button = [...document.querySelectorAll("#app .pd-main .pd-more")].find((one) => more[one.innerText] > 0);
      if (button && now - grown > 80) { more[button.innerText] -= 1; button.click(); grown = now; }
      // rows above it may have changed their height since
      const row = place.row && [...document.querySelectorAll(ROWS)].find((one) => called(one) === place.row[0]);
      const wanted = row ? scrollY + top(row) - place.row[1] : place.y;
      if (Math.abs(scrollY - Math.min(wanted, most)) > 1) scrollTo({ top: wanted, behavior: "instant" });
      for (const one of parts()) if (place.inner[part(one)]) one.scrollTo({ left: place.inner[part(one)][0], top: place.inner[part(one)][1], behavior: "instant" });
      if (Math.abs(scrollY - wanted) > 1 || button) there = 0; else there ||= now;
      // the same screen is not drawn anew; another one is, as soon as the server has answered
      const settled = drawn !== null ? now - Math.max(drawn, grown) > 400 : now - began > 5000;
      if (settled && (there ? now - there > 400 : now - grown > 10000)) break;
    }
    renewed.disconnect();
    if (held === mine) held = null;
  }
  restore(here);
})();
