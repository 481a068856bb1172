import { find } from "./dom.js";

/** Light, dark, or as the system is: kept in this browser. */
export function takeTheme(keep) {
  const choice = find("#theme");
  const show = () => {
    const theme = keep.get("theme") ?? "system";
    document.documentElement.dataset.theme = theme;
    choice.value = theme;
  };
  choice.addEventListener("change", () => {
    keep.set("theme", choice.value);
    show();
  });
  keep.onOther((key) => key === "theme" && show());
  show();
}
