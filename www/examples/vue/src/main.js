import { createApp } from "vue";
import { attach } from "fieldpost/form";
import "fieldpost/form.css";
import Contact from "./Contact.vue";

const attachments = new WeakMap();

/** `v-fieldpost` on a form: attached while it is mounted. */
const fieldpost = {
  mounted: (form, { value }) => attachments.set(form, attach(form, value)),
  beforeUnmount: (form) => attachments.get(form)?.detach(),
};

createApp(Contact).directive("fieldpost", fieldpost).mount("#app");
