// People or touches with what can be done about each, one tap away. Whoever stays in the list keeps their place in the
// page: a finger on the way to a button meets it, whatever news arrives meanwhile.
// Drawn without a template, as Today begins with it and a slow phone would compile one first.
import { h } from "vue";

const span = (kind, inside) => h("span", { class: kind }, inside);
const drawing = (href, more = {}) => h("i", { class: "q-icon", ...more }, h("svg", { viewBox: "0 0 24 24" }, h("use", { href })));

export default {
  render() { return h("div", this.lines.map(this.cards ? this.card : this.row)); },
  props: { rows: String, cards: Boolean },
  computed: { lines() { return JSON.parse(this.rows || "[]"); } },
  methods: {
    card(r) {
      const said = [span("pd-pick-name pd-clip", r.n), span("pd-pick-sub pd-clip", r.s), span("pd-pick-why", r.why)];
      return h("article", { key: r.id, class: "pd-pick" }, [
        h("a", { class: "pd-pick-head", href: r.href }, [this.face(r), span("pd-pick-text", said)]),
        h("div", { class: "pd-acts" }, r.acts.map((act) => this.act(r, act))),
      ]);
    },
    row(r) {
      const said = [span("pd-row-name", r.n), span("pd-row-sub pd-whole", r.s)];
      return h("div", { key: r.id, class: "pd-row" }, [
        h("a", { class: "pd-row-main", href: r.href }, [this.face(r), span("pd-row-text", said)]),
        h("div", { class: "pd-line" }, r.acts.map((act) => this.act(r, act))),
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
