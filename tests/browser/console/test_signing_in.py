"""Getting in, and out again: by password and code, by passkey, by recovery code."""

from playwright.sync_api import expect

from hotline.console.access import Role
from hotline.console.accounts.messages import MESSAGES
from tests.console.staff import make_person

CODE = "Code of the authenticator app"
WRONG = MESSAGES["GENERIC_AUTHN_FAILED"]
SOFTWARE_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device that says yes to everything at once."""


def test_somebody_signs_in_with_password_and_code_and_out_again(sits_down, office, language):
    person = make_person(office.engine, Role.OPERATOR, language=language)
    seat = sits_down(language=language)
    seat.signs_in(person, password="a wrong one, and long").reads(WRONG)
    seat.signs_in(person, code="000000").reads(MESSAGES["TWO_FACTOR_INVALID_TOKEN"])
    seat.fills(CODE, person.code()).clicks("Go on").is_at("/")
    expect(seat.page.locator("html")).to_have_attribute("lang", language)
    expect(seat.finds("heading", "Today", exact=True)).to_be_visible()
    seat.clicks("Sign out").is_at("/sign-in")
    seat.at("/calls").is_at("/sign-in?next=%2Fconsole%2Fcalls")


def test_whoever_was_on_the_way_somewhere_gets_there(sits_down, office):
    seat = sits_down()
    person = make_person(office.engine, Role.OPERATOR)
    seat.signs_in(person, at="/calls?language=ne").is_at("/calls?language=ne")


def test_a_passkey_is_made_and_signs_in_by_itself(sits_down, office, language):
    person = make_person(office.engine, Role.OPERATOR, language=language)
    seat = sits_down(language=language)
    device = seat.context.new_cdp_session(seat.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": SOFTWARE_KEY})
    seat.signs_in(person).is_at("/")
    seat.at("/account").clicks("Passkeys", role="link").reads("You have none yet.")
    seat.fills("Name of the passkey", "my telephone").clicks("Add a passkey")
    seat.reads(MESSAGES["WEBAUTHN_REGISTER_SUCCESSFUL"], name="my telephone")
    expect(seat.page.get_by_text("my telephone", exact=True).first).to_be_visible()
    seat.clicks("Sign out").is_at("/sign-in")
    seat.clicks("Sign in with a passkey").is_at("/")
    assert person.row().failed_sign_ins == 0


def test_without_a_device_the_page_says_so_and_the_password_still_works(sits_down, office):
    seat = sits_down()
    device = seat.context.new_cdp_session(seat.page)
    device.send("WebAuthn.enable")
    # A device that has no passkey for this console, and says so.
    device.send("WebAuthn.addVirtualAuthenticator", {"options": SOFTWARE_KEY})
    seat.at("/sign-in").clicks("Sign in with a passkey")
    seat.reads("The device did not answer, or you said no. Try again, or take another way.")
    seat.clicks("Sign in with your password instead", role="link").is_at("/sign-in")


def test_a_recovery_code_lets_in_once_without_the_app(sits_down, office, language):
    person = make_person(office.engine, Role.OPERATOR, language=language)
    seat = sits_down(language=language)
    seat.signs_in(person).is_at("/")
    seat.page.on("dialog", lambda dialog: dialog.accept())
    seat.at("/account").clicks("Make new recovery codes")
    expect(seat.page.locator(".codes code")).to_have_count(10)
    codes = seat.page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == len(codes)
    seat.clicks("Sign out").is_at("/sign-in")
    _to_recovery_code(seat, person)
    seat.fills("Recovery code", codes[3]).clicks("Go on").is_at("/")
    expect(seat.page.get_by_role("status")).to_have_text(
        office.counts(language, "%(num)d recovery code is left.", "%(num)d recovery codes are left.", 9)
    )
    seat.clicks("Sign out").is_at("/sign-in")
    _to_recovery_code(seat, person)
    seat.fills("Recovery code", codes[3]).clicks("Go on").reads(MESSAGES["INVALID_RECOVERY_CODE"])


def _to_recovery_code(seat, person):
    seat.enters_password(person).clicks("Take a recovery code instead", role="link")


def test_signing_out_everywhere_ends_the_other_browser(sits_down, office):
    person = make_person(office.engine, Role.OPERATOR)
    one, other = sits_down().signs_in(person).is_at("/"), sits_down().signs_in(person).is_at("/")
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.at("/account").clicks("Sign out everywhere").is_at("/sign-in")
    other.at("/calls").is_at("/sign-in?next=%2Fconsole%2Fcalls")
