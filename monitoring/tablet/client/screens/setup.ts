// Somebody new on this tablet: sign in once, get a passphrase of five words, choose a PIN. From then on no network is needed.

import { h, show } from "../dom.ts";
import { random, toHex } from "../codec.ts";
import * as network from "../network.ts";
import { proposed, weakness } from "../passphrase.ts";
import { addKeeper, Storage, type Keeper } from "../storage/index.ts";
import { chosenLanguage, language, learn, t } from "../texts.ts";
import { VaultDoor } from "../vault.ts";
import { toldOfLoss } from "../people.ts";
import { languages, lostWords, quickExit, signInAddress } from "./frame.ts";

interface Setup {
  first: boolean;
  /** Unsent changes that should be on this tablet and are not. */
  lost: number;
  done: (keeper: Keeper, vault: VaultDoor) => Promise<void>;
  back?: () => void;
}

const PIN = /^\d{4,8}$/;

export async function setupScreen(setup: Setup): Promise<void> {
  let me: network.Me;
  try {
    me = await network.me();
  } catch (problem) {
    return withoutSession(setup, problem);
  }
  await learn(chosenLanguage(me.person.language));
  form(setup, me, proposed(language()));
}

function frame(setup: Setup, ...content: (HTMLElement | null)[]): void {
  show(
    h("header", { class: "top" }, setup.back ? h("button", { class: "back", "aria-label": t("Back"), onclick: setup.back }, "‹") : null, h("strong", { class: "where" }, t("Notebook")), quickExit()),
    h("main", { class: "narrow" }, lostAlarm(setup.lost), ...content, languages(() => void setupScreen(setup))),
  );
}

export function lostAlarm(lost: number): HTMLElement | null {
  if (lost === 0) return null;
  const told = (event: Event): void => void toldOfLoss().then(() => (event.target as HTMLElement).parentElement?.remove());
  return h("div", { class: "alarm", role: "alert", "data-lost": lost }, h("p", {}, lostWords(lost)),
    h("button", { class: "button plain", type: "button", "data-told": "loss", onclick: told }, t("I have told my coordinator")));
}

function withoutSession(setup: Setup, problem: unknown): void {
  const signIn = problem instanceof network.Refused;
  frame(setup,
    h("h1", {}, signIn ? t("Sign in once") : t("The server cannot be reached")),
    h("p", {}, signIn ? t("To set up this tablet for yourself, sign in with your passphrase and your second factor. Afterwards you can work without a network.") : t("To set up this tablet a network is needed once. Connect it, then try again.")),
    signIn ? h("a", { class: "button primary", href: signInAddress() }, t("Sign in")) : h("button", { class: "button primary", onclick: () => void setupScreen(setup) }, t("Try again")),
  );
}

function form(setup: Setup, me: network.Me, words: string): void {
  const initials = me.person.name.split(/\s+/).map((part) => part[0] ?? "").filter((letter) => /\p{L}/u.test(letter)).join("").slice(0, 2) || "A";
  const problem = h("p", { class: "message", role: "alert", hidden: true });
  const field = (name: string, label: string, help: string, attributes: Record<string, string> = {}): HTMLElement =>
    h("label", { class: "field" }, h("span", {}, label), h("input", { id: name, autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes }), help ? h("span", { class: "quiet" }, help) : null);
  const read = (name: string): string => (document.getElementById(name) as HTMLInputElement).value;
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wrong = mistake(read("passphrase"), read("pin"), read("label"));
    problem.hidden = wrong === "";
    problem.textContent = wrong;
    if (wrong) return;
    const button = document.querySelector<HTMLButtonElement>("[data-make]");
    if (button) button.disabled = true;
    await make(setup, me, read("passphrase"), read("pin"), read("label").trim()).catch(() => {
      problem.hidden = false;
      problem.textContent = t("This did not work: the network or the browser's storage failed. Nothing was made. Try again.");
      if (button) button.disabled = false;
    });
  };
  frame(setup,
    h("h1", {}, t("Set up this tablet for %(name)s", { name: me.person.name })),
    h("p", {}, t("Everything on this tablet is locked with a passphrase that only you know. Nobody can open it without it, and nobody can send it to you. What you have recorded is never lost: it is sent without it.")),
    h("section", { class: "proposal" }, h("h2", {}, t("Your passphrase")), phrase(words),
      h("button", { class: "button plain", type: "button", onclick: () => form(setup, me, proposed(language())) }, t("Propose another"))),
    h("form", { onsubmit: (event: Event) => void create(event), novalidate: true },
      field("passphrase", t("Type it once, to learn it"), t("Or five words or more of your own. It is not your sign-in passphrase.")),
      field("pin", t("A PIN of 4 to 8 digits"), t("It opens the screen again after two minutes. After 15 minutes the passphrase is needed."), { inputmode: "numeric", class: "hidden-letters", maxlength: "8" }),
      field("label", t("How you appear on this tablet"), t("Others who hold the tablet see it. Initials are enough."), { value: initials, maxlength: "12" }),
      problem,
      h("button", { class: "button primary", type: "submit", "data-make": "vault" }, t("Make it")),
    ),
  );
}

function phrase(words: string): HTMLElement {
  return h("p", { class: "phrase", "data-phrase": words }, words.split("-").map((word) => h("span", {}, word)));
}

function mistake(passphrase: string, pin: string, label: string): string {
  const weak = weakness(passphrase);
  if (weak === "few" || weak === "short") return t("This passphrase is too short: five words or more, please.");
  if (!PIN.test(pin)) return t("The PIN needs 4 to 8 digits.");
  return label.trim() ? "" : t("Say how you appear on this tablet.");
}

async function make(setup: Setup, me: network.Me, passphrase: string, pin: string, label: string): Promise<void> {
  const name = toHex(random(12));
  const { epoch, ...device } = await network.enrol(t("Tablet"));
  const door = new VaultDoor();
  await door.vault.make(name, passphrase, pin, me.person, device);
  const storage = new Storage(name);
  await storage.keep("epoch", epoch);
  const keeper = { name, label };
  await addKeeper(keeper);
  await setup.done(keeper, door);
}
