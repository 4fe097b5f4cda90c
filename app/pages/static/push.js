// Notices on the lock screen: this browser asks its maker's push service for an address, and gives it to us.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const same = (buffer, key) => buffer && text(buffer) === key;

export async function give(subscription) {
  const body = { endpoint: subscription.endpoint, p256dh: text(subscription.getKey("p256dh")), auth: text(subscription.getKey("auth")) };
  const answer = await fetch("/api/notices/push", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (answer.ok) return "";
  await subscription.unsubscribe().catch(() => {});
  return (await answer.json().catch(() => ({}))).detail || "This did not work. Try again later.";
}

// an empty sentence when notices reach this device now, else why they do not
export async function begin() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window))
    return /iPhone|iPad/.test(navigator.userAgent) ? "On an iPhone or iPad, add Pipedriven to the home screen first, and open it from there." : "This browser cannot show notifications.";
  // asked before anything else: a browser only listens to a question that follows a tap at once
  const may = await Notification.requestPermission();
  if (may !== "granted") return "Notifications are blocked for this site. Allow them in the settings of the browser.";
  try {
    const worker = await navigator.serviceWorker.ready;
    const answer = await fetch("/api/notices/push");
    const { key } = await answer.json();
    let kept = await worker.pushManager.getSubscription();
    if (kept && !same(kept.options.applicationServerKey, key)) { await kept.unsubscribe(); kept = null; }
    return await give(kept || await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
  } catch {
    return "The push service of this browser does not answer. Try again later.";
  }
}

export async function end() {
  const worker = await navigator.serviceWorker?.getRegistration();
  const kept = await worker?.pushManager?.getSubscription();
  await kept?.unsubscribe();
}
