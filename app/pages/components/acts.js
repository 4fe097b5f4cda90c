// People or touches with what can be done about each, one tap away. Whoever stays in the list keeps their place in the
// page: a finger on the way to a button meets it, whatever news arrives meanwhile.
// Drawn without a template, as Today begins with it and a slow phone would compile one first.
import { h } from "vue";

// the card stands in app/pages/shell/first_paint.html too
const CARD = ["article", "pd-pick", "pd-pick-head", "pd-pick-text", "pd-acts"];
const ROW = ["div", "pd-row", "pd-row-main", "pd-row-text", "pd-line"];
const span = (kind, inside) => h("span", { class: kind }, inside);
const drawing = (href, more = {}) => h("i", { class: "q-icon", ...more }, h("svg", { viewBox: "0 0 24 24" }, h("use", { href })));

export default {
  render() { return h("div", this.lines.map(this.line)); },
  props: { rows: String, cards: Boolean },
  computed: { lines() { return JSON.parse(this.rows || "[]"); } },
  methods: {
    line(r) {
      const [tag, around, head, text, acts] = this.cards ? CARD : ROW;
      return h(tag, { key: r.id, class: around }, [
        h("a", { class: head, href: r.href }, [this.face(r), span(text, r.said.map(([kind, words]) => span(kind, words)))]),
        h("div", { class: acts }, r.acts.map((act) => this.act(r, act))),
      ]);
    },
    face(r) { return h("span", { class: ["pd-avatar", r.t], "aria-hidden": "true" }, r.icon ? drawing(r.icon) : r.i); },
    act(r, act) {
      if (act.off) return span("pd-act off");
      const link = { href: act.href, target: act.away ? "_blank" : null, rel: act.away ? "noopener" : null };
      return h(
        act.href ? "a" : "button",
        {
          class: ["pd-act", { "pd-log": act.written }], ...(act.href ? link : { type: "button" }),
          "aria-label": act.written ? null : act.label, onClick: () => this.$emit("act", [r.id, act.do]),
        },
        act.written ? act.label : drawing(act.icon, { "aria-hidden": "true" }),
      );
    },
  },
};
