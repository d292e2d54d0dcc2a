"""The people of the console: their accounts, what they may do, and how often they were not let in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, Row, Select, case, delete, func, insert, inspect, null, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as insert_unless_there
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Session, registry, relationship, scoped_session, sessionmaker

from hotline.store.console_tables import audit, metadata, passkeys, staff, staff_roles

ADMINISTRATOR: Final = "administrator"
"""The role without which nobody can invite anybody; one person always has it."""

FAILURES: Final = 10
"""Wrong sign-ins in a row, second factors included, after which an account is shut for a while."""

SHUT_FOR: Final = timedelta(minutes=15)
"""For how long. Ten tries in a quarter of an hour find no code of six digits in years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody with an account, as others see them."""

    id: int
    email: str
    name: str
    language: str
    roles: tuple[str, ...]
    active: bool
    """False once locked by a person."""
    created_at: datetime
    invited_at: datetime | None
    """When the newest invitation was made; None once it was taken."""
    signed_in_at: datetime | None
    """When they last did; None for never."""
    shut_until: datetime | None
    """Until when no sign-in is tried, after too many wrong ones."""
    has_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Who is to have an account."""

    email: str
    """In small letters."""
    name: str
    language: str
    roles: Collection[str]


def map_people(person: type, role: type, passkey: type) -> None:
    """Have the database's rows as objects of these classes. Done again, it changes nothing."""
    if inspect(person, raiseerr=False) is not None:
        return
    mapper = registry(metadata=metadata)
    mapper.map_imperatively(role, staff_roles)
    mapper.map_imperatively(passkey, passkeys)
    kept: Any = {"cascade": "all, delete-orphan", "passive_deletes": True}
    roles: Any = relationship(role, lazy="selectin", order_by=staff_roles.c.name, **kept)
    webauthn: Any = relationship(passkey, order_by=passkeys.c.id, **kept)
    mapper.map_imperatively(person, staff, properties={"roles": roles, "webauthn": webauthn})
    # A recovery code is taken out of the list in place, which would not be noticed otherwise.
    MutableList.associate_with_attribute(person.mf_recovery_codes)  # type: ignore[attr-defined]


def people_session(engine: Engine) -> scoped_session[Session]:
    """What those objects are read and written through; `remove()` ends it, once a request."""
    return scoped_session(sessionmaker(engine, expire_on_commit=False))


def list_members(connection: Connection) -> list[Member]:
    """Everybody, by name."""
    return [_member(row) for row in connection.execute(_members().order_by(func.lower(staff.c.name), staff.c.id))]


def find_member(connection: Connection, staff_id: int) -> Member | None:
    """Whose number this is."""
    return _first(connection.execute(_members().where(staff.c.id == staff_id)).all())


def find_member_by_email(connection: Connection, email: str) -> Member | None:
    """Whose address this is; capital letters do not count."""
    return _first(connection.execute(_members().where(staff.c.email == email.lower())).all())


def add_member(connection: Connection, invited: Invited, now: datetime) -> int | None:
    """A new account that nobody can sign in to yet, and its number; None when there is one with this address."""
    row = {
        "email": invited.email,
        "name": invited.name,
        "language": invited.language,
        "created_at": now,
        "fs_uniquifier": uuid4().hex,
        "fs_webauthn_user_handle": uuid4().hex,
    }
    added = insert_unless_there(staff).values(row).on_conflict_do_nothing().returning(staff.c.id)
    staff_id = connection.execute(added).scalar()
    if staff_id is not None:
        set_roles(connection, staff_id, invited.roles)
    return staff_id


