"""What somebody at the console does, and what they find there."""

import re
from dataclasses import dataclass, field
from typing import Final, Self

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.console.office import Office
from tests.console.staff import Colleague, equip

_NAVIGATED_TO: Final = re.compile(r"the server responded with a status of (\d+)")


@dataclass
class Seat:
    """One browser with one page, in which somebody works."""

    context: BrowserContext
    page: Page
    office: Office
    language: str
    person: Colleague | None = None
    complaints: list[str] = field(default_factory=list)
    """What the browser's console says of mistakes, broken rules for scripts and styles among them."""
    forgiven: set[str] = field(default_factory=set)
    """Statuses of pages that are asked for on purpose."""

    def __post_init__(self) -> None:
        self.context.on("console", lambda said: said.type in ("error", "warning") and self._complains(said.text))
        self.context.on("weberror", lambda error: self._complains(str(error.error)))

    def _complains(self, text: str) -> None:
        self.complaints.append(text)

    # What they do

    def at(self, path: str) -> Self:
        """Open a page of the console."""
        self.page.goto(self.office.address + "/console" + path)
        return self

    def forgives(self, *statuses: int) -> Self:
        """The browser may complain of answers with these statuses in this test."""
        self.forgiven |= {str(status) for status in statuses}
        return self

    def signs_in(self, person: Colleague, password: str = "", code: str = "", at: str = "/sign-in") -> Self:
        """Write password and code on the real pages; a wrong password ends it before the code."""
        self.enters_password(person, password, at)
        if not password:
            self.fills("Code of the authenticator app", code or person.code()).clicks("Go on")
        return self

    def enters_password(self, person: Colleague, password: str = "", at: str = "/sign-in") -> Self:
        """The first half of it; `at` is where they wanted to go."""
        equip(self.office.app, person)
        self.at(at).fills("E-mail address", person.email).fills("Password", password or person.password)
        return self.clicks("Sign in", exact=True)

    def clicks(self, name: str, *, role: str = "button", exact: bool = False, **values: object) -> Self:
        """Press what has these words on it, in the language of the page."""
        self.finds(role, name, exact=exact, **values).first.click()
        return self

    def fills(self, label: str, text: str) -> Self:
        """Write into the field with this label."""
        self.field(label).fill(text)
        return self

    def field(self, label: str, within: str = "body") -> Locator:
        """What is written into."""
        # Sections may be called as one of their fields is.
        fields = self.page.locator(within).locator("input, textarea, select")
        return fields.and_(self.page.get_by_label(self.says(label), exact=True))

    def chooses(self, label: str, value: str) -> Self:
        """Choose from the list with this label."""
        self.field(label).select_option(value)
        return self

    # What they find

    def finds(self, role: str, name: str, *, exact: bool = False, **values: object) -> Locator:
        """What has this role and these words, in the language of the page."""
        return self.page.get_by_role(role, name=self.says(name, **values), exact=exact)  # type: ignore[arg-type]

    def reads(self, text: str, within: str = "main", **values: object) -> Self:
        """These words are there, in the language of the page."""
        expect(self.page.locator(within)).to_contain_text(self.says(text, **values))
        return self

    def misses(self, text: str, within: str = "main") -> Self:
        """These very letters are not there."""
        expect(self.page.locator(within)).not_to_contain_text(text)
        return self

    def is_at(self, path: str) -> Self:
        """The page with this path is open."""
        expect(self.page).to_have_url(f"{self.office.address}/console{path}")
        # Its scripts, too, are there.
        self.page.wait_for_load_state()
        return self

    def says(self, text: str, **values: object) -> str:
        """How the pages say this."""
        return self.office.says(self.language, text, **values)

    @property
    def wrongs(self) -> list[str]:
        """Complaints that nobody has forgiven."""
        return [one for one in self.complaints if not _is_forgiven(one, self.forgiven)]


def _is_forgiven(complaint: str, forgiven: set[str]) -> bool:
    found = _NAVIGATED_TO.search(complaint)
    return bool(found and found[1] in forgiven)
