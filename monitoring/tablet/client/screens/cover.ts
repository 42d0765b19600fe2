// Covered: nothing of the visit is on the screen, the PIN brings it back. Five wrong ones shut the vault.

import type { App } from "../app.ts";
import { drawCurtain, h } from "../dom.ts";
import { t } from "../texts.ts";

interface Ways {
  opened: () => void;
  shut: () => void;
  exit: () => void;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "←", "0", "✓"];

export function coverScreen(app: App, ways: Ways): void {
  app.changed = () => undefined;
  let typed = "";
  const dots = h("p", { class: "pin-dots", "aria-live": "polite" });
  const problem = h("p", { class: "message", role: "alert", hidden: true });
  const draw = (): void => {
    dots.textContent = "•".repeat(typed.length) || t("PIN");
  };
  const check = async (): Promise<void> => {
    const { right, left } = await app.vault.tryPin(typed);
    typed = "";
    draw();
    if (right) {
      removeEventListener("keydown", keyed);
      return ways.opened();
    }
    if (left <= 0) return ways.shut();
    problem.hidden = false;
    problem.textContent = t("Wrong. %(left)s more tries, then the passphrase is needed.", { left });
  };
  const press = (key: string): void => {
    if (key === "✓") return void check();
    typed = key === "←" ? typed.slice(0, -1) : (typed + key).slice(0, 8);
    draw();
  };
  const keyed = (event: KeyboardEvent): void => {
    if (/^\d$/.test(event.key)) press(event.key);
    if (event.key === "Backspace") press("←");
    if (event.key === "Enter") press("✓");
  };
  addEventListener("keydown", keyed);
  const names: Record<string, string> = { "←": t("Delete"), "✓": t("Open") };
  drawCurtain(h("main", { class: "narrow cover", "data-covered": "true" },
    h("h1", {}, t("Covered")),
    dots,
    problem,
    h("div", { class: "keypad" }, KEYS.map((key) => h("button", { class: "answer", type: "button", "data-key": key, "aria-label": names[key] ?? key, onclick: () => press(key) }, key))),
    h("p", { class: "tools" },
      h("button", { class: "button plain", type: "button", "data-shut": "vault", onclick: ways.shut }, t("Lock with the passphrase")),
      h("button", { class: "button plain", type: "button", "data-exit": "quick", onclick: ways.exit }, t("Quick exit"))),
  ));
  draw();
}