def make_invitation(connection: Connection, staff_id: int, now: datetime) -> None:
    """Let this person choose a password and a second factor anew. An earlier invitation ends."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(invited_at=now))


def take_invitation(connection: Connection, staff_id: int, invited_at: datetime) -> bool:
    """Whether this invitation was still open to somebody who is not locked; from now on it is taken."""
    is_open = (staff.c.id == staff_id) & (staff.c.invited_at == invited_at) & staff.c.active
    return connection.execute(update(staff).where(is_open).values(invited_at=null())).rowcount == 1


def set_roles(connection: Connection, staff_id: int, roles: Collection[str]) -> None:
    """Give exactly these roles. They count from the next request on."""
    connection.execute(delete(staff_roles).where(staff_roles.c.staff_id == staff_id))
    if roles:
        connection.execute(insert(staff_roles), [{"staff_id": staff_id, "name": name} for name in sorted(set(roles))])


def lock(connection: Connection, staff_id: int) -> None:
    """Keep somebody out, from the next request on; every session and every open invitation ends for good."""
    locked = {"active": False, "fs_uniquifier": uuid4().hex, "invited_at": null()}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(locked))


def unlock(connection: Connection, staff_id: int) -> None:
    """Let somebody sign in again, also after too many wrong sign-ins."""
    unlocked = {"active": True, "failed_sign_ins": 0, "locked_until": null()}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(unlocked))


def give_factors(connection: Connection, staff_id: int, password: str, totp_secret: str) -> None:
    """Give a password, hashed, and the secret of an authenticator app, sealed."""
    factors = {"password": password, "tf_primary_method": "authenticator", "tf_totp_secret": totp_secret}
    connection.execute(update(staff).where(staff.c.id == staff_id).values(factors))


def is_last_administrator(connection: Connection, staff_id: int) -> bool:
    """Whether without this person nobody could see to people.

    Who was invited as an administrator and never came does not count. Until the end of the transaction nobody else
    learns the answer, so that two cannot each take the other for the one who stays.
    """
    connection.execute(select(func.pg_advisory_xact_lock(_ADMINISTRATORS)))
    others = (
        select(staff.c.id)
        .join(staff_roles)
        .where(staff_roles.c.name == ADMINISTRATOR, staff.c.active, staff.c.id != staff_id)
        .where(or_(staff.c.password.is_not(None), staff.c.login_count > 0))
    )
    return connection.execute(others.limit(1)).first() is None


def count_failure(connection: Connection, staff_id: int, now: datetime) -> bool:
    """Count a wrong sign-in; whether the account is shut by it. While it is shut, nothing is counted."""
    is_tried = or_(staff.c.locked_until.is_(None), staff.c.locked_until <= now)
    is_enough = staff.c.failed_sign_ins + 1 >= FAILURES
    counted = (
        update(staff)
        .where(staff.c.id == staff_id, is_tried)
        .values(
            failed_sign_ins=case((is_enough, 0), else_=staff.c.failed_sign_ins + 1),
            locked_until=case((is_enough, now + SHUT_FOR), else_=null()),
        )
        .returning(staff.c.locked_until)
    )
    return connection.execute(counted).scalar() is not None


def forget_failures(connection: Connection, staff_id: int) -> None:
    """After a right sign-in the count begins anew."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(failed_sign_ins=0, locked_until=null()))


def use_code(connection: Connection, staff_id: int, counter: int) -> bool:
    """Whether the code of this half minute was not used yet, nor a later one; from now on it is."""
    is_newer = or_(staff.c.totp_counter.is_(None), staff.c.totp_counter < counter)
    used = update(staff).where(staff.c.id == staff_id, is_newer).values(totp_counter=counter)
    return connection.execute(used).rowcount == 1


def count_failures_from(connection: Connection, address: str, action: str, since: datetime) -> int:
    """How often this action stands in the audit trail since then, from this network address."""
    of_address = (audit.c.at >= since) & (audit.c.address == address) & (audit.c.action == action)
    return connection.execute(select(func.count()).where(of_address)).scalar_one()


_ADMINISTRATORS: Final = 0x61646D696E
"""The advisory lock that whoever may take away an administrator holds: a number that nothing else here uses."""


def _members() -> Select[Any]:
    names = func.array_agg(aggregate_order_by(staff_roles.c.name, staff_roles.c.name))
    roles = select(names).where(staff_roles.c.staff_id == staff.c.id).scalar_subquery()
    return select(staff, roles.label("roles"))


def _first(rows: Sequence[Row[Any]]) -> Member | None:
    return _member(rows[0]) if rows else None


def _member(row: Row[Any]) -> Member:
    return Member(
        id=row.id,
        email=row.email,
        name=row.name,
        language=row.language,
        roles=tuple(row.roles or ()),
        active=row.active,
        created_at=row.created_at,
        invited_at=row.invited_at,
        # Flask-Security keeps it without a time zone.
        signed_in_at=row.current_login_at and row.current_login_at.replace(tzinfo=UTC),
        shut_until=row.locked_until,
        has_password=row.password is not None,
    )
