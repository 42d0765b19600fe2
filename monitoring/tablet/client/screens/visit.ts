// The home of one visit: times at the gate, sheets with their progress, rooms, interviews, what was found so far.

import { space } from "../../shared/rooms.ts";
import type { Severity } from "../../shared/types.ts";
import { clockAt, type App } from "../app.ts";
import { h, shape, show } from "../dom.ts";
import { EMPTY } from "../entries.ts";
import type { SheetRow } from "../vault/pack.ts";
import { counted as countedTally } from "../vault/tally.ts";
import { suggestion } from "../suggestions.ts";
import { inWords, severityWord, t, whenWord } from "../texts.ts";
import { accessEvents } from "./access.ts";
import { refreshState, topBar } from "./frame.ts";
import { complaint, judge, savedWhileTyping, unread } from "./typing.ts";

const GATE: [string, string][] = [["AC01", "arrived"], ["AC02", "let_in"]];

export function visitScreen(app: App): void {
  const pack = app.pack;
  if (!pack) return;
  app.changed = () => (typing() ? refreshState(app) : draw(app));
  draw(app);
}

function typing(): boolean {
  return document.activeElement instanceof HTMLInputElement;
}

function draw(app: App): void {
  const pack = app.pack;
  if (!pack) return;
  const sheets = app.sheets();
  const visit = pack.visit;
  show(
    topBar(app, "#/", t("Visits")),
    h("main", {},
      h("h1", {}, inWords(pack.facility.name)),
      h("p", { class: "quiet" }, [inWords(visit.kind_title), visit.announced ? t("announced") : t("unannounced"), whenWord(visit.starts_on, visit.ends_on), visit.is_lead ? t("you are lead") : t("your letter is %(letter)s", { letter: visit.letter })].join(" · ")),
      h("p", {}, visit.objective),
      gate(app, sheets),
      h("h2", {}, t("Sheets")),
      h("ul", { class: "rows" }, sheets.filter((sheet) => sheet.per === "visit").map((sheet) => h("li", {}, progressRow(app, sheet)))),
      rooms(app, sheets),
      interviews(app, sheets),
      found(app, sheets),
      putAside(app),
      counts(app),
      ways(app),
    ),
  );
}

function ways(app: App): HTMLElement {
  const visit = app.pack?.visit.id;
  const way = (where: string, words: string): HTMLElement => h("a", { class: "button", href: `#/visit/${visit}/${where}`, "data-way": where }, words);
  return h("nav", { class: "tools ways", "aria-label": t("More of this visit") }, way("law", t("Legal card")), way("colleagues", t("Colleagues")), way("leaving", t("Before leaving")));
}

function gate(app: App, sheets: SheetRow[]): HTMLElement | null {
  const access = sheets.find((sheet) => sheet.checklist === "ACCESS");
  if (!access) return null;
  return h("section", { class: "gate", "aria-label": t("At the gate") },
    h("h2", {}, t("At the gate")),
    h("div", { class: "tools" }, GATE.map(([code, name]) => {
      const value = app.sides(access.id, code)[0]?.value;
      const label = name === "arrived" ? t("arrived") : t("let in");
      const tap = (): void => {
        void app.record(access.id, code, { ...EMPTY, value: clockAt(app.pack?.visit.time_zone ?? "UTC", new Date()), sources: ["observation"] });
        fillWait(app, access);
        draw(app);
      };
      return value
        ? h("a", { class: "stamp", href: `#/visit/${app.pack?.visit.id}/sheet/${access.id}` }, h("span", { "data-gate": code }, `${label} `, h("strong", {}, String(value))))
        : h("button", { class: "button", "data-gate": code, onclick: tap }, `${label}: ${t("now")}`);
    }), demanded(app)),
  );
}

/** The minutes at the gate follow from the two times, unless somebody wrote them already. */
function fillWait(app: App, access: SheetRow): void {
  const minutes = suggestion(app, access, "AC03");
  if (minutes === null || app.sides(access.id, "AC03").length > 0) return;
  void app.record(access.id, "AC03", { ...EMPTY, value: minutes, sources: ["observation"] });
}

