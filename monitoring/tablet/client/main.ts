// Starts the client and shows the screen that the address names.

import { App } from "./app.ts";
import { h, show } from "./dom.ts";
import * as network from "./network.ts";
import { accessScreen } from "./screens/access.ts";
import { foundScreen } from "./screens/found.ts";
import { signInAddress } from "./screens/frame.ts";
import { interviewScreen } from "./screens/interview.ts";
import { sheetScreen } from "./screens/sheet.ts";
import { leaveField } from "./typing.ts";
import { visitScreen } from "./screens/visit.ts";
import { visitsScreen } from "./screens/visits.ts";
import { speak, t } from "./texts.ts";

const STARTING = document.getElementById("app")?.dataset["language"] ?? "en";

async function start(): Promise<void> {
  const asked = network.me();
  asked.catch(() => undefined); // told below
  speak(STARTING, await network.texts(STARTING));
  try {
    const app = await App.start(await asked, /^#\/visit\/([^/]+)/.exec(location.hash)?.[1]);
    const draw = (): void => void route(app);
    addEventListener("hashchange", draw);
    addEventListener("pagehide", leaveField);
    addEventListener("online", () => void app.sync.wake());
    document.addEventListener("visibilitychange", () => (document.hidden ? leaveField() : void app.sync.wake()));
    draw();
  } catch (problem) {
    trouble(problem);
  }
}

function trouble(problem: unknown): void {
  const signIn = problem instanceof network.Refused && (problem.status === 401 || problem.status === 404);
  show(
    h("main", { class: "narrow" },
      h("h1", {}, t("Detention Monitoring")),
      h("p", {}, signIn ? t("Please sign in to fill sheets. What you filled before is kept on this tablet.") : t("The server cannot be reached. Check the network, then reload this page.")),
      signIn
        ? h("a", { class: "button primary", href: signInAddress() }, t("Sign in"))
        : h("button", { class: "button primary", onclick: () => location.reload() }, t("Try again")),
    ),
  );
}

async function route(app: App): Promise<void> {
  const [kind, visit = "", what = "", sheet = "", section = ""] = location.hash.replace(/^#\//, "").split("/");
  app.changed = () => undefined;
  leaveField();
  scrollTo(0, 0);
  if (kind !== "visit") return visitsScreen(app);
  if (!(await app.open(visit))) return visitsScreen(app, t("There is no such visit, or it is not for you. What you filled before is kept."));
  const row = app.sheets().find((found) => found.id === sheet);
  if (what === "sheet" && row) return row.per === "interview" ? interviewScreen(app, row) : sheetScreen(app, row, section);
  if (what === "access") return accessScreen(app);
  if (what === "found") return foundScreen(app);
  return visitScreen(app);
}

void start();
