// A static export here, so that any host can serve it; nothing of Fieldpost needs a setting.
export default { output: "export" };
