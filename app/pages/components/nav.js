// The navigation: a side rail beside a wide screen, a bottom bar within reach of one thumb on a narrow one.
// Drawn without a template, as every screen begins with it and a slow phone would compile one first.
import { h, resolveComponent } from "vue";

const drawing = (href) => h("i", { class: "q-icon", "aria-hidden": "true" }, h("svg", { viewBox: "0 0 24 24" }, h("use", { href })));

export default {
  render() { return h("div", this.wide ? this.rail() : this.bar()); },
  props: { ways: String, icons: Object, me: String, here: Object },
  data() {
    const query = matchMedia("(min-width: 1024px)");
    return { all: JSON.parse(this.ways), query, wide: query.matches, tapped: null };
  },
  computed: { lit() { return this.tapped || (this.wide ? this.here.rail : this.here.bar); } },
  watch: { here() { this.tapped = null; } },
  mounted() {
    this.turned = () => { this.wide = this.query.matches; };
    this.query.addEventListener("change", this.turned);
  },
  unmounted() { this.query.removeEventListener("change", this.turned); clearTimeout(this.waits); },
  methods: {
    rail() {
      const [add, found, out] = [this.icons.add, this.icons.search, this.icons.leave];
      return h("nav", { key: "rail", class: "pd-rail", "aria-label": "Main" }, [
        h("button", { type: "button", class: "pd-plus", onClick: () => this.$emit("add") }, [drawing(add), "Add contact"]),
        this.all.rail.map(this.link),
        h("hr"),
        this.all.apart.map(this.link),
        h("span", { class: "pd-grow" }),
        this.button({ icon: found, label: "Jump to", onClick: () => this.$emit("jump") }, () => h("kbd", "Ctrl K")),
        h("div", { class: "pd-strong pd-clip pd-rail-me" }, this.me),
        h("form", { method: "post", action: "/logout" }, this.button({ type: "submit", icon: out, label: "Sign out" })),
      ]);
    },
    bar() {
      const add = h("button", { type: "button", class: "pd-plus", "aria-label": "Add a contact", onClick: () => this.$emit("add") }, drawing(this.icons.add));
      const links = this.all.bar.map(this.link);
      return h("nav", { key: "bar", class: "pd-bar", "aria-label": "Main" }, [links.slice(0, 2), h("div", { class: "pd-add" }, add), links.slice(2)]);
    },
    link([path, word, icon]) {
      const here = path === this.lit;
      return h(
        "a",
        { key: path, class: ["pd-link", { active: here }], href: path, onClick: (event) => this.go(event, path), "aria-current": here ? "page" : null },
        [drawing(icon), h("div", word)],
      );
    },
    button(props, inside) {
      return h(resolveComponent("q-btn"), { noCaps: true, unelevated: true, class: "pd-plain-btn pd-rail-out", ...props }, inside);
    },
    // the tap shows at once; where nothing comes of it, one still stands where one stood
    go(event, path) {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      clearTimeout(this.waits);
      this.tapped = path;
      this.waits = setTimeout(() => { this.tapped = null; }, 5000);
    },
  },
};
