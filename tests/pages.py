"""Read a page as its user does: what it says, what stands in its fields, what is wrong with them."""

from bs4 import BeautifulSoup
from bs4.element import Tag
from werkzeug.test import TestResponse


class Page:
    """One answer of the server, parsed."""

    def __init__(self, answer: TestResponse) -> None:
        self.status, self.answer = answer.status_code, answer
        self.soup = BeautifulSoup(answer.text, "html5lib")

    @property
    def main(self) -> str:
        """The text of the page without the frame around it."""
        found = self.soup.find("main") or self.soup
        return " ".join(found.get_text(" ").split())

    @property
    def heading(self) -> str:
        return " ".join(self.soup.h1.get_text(" ").split()) if self.soup.h1 else ""

    def rows(self, selector: str = "main tbody tr") -> list[str]:
        """The rows of a list."""
        return [" ".join(row.get_text(" ").split()) for row in self.soup.select(selector)]

    def fields(self) -> dict[str, str | list[str] | None]:
        """What stands in the fields of the page's forms, as a browser would send it."""
        found: dict[str, str | list[str] | None] = {}
        for field in self.soup.select("main input[name], main textarea[name], main select[name]"):
            name = str(field["name"])
            if field.name == "textarea":
                found[name] = field.get_text().removeprefix("\n")
            elif field.name == "select":
                chosen = field.select_one("option[selected]") or field.select_one("option")
                found[name] = str(chosen["value"]) if chosen else None
            elif field.get("type") in {"checkbox", "radio"}:
                found.setdefault(name, [])
                if field.has_attr("checked"):
                    found[name].append(str(field.get("value", "y")))
            else:
                found[name] = str(field.get("value", ""))
        return found

    def filled(self, **changes: object) -> dict[str, object]:
        """The page's form, filled in and ready to be sent; nothing ticked is nothing sent."""
        return {name: value for name, value in {**self.fields(), **changes}.items() if value not in (None, [])}

    def errors(self) -> dict[str, str]:
        """What is wrong, by the name of the field; what stands at the head of a form under its own."""
        found = {}
        for error in self.soup.select(".field-error"):
            name = str(error.get("id", "")).removesuffix("-error")
            found[name] = " ".join(error.get_text(" ").split())
        return found

    def links(self) -> dict[str, str]:
        """Where the words of the page lead."""
        return {" ".join(link.get_text(" ").split()): str(link["href"]) for link in self.soup.select("main a[href]")}

    def addresses(self) -> list[str]:
        """Where all links of the page lead, in their order."""
        return [str(link["href"]) for link in self.soup.select("main a[href]")]

    def buttons(self) -> list[str]:
        """What one can press in the content of the page."""
        return [" ".join(button.get_text(" ").split()) for button in self.soup.select("main button")]

    def one(self, selector: str) -> Tag:
        """The one part of the page that fits."""
        found = self.soup.select(selector)
        assert len(found) == 1, (selector, len(found))
        return found[0]
