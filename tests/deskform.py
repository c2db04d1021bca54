"""What a browser would send of a form on the desk."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The values of the form with an id, by name."""

    def __init__(self, html: str, form: str):
        super().__init__()
        self.form, self.is_inside = form, False
        self.values: dict[str, list[str]] = {}
        self.select = self.area = self.first = None
        self.feed(html)

    def _add(self, name, value):
        if name and "__prefix__" not in name and name != "csrfmiddlewaretoken":
            self.values.setdefault(name, []).append(value or "")

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.is_inside = given.get("id") == self.form
        if not self.is_inside or "disabled" in given:
            return
        if tag == "input":
            kind = given.get("type", "text")
            if kind not in {"submit", "button"} and (kind not in {"checkbox", "radio"} or "checked" in given):
                self._add(given.get("name"), given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self.area, self.text = given.get("name"), ""
        elif tag == "select":
            self.select, self.first, self.is_many = given.get("name"), None, "multiple" in given
        elif tag == "option" and self.select:
            self.first = given.get("value") if self.first is None else self.first
            if "selected" in given:
                self._add(self.select, given.get("value"))

    def handle_data(self, data):
        if self.area:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_inside = False
        elif tag == "textarea" and self.area:
            self._add(self.area, self.text.removeprefix("\n"))
            self.area = None
        elif tag == "select" and self.select:
            if self.select not in self.values and not self.is_many and self.first is not None:
                self._add(self.select, self.first)
            self.select = None


def fields_of(response, form: str = "event_form") -> dict[str, list[str]]:
    return _Fields(response.content.decode(), form).values


def rows(prefix: str, *items: dict, old: int = 0) -> dict[str, str]:
    """What is typed into new rows of an inline; `old` is how many are there."""
    data = {f"{prefix}-TOTAL_FORMS": str(old + len(items))}
    for number, item in enumerate(items, old):
        data |= {f"{prefix}-{number}-{name}": value for name, value in item.items()}
    return data
