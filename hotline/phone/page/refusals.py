"""What a page is told that asks for something that cannot be."""


class Refused(Exception):
    """The page asked for something that cannot be.

    `code` is stable, so that the page can say it in its own language; the text is a sentence in English.
    """

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
