// What is typed into a sheet and not saved outlives a tap beside it, a reload, a lost line, a new start of the server and a
// sign-in. It belongs to the sheet and to whom it is about, both by id (`data-draft`); the server says when it is saved.
// A draft only takes the place of what it was typed over: what others have changed since stays.
(() => {
  const TYPED = "textarea, input:not([type=password], [type=file], [type=checkbox], [type=search], [readonly])";
  const sheetOf = (node) => node.closest?.(".pd-sheet[data-draft]");
  const nameOf = (input) => input.getAttribute("aria-label") || input.closest("label")?.querySelector(".q-field__label")?.textContent;
  const inputsIn = (node) => [...node.querySelectorAll(TYPED)].filter((one) => !one.closest(".q-select"));
  const began = new WeakMap();
  const begin = (input) => { if (!began.has(input)) began.set(input, input.value); };

  // { sheet: { at, said: { field: [what it was typed over, what was typed] } } }, as this page knows it
  let held = {}, filling = false, queue = owner;
  const read = async () => { const kept = await owner; if (kept) held = { ...await (await outbox()).readDrafts(kept), ...changed() }; };
  // what another tab of this person keeps stays as it is
  const touched = new Set(), changed = () => Object.fromEntries([...touched].map((key) => [key, held[key]]).filter(([, draft]) => draft));
  function save(key) {
    touched.add(key);
    queue = queue.then(async () => {
      const kept = await owner;
      if (!kept) return;
      const { readDrafts, keepDrafts } = await outbox(), { [key]: _, ...others } = await readDrafts(kept);
      await keepDrafts(kept, held[key] ? { ...others, [key]: held[key] } : others);
    });
  }
  function drop(key) {
    if (!held[key]) return;
    delete held[key];
    save(key);
  }
  window.dropDraft = drop;
  // when all that was typed so far lies sealed
  window.draftsKept = () => queue;

  document.addEventListener("focusin", ({ target }) => { if (target.matches?.(TYPED) && sheetOf(target)) begin(target); });
  document.addEventListener("input", ({ target }) => {
    const sheet = !filling && target.matches?.(TYPED) && !target.closest(".q-select") && sheetOf(target), name = sheet && nameOf(target);
    if (!name) return;
    const key = sheet.dataset.draft, said = { ...held[key]?.said }, was = said[name]?.[0] ?? began.get(target) ?? "";
    if (target.value === was) delete said[name]; else said[name] = [was, target.value];
    if (!Object.keys(said).length) { drop(key); return; }
    held[key] = { at: Date.now(), said };
    save(key);
  });

  function write(input, value) {
    filling = true;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    filling = false;
  }
  function fill(input) {
    const sheet = sheetOf(input), kept = sheet && held[sheet.dataset.draft]?.said[nameOf(input)];
    if (!kept || input.value !== kept[0]) return;
    began.set(input, kept[0]);
    sheet.dataset.restored = "";
    const fold = input.closest(".q-expansion-item--collapsed");
    // a field takes its height when it is seen
    if (fold) { unfold(fold); setTimeout(() => input.value === kept[0] && write(input, kept[1]), 50); } else write(input, kept[1]);
  }
  const unfold = (fold) => fold?.querySelector(".q-item")?.click();
  // a part that is drawn only when it is wanted
  function reach(place) {
    const said = held[sheetOf(place)?.dataset.draft]?.said || {}, here = new Set(inputsIn(place).map(nameOf));
    if (Object.keys(said).some((name) => !here.has(name))) place.querySelectorAll(".q-expansion-item--collapsed").forEach(unfold);
  }
  // as the sheet comes up, and where a part of it is drawn late: what is drawn anew in it begins empty on purpose
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      const place = node.nodeType === 1 && (node.matches(".pd-sheet[data-draft], [data-late]") ? node : node.querySelector(".pd-sheet[data-draft], [data-late]"));
      if (!place) continue;
      const inputs = inputsIn(place);
      inputs.forEach(begin);
      inputs.forEach(fill);
      read().then(() => {
        inputs.filter((one) => one.isConnected).forEach(fill);
        if (place.matches(".pd-sheet")) reach(place);
      });
    }
  }).observe(document.body, { childList: true, subtree: true });
  // taken back: the fields stand as they were before
  document.addEventListener("click", ({ target }) => {
    const sheet = target.closest?.(".pd-restored button") && sheetOf(target);
    if (!sheet) return;
    const said = held[sheet.dataset.draft]?.said || {};
    for (const input of inputsIn(sheet)) if (said[nameOf(input)]?.[1] === input.value) write(input, said[nameOf(input)][0]);
    drop(sheet.dataset.draft);
    delete sheet.dataset.restored;
  });
  read();
})();