function demanded(app: App): HTMLElement {
  const count = accessEvents(app).length;
  return h("a", { class: "button plain", href: `#/visit/${app.pack?.visit.id}/access`, "data-gate": "demanded" }, t("refused or demanded"), count ? ` ${count}` : " …");
}

function progressRow(app: App, sheet: SheetRow, extra: string | null = null): HTMLElement {
  const result = app.result(sheet);
  const title = inWords(app.definition(sheet)?.titles);
  const asked = result?.asked ?? 0;
  const answered = result?.answered ?? 0;
  return h("a", { class: "row", href: `#/visit/${app.pack?.visit.id}/sheet/${sheet.id}`, "data-sheet": sheet.checklist, "data-label": sheet.label },
    h("strong", {}, sheet.per === "visit" ? title : `${sheet.label}${extra ? ` · ${extra}` : ""}`),
    h("span", { class: "measure" },
      h("progress", { max: Math.max(1, asked), value: answered, "aria-label": t("progress") }),
      h("span", {}, t("%(answered)s of %(asked)s", { answered, asked })),
      result?.worst ? mark(result.worst) : null,
    ),
  );
}

export function mark(severity: Severity): HTMLElement {
  return h("span", { class: `severity severity-${severity}` }, shape(severity), ` ${severityWord(severity)}`);
}

function number(app: App, sheet: SheetRow, code: string): number | null {
  const value = app.sides(sheet.id, code)[0]?.value;
  return typeof value === "string" && value !== "not_assessed" ? Number(value) : null;
}

export function spaceOf(app: App, sheet: SheetRow): ReturnType<typeof space> {
  return space(number(app, sheet, "RM04"), number(app, sheet, "RM05"), number(app, sheet, "RM07"));
}

function counted(title: string, count: number): HTMLElement {
  return h("h2", {}, title, " ", h("span", { class: "number" }, count));
}

function rooms(app: App, sheets: SheetRow[]): HTMLElement | null {
  if (!app.pack?.forms["ROOM"]) return null;
  const mine = sheets.filter((sheet) => sheet.per === "room");
  return h("section", {},
    counted(t("Rooms"), mine.length),
    h("ul", { class: "rows" }, mine.map((sheet) => {
      const label = String(app.sides(sheet.id, "RM02")[0]?.value ?? "");
      const measured = spaceOf(app, sheet);
      const told = measured ? t("%(area)s m² per person", { area: measured.perPerson.toFixed(1) }) : null;
      return h("li", {}, progressRow(app, sheet, [label, told].filter(Boolean).join(" · ") || null));
    })),
    h("button", { class: "button", "data-open": "ROOM", onclick: () => void openSheet(app, "ROOM") }, t("Measure a room")),
  );
}

function interviews(app: App, sheets: SheetRow[]): HTMLElement | null {
  if (!app.pack?.forms["INTERVIEW"]) return null;
  const mine = sheets.filter((sheet) => sheet.per === "interview" && sheet.opened_by === app.me.id);
  const spoken = countedTally(app.tally);
  const list = h("ul", { class: "rows" });
  void Promise.all(mine.map((sheet) => app.vault.isOpen(sheet.id))).then((open) => {
    list.replaceChildren(...mine.map((sheet, at) => h("li", {}, interviewRow(app, sheets, sheet, open[at] ?? false))));
  });
  return h("section", {},
    counted(t("Interviews"), mine.filter((sheet) => !sheet.joins).length + app.pack.other_interviews),
    spoken.people ? h("p", { class: "quiet", "data-tally": spoken.people }, spoken.women + spoken.men ? t("%(women)s women, %(men)s men · sealed", { women: spoken.women, men: spoken.men }) : t("sealed")) : null,
    list,
    h("button", { class: "button", "data-open": "INTERVIEW", onclick: () => void openInterview(app, null) }, t("Begin an interview")),
  );
}

/** Sealed means sealed: of an interview nothing is known here but its label. */
function interviewRow(app: App, sheets: SheetRow[], sheet: SheetRow, open: boolean): HTMLElement {
  const name = h("strong", {}, sheet.label);
  if (open) return h("a", { class: "row", href: `#/visit/${app.pack?.visit.id}/sheet/${sheet.id}`, "data-sheet": "INTERVIEW" }, name, h("span", { class: "quiet" }, t("open, go on")));
  const goesOn = sheets.some((other) => other.joins === sheet.id);
  return h("span", { class: "row", "data-sealed": sheet.label }, name,
    h("span", { class: "quiet" }, t("sealed"), " ", goesOn ? null : h("button", { class: "link", type: "button", "data-go-on": sheet.label, onclick: () => void openInterview(app, sheet) }, t("go on with this person"))));
}

