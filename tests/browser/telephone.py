"""What a person does at the page, by mouse, by touch or by keyboard, and what they find there."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from playwright.sync_api import Locator, Page, Request, Response, expect

from hotline.callflow.replies import Sentence
from hotline.callflow.state import Step
from hotline.speech.speak import speak

ENGLISH: Final = "+81120017827"
"""The number that answers in English."""


class By(StrEnum):
    """What the person touches the page with."""

    MOUSE = "mouse"
    TOUCH = "touch"
    KEYBOARD = "keyboard"


@dataclass
class Telephone:
    """One page, open in a tab of its own."""

    page: Page
    address: str
    by: By = By.MOUSE
    complaints: list[str] = field(default_factory=list)
    """What the console says of mistakes."""
    requests: list[Request] = field(default_factory=list)
    sounds: list[Response] = field(default_factory=list)

    def opens(self) -> Self:
        """Open the page, and wait until it has found the line."""
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.requests.append(asked))
        self.page.on("response", lambda got: "/sounds/" in got.url and self.sounds.append(got))
        self.page.goto(self.address)
        expect(self.page.locator("#to option").first).to_be_attached()
        return self

    # What they do

    def calls(self, number: str | None = None) -> Self:
        """Press the green button, and wait until the line answers."""
        if number:
            self.page.locator("#to").select_option(number)
        self.activates(self.page.locator("#call"))
        expect(self.page.locator("#clock")).to_have_class("running")
        return self

    def presses(self, *entries: str) -> Self:
        """Press keys; several at once are keyed ahead."""
        for key in "".join(entries):
            if self.by is By.KEYBOARD:
                self.page.keyboard.press(key)
            else:
                self.activates(self.page.locator(f'.key[data-key="{key}"]'))
        return self

    def activates(self, button: Locator) -> Self:
        """Press a button; by keyboard, Tab leads there."""
        match self.by:
            case By.MOUSE:
                button.click()
            case By.TOUCH:
                button.tap()
            case By.KEYBOARD:
                self.tabs_to(button)
                self.page.keyboard.press("Enter")
        return self

    def tabs_to(self, wanted: Locator) -> Self:
        """Go there with Tab alone, round the whole page at most once."""
        for _ in range(80):
            if wanted.evaluate("element => element === document.activeElement"):
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {wanted}")

    def skips_until(self, wanted: Locator) -> Self:
        """Say nothing, and wait for nothing, until something is shown."""
        for _ in range(60):
            if wanted.is_visible():
                return self
            self.page.locator("#silence").click()
        raise AssertionError(f"{wanted} does not come")

    def hangs_up(self) -> Self:
        """Press the red button."""
        self.activates(self.page.locator("#hang-up"))
        return self

    # What they find

    def hears(self, prompt: str, language: str) -> Self:
        """A caption comes with a sentence of the line that needs no facts, or is there already."""
        words = speak(Sentence(prompt), language).text
        expect(self.captions.get_by_text(words).first).to_be_attached()
        return self

    def reaches(self, step: Step, times: int = 1) -> Self:
        """What happens behind shows the step, for the so many'th time in this call."""
        expect(self.page.locator(f"#timeline [data-step={step}]")).to_have_count(times)
        return self

    def reads(self, where: str, words: str | re.Pattern[str]) -> Self:
        """A part of the page shows these words."""
        expect(self.page.locator(where)).to_contain_text(words)
        return self

    @property
    def captions(self) -> Locator:
        return self.page.locator("#captions")

    @property
    def seconds(self) -> float:
        """What the clock shows."""
        return float(self.page.locator("#clock-seconds").inner_text())

    def is_over(self) -> Self:
        """The call ends, and the summary is there."""
        expect(self.page.locator("#summary")).to_be_visible()
        return self
