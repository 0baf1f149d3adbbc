import { nextTick } from "vue";
import DefaultTheme from "vitepress/theme";
import Playground from "./Playground.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app, router }) {
    app.component("Playground", Playground);
    if (import.meta.env.SSR) return;
    // The front page has no landmark of its own; the others have theirs inside.
    const after = router.onAfterRouteChange;
    router.onAfterRouteChange = async (to) => {
      await after?.(to);
      await nextTick();
      const content = document.getElementById("VPContent");
      if (content?.classList.contains("is-home")) content.setAttribute("role", "main");
      else content?.removeAttribute("role");
    };
  },
};
