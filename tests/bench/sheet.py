"""A sheet of 300 questions without a network, in a slowed browser, against a bare page of the same that keeps nothing."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, render_template_string
from flask.typing import ResponseReturnValue
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright
from sqlalchemy import select

from checklists.rules import QuestionDefinition, QuestionType
from monitoring.accounts.models import Person
from tests.bench.form import FIVE, IN_A_SECTION, REPEATED, TIMES, Laid, lay_out
from tests.bench.home import Home, served, serving
from tests.bench.measure import Times, table

CHROMIUM = "/usr/bin/chromium"
TABLET = {"width": 800, "height": 1280}
SLOWED = 4
OPENINGS = 9
PAUSE = 300
"""Milliseconds between two taps."""
PASSPHRASE, PIN = "bado-keni-ruso-tavi-melo", "2468"
BARE = Path(__file__).parent / "bare"
KEPT = """async () => {
  for (let rounds = 0; !kept && rounds < 1000; rounds += 1) await new Promise((done) => setTimeout(done, 1));
  const last = kept;
  kept = 0;
  return last;
}"""
YES_NO = ("yes", "no", "partly", "not_assessed")
ELSEWHERE = {"first answer": 576 / 296, "changed page": 65 / 25, "script": 372.0}
"""The best of the others, as ratios to their bare page: SurveyJS one page at a time; Enketo; Enketo."""


@dataclass
class Form:
    """One of the two forms, open in a browser of its own."""

    page: Page
    first: str
    """Where it begins, and in `ready` how one sees that it can be answered."""
    ready: str
    locked: bool = False
    """Whether a passphrase opens it: what counts then begins when the vault is open."""
    bytes: dict[str, int] = field(default_factory=dict)

    def note(self, response: Response) -> None:
        """Add up what is fetched as script and style."""
        if response.request.resource_type in {"script", "stylesheet"} and response.status == 200:
            self.bytes[response.url] = len(gzip.compress(response.body()))

    def open(self) -> float:
        """Navigate (and open the vault), and wait until an answer is possible."""
        self.page.goto("about:blank")
        self.page.goto(self.first, wait_until="commit")
        if self.locked:
            self.page.fill("#passphrase", PASSPHRASE)
            self.page.evaluate("(selector) => { bench.waiting = bench.shown(selector); }", self.ready)
            self.page.locator("[data-open-vault]").click()
        shown = self.page.evaluate("(selector) => bench.waiting ?? bench.shown(selector)", self.ready)
        begun = self.page.evaluate("() => performance.getEntriesByName('unlocked').at(-1)?.startTime ?? 0")
        return float(shown - begun)

    def tap(self, target: str, changed: str) -> tuple[float, float]:
        """Tap, and wait for what it changes: from the tap to the changed page, and to the entry on the disk."""
        self.page.evaluate("(target) => bench.bring(target)", target)
        self.page.wait_for_timeout(PAUSE)
        x, y = self.page.evaluate("([target, changed]) => bench.aim(target, changed)", [target, changed])
        self.page.touchscreen.tap(x, y)
        shown, tapped, begun = self.page.evaluate("async () => [await bench.waiting, bench.tapped, performance.timeOrigin]")
        kept = self.page.workers[0].evaluate(KEPT) - begun if self.locked else 0
        return float(shown - tapped), float(kept - tapped)


def report(home: Home) -> str:
    """The table: milliseconds of both forms, and the ratio ours / bare (1 would be as fast as bare)."""
    with home.database.writing() as session, session.begin():
        laid = lay_out(session, IN_A_SECTION)
        lead = session.scalars(select(Person).where(Person.email.startswith("lead.kz"))).one()
    with serving(home) as address, served(_bare(laid)) as bare, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        sheet = f"{address}/tablet/#/visit/{laid.visit}/sheet/{laid.sheet}"
        with ExitStack() as open_now:
            ours = open_now.enter_context(_form(browser, sheet, ".question [data-answer]", home.session_of(lead)))
            theirs = open_now.enter_context(_form(browser, f"http://{bare.host}:{bare.port}/", "html[data-ready] input", ""))
            _take_along(ours, address, laid)
            rows = _measure(laid, ours, theirs)
        browser.close()
    title = (
        f"300 questions, {SLOWED} times slowed, without a network: {OPENINGS} openings, "
        f"{len(_pairs(laid))} taps that each show one more question"
    )
    return table(title, ("", "ours", "95th", "bare", "95th", "ours / bare", "best elsewhere"), rows)


def _take_along(form: Form, address: str, laid: Laid) -> None:
    """With a network, once: a vault is made and the visit taken along. Then the network goes away."""
    page = form.page
    page.goto(f"{address}/tablet/")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#pin", PIN)
    page.locator("[data-make]").click()
    page.locator(f'button[data-visit="{laid.visit}"]').click()
    expect(page.locator(".ways")).to_be_visible()
    page.context.set_offline(offline=True)
    form.locked = True


def _measure(laid: Laid, ours: Form, theirs: Form) -> list[tuple[object, ...]]:
    ours.open(), theirs.open()
    openings = [(ours.open(), theirs.open()) for _round in range(OPENINGS)]
    ours.page.workers[0].evaluate((BARE / "vault.js").read_text(encoding="utf-8"))
    taps, kept = _taps(laid, ours, theirs)
    script, plain = sum(ours.bytes.values()) / 1024, sum(theirs.bytes.values()) / 1024
    return [
        _row("vault open (bare: navigation) to first answer possible, ms", openings, ELSEWHERE["first answer"]),
        _row("tap to changed page, ms", taps, ELSEWHERE["changed page"]),
        ("tap to entry on the disk, ms", kept.median, kept.high, "", "", "", ""),
        ("script and style, gzip, KB", script, "", plain, "", script / plain, f"{ELSEWHERE['script']:.0f} KB"),
    ]


def _row(name: str, pairs: list[tuple[float, float]], elsewhere: float) -> tuple[object, ...]:
    ours, bare = (Times(tuple(times)) for times in zip(*pairs, strict=True))
    return name, ours.median, ours.high, bare.median, bare.high, ours.median / bare.median, elsewhere


def _pairs(laid: Laid) -> list[tuple[str, str]]:
    """Questions that decide, and those that appear after a yes."""
    codes = list(laid.once.questions)
    return [(codes[n - 1], codes[n]) for n in range(len(FIVE) - 1, len(codes), len(FIVE))]


def _taps(laid: Laid, ours: Form, theirs: Form) -> tuple[list[tuple[float, float]], Times]:
    found, kept = [], []
    section = ""
    for decides, appears in _pairs(laid):
        if laid.once.questions[decides].section != section:
            section = laid.once.questions[decides].section
            _to_section(ours, laid, decides)
        mine, disk = ours.tap(f'[data-question="{decides}"] [data-answer="yes"]', f'[data-question="{appears}"]')
        plain, _disk = theirs.tap(f'input[name="{decides}"][value="yes"]', f"#{appears}:not([hidden])")
        found.append((mine, plain))
        kept.append(disk)
    return found, Times(tuple(kept))


def _to_section(form: Form, laid: Laid, question: str) -> None:
    key = next(section.key for section in laid.once.sections if question in section.questions)
    form.page.evaluate("(address) => { location.hash = address; }", f"#/visit/{laid.visit}/sheet/{laid.sheet}/{key}")
    form.page.locator(f'[data-question="{question}"]').wait_for()


@contextmanager
def _form(browser: Browser, address: str, ready: str, session: str) -> Iterator[Form]:
    context = browser.new_context(viewport=TABLET, has_touch=True, locale="en-GB")
    context.add_init_script(path=BARE / "probe.js")
    if session:
        context.add_cookies([{"name": "session", "value": session, "url": address}])
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    form = Form(page, address, ready)
    page.on("response", form.note)
    yield form
    context.close()


def _bare(laid: Laid) -> Flask:
    """All questions on one page, the repeated ones ten times; script and style beside it."""
    app = Flask("bare", static_folder=str(BARE), static_url_path="")
    fields = [(code, _after(question, ""), question) for code, question in laid.once.questions.items()]
    for n in range(TIMES):
        fields += [(f"{code}-{n}", _after(question, f"-{n}"), question) for code, question in laid.repeated.questions.items()]
    assert len(fields) == len(laid.once.questions) + REPEATED * TIMES

    @app.get("/")
    def page() -> ResponseReturnValue:
        return render_template_string((BARE / "page.html").read_text(), fields=fields, options=_options)

    return app


def _after(question: QuestionDefinition, end: str) -> str:
    return "".join(f"{code}{end}" for code in question.depends_on)


def _options(question: QuestionDefinition) -> list[tuple[str, str]]:
    if question.type is QuestionType.YES_NO_PARTLY:
        return [(key, key.replace("_", " ")) for key in YES_NO]
    return [(choice.key, choice.labels["en"]) for choice in question.choices]
