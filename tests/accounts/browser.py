"""Somebody at a browser: opens pages, reads them, fills in their forms and sends them."""

import time
from typing import Any

import pyotp
from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

HALF_A_MINUTE = 30


class Page:
    """An answer as a person reads it, in the browser that shows it."""

    def __init__(self, browser: "Browser", answer: TestResponse) -> None:
        self.browser, self.answer = browser, answer
        self.status = answer.status_code
        self.address = answer.request.path
        self.soup = BeautifulSoup(answer.text, "html.parser")

    @property
    def text(self) -> str:
        """What stands on the page, without menu."""
        return (self.soup.find("main") or self.soup).get_text(" ", strip=True)

    def form(self, holding: str) -> Tag:
        """The form that has a field or button of this name."""
        return next(form for form in self.soup.find_all("form") if form.find(attrs={"name": holding}))

    def press(self, address: str, **values: Any) -> "Page":
        """Send the form that leads to an address."""
        form = next(form for form in self.soup.find_all("form") if form.get("action", self.address) == address)
        return self.browser.post(form, address, values)

    def codes(self) -> list[str]:
        """What is set in letters of equal width: keys, codes, passphrases."""
        return [found.get_text(strip=True) for found in self.soup.find("main").find_all("code")]


class Browser:
    """One browser, with its cookies; redirects are followed."""

    def __init__(self, app: Flask, **kept: Any) -> None:
        self.client = app.test_client(**kept)
        self.page: Page | None = None

    def open(self, address: str, **more: Any) -> Page:
        """Go to a page."""
        self.page = Page(self, self.client.get(address, follow_redirects=True, **more))
        return self.page

    def send(self, holding: str, **values: Any) -> Page:
        """Fill in the form on this page that has a field of this name, and send it."""
        form = self.page.form(holding)
        return self.post(form, form.get("action") or self.page.address, values)

    def post(self, form: Tag, address: str, values: dict[str, Any]) -> Page:
        """Send a form as it stands there, with what was typed."""
        ticks = {"checkbox", "radio"}
        inputs = [field for field in form.find_all("input") if field.get("name")]
        fields = MultiDict(
            [
                (field["name"], field.get("value", ""))
                for field in inputs
                if field["type"] not in ticks or field.has_attr("checked")
            ]
        )
        for name, value in values.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        self.page = Page(self, self.client.post(address, data=fields, follow_redirects=True))
        return self.page

    def cookie(self) -> str | None:
        """What the browser holds as session."""
        found = self.client.get_cookie("session") or self.client.get_cookie("__Host-session")
        return found.value if found else None

    def first_step(self, email: str, passphrase: str, at: str = "/sign-in") -> Page:
        """Type address and passphrase."""
        self.open(at)
        return self.send("password", email=email, password=passphrase)

    def sign_in(self, email: str, passphrase: str, secret: str) -> Page:
        """All the way with passphrase and code."""
        self.first_step(email, passphrase)
        return self.send("code", code=code_of(secret))


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or some half minutes later."""
    return pyotp.TOTP(secret).at(time.time() + steps * HALF_A_MINUTE)
