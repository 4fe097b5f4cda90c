"""What is measured on a screen, whatever stands there: sideways scroll, targets for a thumb, words that are cut off, axe."""

from importlib.resources import files

from app.web.nicegui_adapter.asset_slimming import UNUSED

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THUMB = 44

# two frames: styles of a new width are laid out; then colours and places have come to where they go
SETTLED = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const ends = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
  Promise.allSettled(ends.map((one) => one.finished)).then(done);
})))"""

TARGETS = """(least) => {
  const seen = (e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return r.width > 0 && r.height > 0 && s.visibility !== 'hidden' && s.opacity !== '0' && !e.closest('[aria-hidden=true], [inert], .pd-unseen') && r.right > 0 && r.bottom > -2000; };
  const sheet = [...document.querySelectorAll('.q-dialog__inner')].filter(seen).pop();
  // a link in the middle of a sentence is as high as its line (WCAG 2.5.8 leaves it out too)
  const inline = (e) => e.tagName === 'A' && getComputedStyle(e).display === 'inline';
  const area = (e) => e.closest('label, .q-field__control, .q-toggle, .q-checkbox, .q-radio, .q-slider') || e;
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=checkbox], [role=switch], [role=slider]';
  const small = [];
  for (const e of (sheet || document).querySelectorAll(wanted)) {
    if (!seen(e) || inline(e) || e.disabled || getComputedStyle(e).pointerEvents === 'none') continue;
    const zone = area(e), r = zone.getBoundingClientRect();
    if (r.width >= least - .5 && r.height >= least - .5) continue;
    // what is drawn small may be felt larger
    zone.scrollIntoView({ block: 'center', inline: 'nearest' });
    const n = zone.getBoundingClientRect(), x = n.left + n.width / 2, y = n.top + n.height / 2, far = least / 2 - 1;
    const ways = [...(n.width < least - .5 ? [[-far, 0], [far, 0]] : []), ...(n.height < least - .5 ? [[0, -far], [0, far]] : [])];
    const felt = ways.every(([dx, dy]) => { const at = document.elementFromPoint(x + dx, y + dy); return at && (zone.contains(at) || at.contains(zone) && at.closest('a, button, label')); });
    if (!felt) small.push(`${Math.round(r.width)}x${Math.round(r.height)} ${e.tagName} .${[...e.classList].join('.')} "${(e.getAttribute('aria-label') || e.innerText || e.name || '').trim().slice(0, 40)}"`);
  }
  return small;
}"""

CLIPPED = """() => {
  const cut = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, e = node.parentElement;
    if (!node.data.trim() || e.closest('script, style, svg, noscript, textarea, [aria-hidden=true], .pd-unseen, .pd-paper, [inert]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const r = range.getBoundingClientRect();
    if (!r.width || !r.height || getComputedStyle(e).visibility === 'hidden') continue;
    for (let up = e; up && up !== document.documentElement; up = up.parentElement) {
      const s = getComputedStyle(up), box = up.getBoundingClientRect();
      if (s.textOverflow === 'ellipsis' && s.overflowX !== 'visible') break;
      if (s.webkitLineClamp !== 'none') break;
      if (/auto|scroll/.test(s.overflowX + s.overflowY) || s.position === 'fixed') break;
      if (s.clipPath !== 'none') break;
      if (s.overflowX === 'visible' && s.overflowY === 'visible') continue;
      if (box.height < 2 || box.width < 2) break;
      if (r.right > box.right + 1.5 || r.left < box.left - 1.5 || r.bottom > box.bottom + 3 || r.top < box.top - 3) { cut.push(`"${node.data.trim().slice(0, 50)}" in .${[...up.classList].join('.')} (${Math.round(r.right - box.right)}, ${Math.round(r.bottom - box.bottom)})`); break; }
    }
  }
  return cut;
}"""


# a panel that scrolls down must not scroll sideways as well; strips that only go sideways are meant so
ASKEW = """() => [...document.querySelectorAll('#app *, .q-dialog *')]
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 0)
    .filter((e) => { const s = getComputedStyle(e); return /auto|scroll/.test(s.overflowX) && /auto|scroll/.test(s.overflowY) && s.visibility !== 'hidden'; })
    .map((e) => `.${[...e.classList].join('.')} by ${e.scrollWidth - e.clientWidth} px`)"""

BARE = """(unused) => {
  const names = new Set([...document.querySelectorAll('[class]')].flatMap((one) => [...one.classList]));
  return [...names].filter((name) => new RegExp(`^${unused}`).test(name));
}"""

TARGET = "target-size"
TO_THE_END = """() => {
  const sheet = [...document.querySelectorAll('.q-dialog *')].find((one) => one.scrollHeight > one.clientHeight + 4 && /auto|scroll/.test(getComputedStyle(one).overflowY));
  if (!sheet) return false;
  sheet.scrollTop = sheet.scrollTop > (sheet.scrollHeight - sheet.clientHeight) / 2 ? 0 : sheet.scrollHeight;
  return true;
}"""


def sizes(page, *, thumb):
    """What does not fit on this screen as it stands, in words; nothing when all is well."""
    page.evaluate(SETTLED)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [f"scrolls sideways by {wide} px"] if wide > 0 else []
    found += [f"scrolls sideways: {one}" for one in page.evaluate(ASKEW)]
    found += [f"no rule is served for: {one}" for one in page.evaluate(BARE, UNUSED)]
    found += [f"cut off: {one}" for one in page.evaluate(CLIPPED)]
    if thumb:
        found += [f"too small: {one}" for one in page.evaluate(TARGETS, THUMB)]
    return found


def axe(page, *rules):
    """What axe objects to, in words; all rules of WCAG 2.2 A and AA unless some are named.

    Under an open sheet nothing is looked at: it lies in the shade, and cannot be reached.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {AXE} }}")
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": RULES}
    found = _asked(page, only)
    if any(rule == TARGET for rule, _ in found) and page.evaluate(TO_THE_END):
        # what lies half under a sheet's foot can be scrolled free: it is too small where it is so at both ends
        still = _asked(page, {"type": "rule", "values": [TARGET]})
        found = {one: said for one, said in found.items() if one[0] != TARGET or one in still}
    return list(found.values())


def _asked(page, only):
    """What axe objects to, by rule and element."""
    answer = page.evaluate(
        "(only) => axe.run(document.querySelector('.q-dialog') || document, { runOnly: only, resultTypes: ['violations'] }).then((said) => said.violations)",
        only,
    )
    return {
        (
            one["id"],
            str(node["target"]),
        ): f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:240]}"
        for one in answer
        for node in one["nodes"][:5]
    }


def looks(page, look, frames):
    """What `look`, a function of the page's script, says over so many frames: one value where nothing changes it."""
    return page.evaluate(
        f"""async (frames) => {{
            const seen = new Set();
            for (let frame = 0; frame < frames; frame++) {{
                seen.add(JSON.stringify(({look})()));
                await new Promise(requestAnimationFrame);
            }}
            return [...seen].map((one) => JSON.parse(one));
        }}""",
        frames,
    )
