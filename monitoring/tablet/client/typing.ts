// Fields that are typed into: on the disk half a second after the last key, and at once when the field is left.

import { h } from "./dom.ts";

export type Field = HTMLInputElement | HTMLTextAreaElement;
type Save = (field: Field, left: boolean) => void;

const PAUSE = 500;
/** What cannot be read, by field: it stays on the screen, with what to do, until it is corrected. */
const unreadable = new Map<string, string>();

/** The two events of a field: while somebody types, and when they leave it. */
export function typing(save: Save): { oninput: (event: Event) => void; onchange: (event: Event) => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = (event: Event, left: boolean): void => {
    clearTimeout(timer);
    save(event.target as Field, left);
  };
  return {
    oninput: (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => now(event, false), PAUSE);
    },
    onchange: (event) => now(event, true),
  };
}

/** Before the screen changes or the page goes: what is being typed counts as said. */
export function leaveField(): void {
  const active = document.activeElement;
  if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) active.dispatchEvent(new Event("change"));
}

/** What somebody typed into this field and nobody could read. */
export function unread(name: string): string | undefined {
  return unreadable.get(name);
}

/** Say beside the field what to do, or that it is good now. */
export function judge(field: Field, name: string, problem: string | null): void {
  if (problem) unreadable.set(name, field.value);
  else unreadable.delete(name);
  field.toggleAttribute("aria-invalid", problem !== null);
  const place = field.closest(".answers, .count");
  place?.parentElement?.querySelector(`[data-problem="${CSS.escape(name)}"]`)?.remove();
  if (problem) place?.after(complaint(name, problem));
}

export function complaint(name: string, problem: string): HTMLElement {
  return h("p", { class: "message", role: "alert", "data-problem": name }, problem);
}
