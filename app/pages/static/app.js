// What the server cannot know: the person came back from the dialler, or is typing and must not lose it.
history.scrollRestoration = "manual";
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && window.emitEvent) emitEvent("came_back");
});
if ("serviceWorker" in navigator) addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
// shortcuts for a keyboard: never while somebody types
document.addEventListener("keydown", (e) => {
  if (e.target.closest("input, textarea, [contenteditable]") || e.metaKey || e.ctrlKey || e.altKey) return;
  if (e.key === "/") {
    const box = document.querySelector("input[type=search]");
    if (box) { e.preventDefault(); box.focus(); }
  }
  if (e.key === "n" && window.emitEvent) { e.preventDefault(); emitEvent("add_contact"); }
});