let opening = false;

/** Open one sheet, however often somebody taps before it is there. */
async function openOnce(app: App, open: () => Promise<string | undefined>): Promise<void> {
  if (opening) return;
  opening = true;
  try {
    const sheet = await open();
    if (sheet) location.hash = `#/visit/${app.pack?.visit.id}/sheet/${sheet}`;
  } catch {
    document.querySelector("main")?.prepend(h("p", { class: "alarm", role: "alert" }, t("This could not be opened: the disk of this tablet is full or broken. Make room, then try again.")));
  } finally {
    opening = false;
  }
}

function openInterview(app: App, joins: SheetRow | null): Promise<void> {
  return openOnce(app, () => app.openInterview(joins));
}

function openSheet(app: App, checklist: string): Promise<void> {
  return openOnce(app, async () => (await app.openSheet(checklist))?.id);
}

function found(app: App, sheets: SheetRow[]): HTMLElement {
  const problems = sheets.filter((sheet) => sheet.per !== "interview").flatMap((sheet) => Object.values(app.result(sheet)?.problems ?? {}));
  const critical = problems.filter((level) => level === "critical").length;
  return h("section", {},
    counted(t("Found so far"), problems.length),
    problems.length ? null : h("p", { class: "quiet" }, t("No problem yet.")),
    critical ? h("p", {}, mark("critical"), " ", t("%(count)s: the lead decides, a second member confirms", { count: critical })) : null,
    problems.length ? h("a", { class: "button", href: `#/visit/${app.pack?.visit.id}/found` }, t("See all problems")) : null,
  );
}

/** What the server did not take into the visit: kept, and somebody decides. */
function putAside(app: App): HTMLElement | null {
  const waiting = app.putAside().filter((entry) => entry.sent === "quarantined").length;
  const refused = app.putAside().filter((entry) => entry.sent !== "quarantined");
  if (waiting + refused.length === 0) return null;
  return h("section", { class: "put-aside" },
    h("h2", {}, t("Put aside")),
    waiting ? h("p", { class: "message" }, t("Answers that the server keeps apart until the lead of the visit decides: %(count)s. Nothing is lost.", { count: waiting })) : null,
    refused.length ? h("p", { class: "message" }, t("Answers that the server could not take: %(count)s. They stay on this tablet.", { count: refused.length }), " ", [...new Set(refused.map((entry) => entry.message ?? ""))].join(" ")) : null,
  );
}

function wholePlease(): string {
  return t("Write a whole number, 0 or more.");
}

function counts(app: App): HTMLElement {
  const asked: [string, string][] = [
    ["v.capacity", t("places by its own figures")],
    ["v.present", t("people held today")],
    ["v.women", t("of them women and girls")],
    ["v.minors", t("of them under 18")],
    ["v.foreigners", t("of them foreigners")],
    ["v.disabled", t("of them with a disability")],
  ];
  const sheet = app.pack?.visit_sheet ?? "";
  return h("section", {},
    h("h2", {}, t("Talk with the head: numbers")),
    asked.map(([code, label]) => {
      const value = app.sides(sheet, code)[0]?.value ?? "";
      const save = (text: string, left: boolean): void => {
        const typed = text.trim();
        const wrong = !/^\d{0,6}$/.test(typed);
        if (left) judge(field, code, wrong ? wholePlease() : null);
        const counted = typed === "" ? null : String(Number(typed));
        if (!wrong && counted !== app.content(sheet, code).value) void app.record(sheet, code, { ...EMPTY, value: counted, sources: ["staff"] });
      };
      const odd = unread(code);
      const field = h("input", { inputmode: "numeric", value: odd ?? String(value), "aria-invalid": odd !== undefined, "data-fact": code, autocomplete: "off" });
      return h("div", {}, h("label", { class: "count" }, h("span", {}, label), savedWhileTyping(field, save)), odd === undefined ? null : complaint(wholePlease()));
    }),
  );
}
