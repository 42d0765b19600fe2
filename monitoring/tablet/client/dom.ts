// Elements are made here and nowhere else; texts are set as text, never read as markup.

type Child = Node | string | number | null | undefined | false | Child[];
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.append(child);
    else if (child !== null && child !== undefined && child !== false) parent.append(String(child));
  }
}

let drawn = false;

/** Show a screen; behind a drawn curtain nothing is shown, however late it comes. */
export function show(...children: Child[]): void {
  if (!drawn) put(children);
}

/** Whether this screen is still the one that is wanted: what comes late must not lie over another. */
export function stillHere(): () => boolean {
  const address = location.hash;
  return () => location.hash === address;
}

/** Take everything off the screen and show this alone until the curtain is opened. */
export function drawCurtain(...children: Child[]): void {
  drawn = true;
  put(children);
}

export function openCurtain(): void {
  drawn = false;
}

function put(children: Child[]): void {
  const app = document.getElementById("app");
  if (!app) return;
  app.replaceChildren();
  append(app, children);
}

let waiting: (() => unknown) | null = null;

/** Do this once the next picture is on the screen; of several before that only the last is done. */
export function afterPaint(act: () => unknown): void {
  const first = waiting === null;
  waiting = act;
  if (first) requestAnimationFrame(() => setTimeout(() => {
    const last = waiting;
    waiting = null;
    last?.();
  }));
}

/** Put a new element in the place of an old one; what is being typed in it is saved first. */
export function swap<E extends Element>(old: Element, make: () => E): E {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches("input, textarea") && old.contains(focused)) focused.blur();
  const fresh = make();
  old.replaceWith(fresh);
  return fresh;
}

/** Draw anew; the focus stays where it was, as far as it is still there. */
export function keepFocus(draw: () => void): void {
  const focused = document.activeElement;
  const mark = focused instanceof HTMLElement ? focused.dataset["focus"] : undefined;
  draw();
  if (mark && !focused?.isConnected) document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(mark)}"]`)?.focus({ preventScroll: true });
}

export function replace(old: Element, make: () => Element): void {
  keepFocus(() => swap(old, make));
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES: Record<string, [string, Record<string, string>][]> = {
  low: [["circle", { cx: "8", cy: "8", r: "6", fill: "none", stroke: "currentColor", "stroke-width": "2.4" }]],
  medium: [
    ["circle", { cx: "8", cy: "8", r: "6", fill: "none", stroke: "currentColor", "stroke-width": "2" }],
    ["path", { d: "M8 2a6 6 0 0 0 0 12z", fill: "currentColor" }],
  ],
  high: [["circle", { cx: "8", cy: "8", r: "7", fill: "currentColor" }]],
  critical: [["path", { d: "M8 1 15.5 15H.5z", fill: "currentColor" }]],
};

export function shape(severity: string): SVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: "14", height: "14", "aria-hidden": "true" })) {
    drawing.setAttribute(name, value);
  }
  for (const [tag, attributes] of SHAPES[severity] ?? []) {
    const part = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    drawing.append(part);
  }
  return drawing;
}
