// The vault is shut: who is it, and the passphrase. What waits is sent meanwhile.

import { h, show } from "../dom.ts";
import type { Desk } from "../people.ts";
import { news, newVersionWaits, takeNewVersion } from "../release.ts";
import type { Keeper } from "../storage/index.ts";
import { t } from "../texts.ts";
import { VaultDoor } from "../vault.ts";
import { languages, quickExit, sentWords } from "./frame.ts";
import { lostAlarm } from "./setup.ts";

interface Unlock {
  desks: Desk[];
  lost: number;
  enter: (keeper: Keeper, vault: VaultDoor) => Promise<void>;
  another: () => void;
}

const REMEMBERED = "last";

export function unlockScreen(unlock: Unlock): void {
  const last = localStorage.getItem(REMEMBERED);
  let chosen = unlock.desks.find((desk) => desk.keeper.name === last) ?? unlock.desks[0];
  const draw = (): void => show(
    h("header", { class: "top" }, h("strong", { class: "where" }, t("Notebook")), quickExit()),
    h("main", { class: "narrow" },
      lostAlarm(unlock.lost),
      h("h1", {}, t("Locked")),
      h("div", { class: "answers", role: "group", "aria-label": t("Who is it?") }, unlock.desks.map((desk) =>
        h("button", { class: "answer", type: "button", "data-keeper": desk.keeper.label, "aria-pressed": desk === chosen ? "true" : "false", onclick: () => { chosen = desk; draw(); } }, desk.keeper.label))),
      chosen ? passphrase(unlock, chosen) : null,
      h("div", { role: "status" }, h("ul", { class: "quiet plain-list" }, unlock.desks.map((desk) => h("li", { "data-sent": desk.sync.state, "data-unsent": desk.sync.unsent }, `${desk.keeper.label}: ${sentWords(desk.sync)}`)))),
      h("p", { class: "tools" }, h("button", { class: "button plain", type: "button", "data-another": "person", onclick: unlock.another }, t("Somebody else")), update()),
      languages(draw),
    ),
  );
  for (const { sync } of unlock.desks) sync.told = { ...sync.told, state: () => refresh(unlock) };
  news.addEventListener("waiting", draw, { once: true });
  draw();
}

/** The state alone: what is being typed stays. */
function refresh({ desks }: Unlock): void {
  const lines = document.querySelectorAll<HTMLElement>(".plain-list li");
  desks.forEach((desk, at) => {
    const line = lines[at];
    if (!line) return;
    line.dataset["sent"] = desk.sync.state;
    line.dataset["unsent"] = String(desk.sync.unsent);
    line.textContent = `${desk.keeper.label}: ${sentWords(desk.sync)}`;
  });
}

export function update(): HTMLElement | null {
  if (!newVersionWaits()) return null;
  return h("button", { class: "button", type: "button", "data-update": "waits", onclick: takeNewVersion }, t("Take the new version"));
}

function passphrase(unlock: Unlock, { keeper }: Desk): HTMLElement {
  const problem = h("p", { class: "message", role: "alert", hidden: true });
  const field = h("input", { id: "passphrase", class: "hidden-letters", autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  const open = async (event: Event): Promise<void> => {
    event.preventDefault();
    const button = document.querySelector<HTMLButtonElement>("[data-open-vault]");
    if (button) button.disabled = true;
    const door = new VaultDoor();
    const right = await door.vault.unlock(keeper.name, field.value).catch((trouble: Error) => trouble);
    if (right === true) {
      performance.mark("unlocked"); // make bench measures from here
      field.value = "";
      localStorage.setItem(REMEMBERED, keeper.name);
      return unlock.enter(keeper, door);
    }
    door.end();
    if (button) button.disabled = false;
    problem.hidden = false;
    problem.textContent = right === false ? t("This is not the passphrase. What you recorded is safe and is being sent; try again.") : closedWords(right.message);
    field.select();
  };
  return h("form", { onsubmit: (event: Event) => void open(event) },
    h("label", { class: "field" }, h("span", {}, t("Passphrase")), field),
    problem,
    h("button", { class: "button primary", type: "submit", "data-open-vault": keeper.label }, t("Open")),
    h("details", {}, h("summary", {}, t("I have forgotten it")), h("p", { class: "quiet" }, t("Nobody can find it out. What you recorded is still sent from here. To go on, choose Somebody else and set up the tablet for yourself anew."))),
  );
}

/** The passphrase is not to blame: the storage could not be opened. */
function closedWords(why: string): string {
  return why === "newer"
    ? t("A newer version of this page has been here. Reload with a network to get it; nothing is lost.")
    : t("The storage of this browser could not be opened. Close other tabs of this page, then try again; nothing is lost.");
}
