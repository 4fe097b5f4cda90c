// Says "visible" when it scrolls into view, so that the list can ask for more without polling.
export default {
  template: `<div style="min-height:1px" aria-hidden="true"></div>`,
  mounted() {
    this.eye = new IntersectionObserver((seen) => seen.some((e) => e.isIntersecting) && this.$emit("visible"), { rootMargin: "800px" });
    this.eye.observe(this.$el);
  },
  methods: { rearm() { this.eye.unobserve(this.$el); this.eye.observe(this.$el); } },
  unmounted() { this.eye.disconnect(); },
};
