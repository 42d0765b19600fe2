// Starts the client: keeps its files, lets somebody in, shows the screen that the address names, and locks.

import { App } from "./app.ts";
import { drawCurtain, h, openCurtain, show } from "./dom.ts";
import { COVER_AFTER, Locks } from "./locks.ts";
import { deskOf, everybody, lostWork, wakeAll, type Desk } from "./people.ts";
import { keepFiles } from "./release.ts";
import { accessScreen } from "./screens/access.ts";
import { colleaguesScreen } from "./screens/colleagues.ts";
import { coverScreen } from "./screens/cover.ts";
import { foundScreen } from "./screens/found.ts";
import { interviewScreen } from "./screens/interview.ts";
import { lawScreen } from "./screens/law.ts";
import { leavingScreen } from "./screens/leaving.ts";
import { setupScreen } from "./screens/setup.ts";
import { sheetScreen } from "./screens/sheet.ts";
import { saveWhatIsTyped } from "./screens/typing.ts";
import { unlockScreen } from "./screens/unlock.ts";
import { unsentScreen } from "./screens/unsent.ts";
import { visitScreen } from "./screens/visit.ts";
import { visitsScreen } from "./screens/visits.ts";
import { letGo, works, type Keeper } from "./storage/index.ts";
import { chosenLanguage, learn, t } from "./texts.ts";
import { VaultDoor } from "./vault.ts";

const LAST_WORDS = 400;
const LAST_WORDS_AT_LEISURE = 3000;

async function start(): Promise<void> {
  await learn(chosenLanguage());
  void keepFiles();
  addEventListener("online", wakeAll);
  addEventListener("pageshow", (event) => (event as PageTransitionEvent).persisted && location.reload());
  letGo.addEventListener("newer", saveWhatIsTyped);
  letGo.addEventListener("newer", () => notice(t("A newer version is open in another tab. Reload this page; nothing is lost.")));
  if (!(await works())) return notice(t("This browser keeps nothing: perhaps it is a private window. Open this page in an ordinary window."));
  await door();
}

/** Who is it? Somebody known, or somebody new. */
async function door(): Promise<void> {
  const desks = await everybody();
  for (const { sync } of desks) void sync.wake();
  const lost = await lostWork();
  if (desks.length === 0) return setupScreen({ first: true, lost, done: enter });
  unlockScreen({ desks, lost, enter, another: () => setupScreen({ first: false, lost: 0, done: enter, back: () => void door() }) });
}

function notice(words: string): void {
  show(h("main", { class: "narrow" }, h("h1", {}, t("Notebook")), h("p", { role: "alert" }, words), h("button", { class: "button primary", onclick: () => location.reload() }, t("Reload"))));
}

/** In: only one tab at a time writes for a person; a second one waits until the first is closed. */
async function enter(keeper: Keeper, vault: VaultDoor): Promise<void> {
  const name = `writer-${keeper.name}`;
  const free = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => lock !== null);
  const waiting = free ? undefined : waitForOtherTab(vault);
  void navigator.locks.request(name, async () => {
    clearTimeout(waiting);
    await vault.vault.begin(); // the other tab went on counting
    await inside(deskOf(keeper), vault);
    await new Promise(() => undefined); // kept until this page is left
  });
}

/** A tab that waits is open too: nobody must find it so much later. */
function waitForOtherTab(vault: VaultDoor): ReturnType<typeof setTimeout> {
  show(h("main", { class: "narrow", "data-screen": "waiting" }, h("h1", {}, t("Open in another tab")),
    h("p", {}, t("Your sheets are open in another tab of this tablet. Close that tab: this one goes on by itself, with everything that was written there."))));
  return setTimeout(() => leave(vault, null), COVER_AFTER);
}

/** End the vault and leave the page: to the locked door, or away. */
function leave(vault: VaultDoor, where: string | null): void {
  vault.end();
  if (where) return location.replace(where);
  history.replaceState(null, "", "/tablet/");
  location.reload();
}

async function inside(desk: Desk, vault: VaultDoor): Promise<void> {
  const app = await App.start(vault.vault, desk.storage, desk.sync);
  await learn(chosenLanguage(app.me.language));
  let covered = false;
  const draw = (): void => void (covered || route(app));
  /** The screen is empty before anything else happens. */
  const away = async (where: string | null, patience: number): Promise<void> => {
    saveWhatIsTyped();
    drawCurtain();
    await lastWords(app, patience);
    leave(vault, where);
  };
  const shut = (): void => void away(null, LAST_WORDS_AT_LEISURE);
  const exit = (): void => void away("about:blank", LAST_WORDS);
  const opened = (): void => {
    covered = false;
    openCurtain();
    locks.opened();
    draw();
  };
  const cover = (): void => {
    if (covered) return;
    covered = true;
    void lastWords(app, LAST_WORDS_AT_LEISURE);
    coverScreen(app, { opened, shut, exit });
  };
  const locks = new Locks({ cover, shut, quickExit: exit });
  app.doors = { cover: () => locks.coverNow(), shut: () => locks.shutNow(), exit: () => locks.exitNow(), locks };
  addEventListener("hashchange", draw);
  addEventListener("pagehide", () => void lastWords(app, LAST_WORDS));
  document.addEventListener("visibilitychange", () => (document.hidden ? void lastWords(app, LAST_WORDS) : void app.sync.wake()));
  draw();
}

/** What is being typed is saved before the page goes. */
async function lastWords(app: App, patience: number): Promise<void> {
  saveWhatIsTyped();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  await Promise.race([app.settled(), new Promise((resolve) => setTimeout(resolve, patience))]);
}

async function route(app: App): Promise<void> {
  const [kind, visit = "", what = "", sheet = "", section = "", at = ""] = location.hash.replace(/^#\//, "").split("/");
  saveWhatIsTyped(); // it belongs to the screen and the visit that are left now
  app.changed = () => undefined;
  scrollTo(0, 0);
  app.leaveSheetUnless(what === "sheet" ? sheet : "");
  if (kind === "unsent") return unsentScreen(app);
  if (kind !== "visit" && kind !== "gone") return visitsScreen(app);
  if (kind === "gone" || !(await app.open(visit))) return visitsScreen(app, t("This visit was not taken along, or is not yours any more."));
  const row = app.sheets().find((found) => found.id === sheet);
  if (what === "sheet" && row) return row.per === "interview" ? interviewScreen(app, row) : sheetScreen(app, row, section, at);
  if (what === "access") return accessScreen(app);
  if (what === "found") return foundScreen(app);
  if (what === "law") return lawScreen(app);
  if (what === "colleagues") return colleaguesScreen(app);
  if (what === "leaving") return leavingScreen(app);
  return visitScreen(app);
}

void start();
