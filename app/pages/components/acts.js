// People or touches with what can be done about each: the first acts one tap away, the rest behind the row's dots; a
// swipe to the left leaves somebody for later. Whoever stays in the list keeps their place in the page: a finger on the
// way to a button meets it, whatever news arrives meanwhile.
// Drawn without a template, as Today begins with it and a slow phone would compile one first.
import { h, resolveComponent } from "vue";

// how far a finger drags a row before it is left for later, in pixels
const FAR = 88;
const span = (kind, inside, more = {}) => h("span", { class: kind, ...more }, inside);
const drawing = (href) => h("i", { class: "q-icon", "aria-hidden": "true" }, h("svg", { viewBox: "0 0 24 24" }, h("use", { href })));

export default {
  // the rows stand in app/pages/shell/first_paint.html too
  render() { return h("div", this.lines.map(this.line)); },
  props: { rows: String },
  computed: { lines() { return JSON.parse(this.rows || "[]"); } },
  methods: {
    line(r) {
      const [shown, menu] = [r.acts.filter((act) => act.place !== "menu"), r.acts.filter((act) => act.place === "menu")];
      return h("div", { key: r.id, class: "pd-row pd-act-row", ...(r.later ? this.swipes(r) : {}) }, [
        h("a", { class: "pd-row-main", href: r.href }, [
          span("pd-avatar", [r.icon ? drawing(r.icon) : r.i, r.w === undefined ? null : span(["pd-w", r.t], r.w)], { "aria-hidden": "true" }),
          span("pd-row-text", r.said.map(([kind, words, late]) => span(kind, late ? [span("pd-late", late), words] : words))),
        ]),
        h("div", { class: "pd-acts" }, [shown.map((act) => this.act(r, act)), menu.length ? this.dots(r, menu) : null]),
      ]);
    },
    link(act) { return act.href ? { href: act.href, target: act.away ? "_blank" : null, rel: act.away ? "noopener" : null } : null; },
    act(r, act) {
      return h(
        act.href ? "a" : "button",
        {
          class: ["pd-act", { "pd-act-main": act.place === "main", "pd-act-word": act.word, "pd-log": act.do === "check" }],
          ...(this.link(act) || { type: "button" }), "aria-label": act.label, onClick: () => this.$emit("act", [r.id, act.do]),
        },
        act.word || drawing(act.icon),
      );
    },
    dots(r, menu) {
      const [menus, item] = [resolveComponent("q-menu"), resolveComponent("q-item")];
      const close = () => this.$refs[r.id]?.hide();
      return h("button", { type: "button", class: "pd-act pd-dots", "aria-label": `More for ${r.said[0][1]}`, "aria-haspopup": "menu" }, [
        drawing(r.more),
        h(menus, { ref: r.id, class: "pd-menu", anchor: "bottom right", self: "top right", role: "menu" }, () => menu.map((act) => h(
          item,
          { key: act.do, clickable: true, role: "menuitem", "aria-label": act.label, ...this.link(act), onClick: () => { close(); this.$emit("act", [r.id, act.do]); } },
          () => [drawing(act.icon), span("", act.word)],
        ))),
      ]);
    },
    swipes(r) {
      let from = null, row = null, gone = 0;
      const let_go = () => {
        if (from && gone <= -FAR) this.$emit("act", [r.id, r.later]);
        row?.style.removeProperty("transform");
        from = null;
      };
      return {
        "data-later": r.acts.find((act) => act.do === r.later).word,
        onTouchstart: (event) => { [from, row, gone] = [event.touches.length === 1 ? event.touches[0] : null, event.currentTarget, 0]; },
        onTouchmove: (event) => {
          if (!from) return;
          const { clientX, clientY } = event.touches[0], [across, down] = [clientX - from.clientX, clientY - from.clientY];
          if (!gone && Math.abs(down) > 10) { from = null; return; }
          if (!gone && across > -12) return;
          gone = Math.min(-1, across);
          row.style.transform = `translateX(${Math.max(-132, gone)}px)`;
        },
        onTouchend: let_go,
        onTouchcancel: () => { gone = 0; let_go(); },
      };
    },
  },
};
