"""Looks at a page as its readers do: WCAG 2.2 A and AA by axe, nothing beside the screen or cut off, nothing too small to tap."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SMALLEST = 44
"""Pixels of a thing that a gloved thumb is to hit."""

VIOLATIONS = """async (rules) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]});
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""
OUTSIDE = """() => {
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) return [`the page is ${wide} pixels wide`];
  const inBox = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return true;
    return false;
  };
  const hidden = (element) => element.closest(".skip, .visually-hidden, thead, .photo") !== null;
  const name = (element) => `${element.tagName} "${element.textContent.trim().slice(0, 60)}"`;
  return [...document.querySelectorAll("body *")].flatMap((element) => {
    const box = element.getBoundingClientRect();
    if (!box.width || hidden(element)) return [];
    if ((box.right > innerWidth + 1 || box.left < -1) && !inBox(element)) return [`beside the screen: ${name(element)}`];
    const style = getComputedStyle(element);
    const clips = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
    return clips && element.textContent.trim() ? [`cut off: ${name(element)}`] : [];
  });
}"""
TOO_SMALL = """(smallest) => [...document.querySelectorAll("a, button, input, textarea, select, summary, label.photo")]
  .filter((element) => !element.matches("label.photo input"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < smallest || box.height < smallest))
  .map(([element, box]) => `${element.tagName} "${element.textContent.slice(0, 40)}" ${box.width} x ${box.height}`)"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What breaks WCAG 2.2 A or AA, as far as axe can tell."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    return list(page.evaluate(VIOLATIONS, RULES))


def outside(page: Page) -> list[str]:
    """What does not fit on the screen; a wide table may scroll inside its own box."""
    return list(page.evaluate(OUTSIDE))


def too_small(page: Page) -> list[str]:
    """What a thumb would miss."""
    return list(page.evaluate(TOO_SMALL, SMALLEST))
