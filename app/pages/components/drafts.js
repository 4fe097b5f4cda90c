// Told by the server what is no draft any more: it was saved, or begun anew.
export default {
  render: () => null,
  methods: { drop(draft) { window.dropDraft?.(draft); } },
};
