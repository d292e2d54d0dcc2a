"""Verbs that many tests say."""


def gather(prompt: str = "Press a key.", *, also: str = "", **attributes: str) -> str:
    """A Gather at /keyed that says the prompt."""
    written = {"input": "dtmf", "action": "/keyed", "timeout": "5", "finishOnKey": "#", **attributes}
    listed = " ".join(f'{name}="{value}"' for name, value in written.items())
    return f"<Gather {listed}><Say>{prompt}</Say></Gather>{also}"


def menu(prompt: str = "Press one key.", **attributes: str) -> str:
    """A Gather that takes one key, and comes back after silence."""
    return gather(prompt, also="<Redirect>/silent</Redirect>", numDigits="1", finishOnKey="", **attributes)


def hold(prompt: str = "One moment.", *, again: str = "/held", seconds: int = 3) -> str:
    """Says something, waits and comes back."""
    return f'<Say>{prompt}</Say><Pause length="{seconds}"/><Redirect>{again}</Redirect>'


def open_hold(prompt: str = "One moment.", *, seconds: int = 3, also: str = "") -> str:
    """The same with an ear for one key, which goes on at /held whether or not one comes."""
    attributes = f'input="dtmf" action="/held" numDigits="1" finishOnKey="" timeout="{seconds}"'
    return f'<Gather {attributes} actionOnEmptyResult="true"><Say>{prompt}</Say></Gather>{also}'
