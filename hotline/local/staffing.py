"""The commands `hotline console` and `hotline staff ...`. Each imports its parts when it runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from hotline.local.ending import fail, sentences

if TYPE_CHECKING:
    from hotline.store.database import Connection
    from hotline.store.staff import Member

_WHO: Final = "hotline staff"
"""Who did it, in the audit trail: whoever may use this machine's terminal."""

_ROLES: Final = ("operator", "supervisor", "on-call", "auditor", "administrator")


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True, help="Address to listen on.")
def console(host: str) -> None:
    """Serve the operators' pages on HOTLINE_CONSOLE_PORT."""
    from hotline.local.serving import address_of, become_server
    from hotline.settings import load_settings

    with sentences():
        settings = load_settings()
    address = address_of(host, settings.hotline_console_port)
    become_server(address, "hotline.console.wsgi:app", ahead="hotline.console.app")


@click.group()
def staff() -> None:
    """See to the people of the console, from the terminal.

    `add` makes the first administrator, who then invites everybody else at /console/people.
    """


@staff.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As colleagues know the person.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(_ROLES), help="May be repeated.")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Of the pages.")
def add(email: str, name: str, roles: tuple[str, ...], language: str) -> None:
    """Make an account, and print the invitation to pass on."""
    from hotline import clock
    from hotline.store.staff import Invited, add_member

    invited = Invited(email=_normalized(email), name=name.strip(), language=language, roles=roles)
    with _transaction() as connection:
        staff_id = add_member(connection, invited, clock.now())
        if staff_id is None:
            fail(f"{invited.email} has an account already: `hotline staff invite {invited.email}` lets them in again.")
        link = _invitation(connection, staff_id)
        _note(connection, "staff.invited", staff_id, email=invited.email, roles=sorted(roles))
    _print_invitation(invited.email, link)


@staff.command("invite")
@click.argument("email")
def invite(email: str) -> None:
    """Print a new invitation for who forgot the password or lost the app.

    Once it is taken, the old password, app and passkeys no longer count.
    """
    with _transaction() as connection:
        member = _member(connection, email)
        if not member.active:
            fail(f"{member.email} is locked: `hotline staff unlock {member.email}` comes first.")
        link = _invitation(connection, member.id)
        _note(connection, "staff.invited_again", member.id)
    _print_invitation(member.email, link)


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, times in UTC.")
def list_all(as_json: bool) -> None:
    """Show everybody, by name."""
    from hotline.local.showing import show
    from hotline.store.database import Engine
    from hotline.store.staff import list_members

    def rows(engine: Engine) -> Iterator[dict[str, Any]]:
        with engine.connect() as connection:
            yield from map(_row, list_members(connection))

    show(rows, as_json)


@staff.command("lock")
@click.argument("email")
def lock(email: str) -> None:
    """Keep somebody out, and sign them out everywhere at once."""
    from hotline.store import staff as store

    with _transaction() as connection:
        member = _member(connection, email)
        is_last = store.is_last_administrator(connection, member.id) and store.ADMINISTRATOR in member.roles
        store.lock(connection, member.id)
        _note(connection, "staff.locked", member.id)
    click.echo(f"{member.email} is locked, and signed out everywhere.")
    if is_last:
        click.echo("That was the last administrator: `hotline staff add` makes another.", err=True)


@staff.command("unlock")
@click.argument("email")
def unlock(email: str) -> None:
    """Let somebody in again, also after too many wrong sign-ins."""
    from hotline.store import staff as store

    with _transaction() as connection:
        member = _member(connection, email)
        store.unlock(connection, member.id)
        _note(connection, "staff.unlocked", member.id)
    click.echo(f"{member.email} can sign in again.")


@staff.command("code")
def code() -> None:
    """Print the code that the practice account of `make run` needs now.

    It is for that account alone: everybody else's code is in their own authenticator app.
    """
    from hotline.local.practice_account import present_code

    with sentences():
        now, seconds = present_code()
    click.echo(now)
    click.echo(f"It counts once, and for {seconds} s more.", err=True)


@contextmanager
def _transaction() -> "Iterator[Connection]":
    from hotline.local.looking import database

    with sentences(), database() as engine, engine.begin() as connection:
        yield connection


def _invitation(connection: "Connection", staff_id: int) -> str:
    from hotline import clock
    from hotline.console.accounts.invitations import Invitation, Invitations
    from hotline.local.given import settings_here
    from hotline.store.staff import make_invitation

    invitation = Invitation(staff_id, clock.now())
    make_invitation(connection, staff_id, invitation.made_at)
    return Invitations(settings_here()).link(invitation)


def _print_invitation(email: str, link: str) -> None:
    from hotline.console.accounts.invitations import VALID_FOR

    click.echo(link)
    click.echo(
        f"Pass this link on to {email}, by a way that nobody else reads. It works once, for {VALID_FOR.days} days: "
        "whoever opens it chooses a password and sets up an authenticator app.",
        err=True,
    )


def _member(connection: "Connection", email: str) -> "Member":
    from hotline.store.staff import find_member_by_email

    member = find_member_by_email(connection, email.strip())
    if member is None:
        fail(f"Nobody has the address {email}: `hotline staff list` shows everybody.")
    return member


def _note(connection: "Connection", action: str, staff_id: int, **details: object) -> None:
    from hotline import clock
    from hotline.store import audit

    told = json.dumps(details, ensure_ascii=False, sort_keys=True) if details else ""
    entry = audit.Entry(at=clock.now(), who=_WHO, action=action, subject=f"staff {staff_id}", details=told)
    audit.write(connection, entry)


def _normalized(email: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(email, check_deliverability=False, globally_deliverable=False).normalized.lower()
    except EmailNotValidError as error:
        fail(f"{email} is no e-mail address: {error}")


def _row(member: "Member") -> dict[str, Any]:
    moments = {name: getattr(member, name) for name in ("signed_in_at", "invited_at")}
    return {
        "email": member.email,
        "name": member.name,
        "roles": list(member.roles),
        "state": "open" if member.active else "locked",
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
    }
