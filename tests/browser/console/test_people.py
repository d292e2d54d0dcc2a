"""Who works here: invited, let in, locked out; and what the trail says of it."""

from passlib.totp import TOTP
from playwright.sync_api import expect

from hotline.console.access import Role
from tests.console.staff import make_person

CHOSEN = "five words of my own"


def test_an_invitation_makes_an_account_with_password_and_app(sits_down, office, language):
    chief = sits_down(Role.ADMINISTRATOR, language=language).at("/people")
    email = f"newcomer-{language}@hotline.example"
    chief.fills("E-mail address", email).fills("Name", "Hanako").chooses("Language of the pages", language)
    chief.page.locator('form[action$="/people"]').get_by_label(chief.says("Operator"), exact=True).check()
    chief.clicks("Make an invitation")
    link = chief.page.locator("#link").input_value()

    newcomer = sits_down(language=language)
    newcomer.page.goto(link)
    newcomer.reads("Welcome, %(name)s", name="Hanako")
    expect(newcomer.page.locator("img.qr")).to_have_js_property("complete", True)
    assert newcomer.page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    app = TOTP(key=newcomer.page.locator("li code.secret").inner_text().replace("-", ""))
    newcomer.fills("New password", CHOSEN).fills("New password once more", CHOSEN + "!")
    newcomer.fills("Code that the app shows now", app.generate().token).clicks("Open my account")
    newcomer.reads("The two new passwords are not the same.")
    newcomer.fills("New password", CHOSEN).fills("New password once more", CHOSEN)
    newcomer.fills("Code that the app shows now", app.generate().token).clicks("Open my account")
    newcomer.reads("Your account is ready, and you are signed in.")
    assert newcomer.page.locator(".codes code").count() == 10
    newcomer.clicks("I have kept them: go on", role="link").is_at("/")
    stranger = sits_down(language=language).forgives(410)
    stranger.page.goto(link)
    stranger.reads("This link no longer works")


def test_who_is_locked_is_out_at_once(sits_down, office, language):
    person = make_person(office.engine, Role.OPERATOR, language=language)
    # Where nothing keeps itself up to date: a page that does would leave by itself.
    locked = sits_down(language=language).signs_in(person).at("/pictures")
    chief = sits_down(Role.ADMINISTRATOR, language=language).at("/people")
    chief.page.on("dialog", lambda dialog: dialog.accept())
    row = chief.page.locator("tr", has_text=person.email)
    row.get_by_role("button", name=chief.says("Lock")).click()
    chief.reads("The account is locked, and signed out everywhere.")
    expect(row).to_contain_text(chief.says("locked"))
    locked.page.locator("[data-go=follow_ups]").click()
    locked.is_at("/sign-in?next=%2Fconsole%2Ffollow-ups")


def test_a_page_that_keeps_itself_up_to_date_is_left_by_who_is_locked(sits_down, office):
    person = make_person(office.engine, Role.OPERATOR)
    locked = sits_down().forgives(401)
    locked.page.clock.install()
    locked.signs_in(person).is_at("/")
    chief = sits_down(Role.ADMINISTRATOR).at("/people")
    chief.page.on("dialog", lambda dialog: dialog.accept())
    chief.page.locator("tr", has_text=person.email).get_by_role("button", name="Lock").click()
    chief.reads("The account is locked, and signed out everywhere.")
    locked.page.clock.run_for(3100)
    locked.is_at("/sign-in")


def test_roles_count_from_the_next_click_on(sits_down, office):
    person = make_person(office.engine, Role.ON_CALL)
    seat = sits_down().signs_in(person).is_at("/")
    expect(seat.page.locator("[data-go=audit]")).to_have_count(0)
    chief = sits_down(Role.ADMINISTRATOR).at("/people")
    row = chief.page.locator("tr", has_text=person.email)
    row.locator("summary").click()
    row.get_by_label("Auditor").check()
    row.get_by_role("button", name="Change the roles").click()
    chief.reads("The roles are changed. They count from the next click on.")
    seat.at("/follow-ups").page.locator("[data-go=audit]").click()
    seat.is_at("/audit")


def test_who_may_not_is_told_so(sits_down):
    seat = sits_down(Role.OPERATOR).forgives(403).at("/people")
    expect(seat.page.get_by_role("heading", level=1)).to_be_visible()
    expect(seat.page.locator("[data-go=people]")).to_have_count(0)


def test_the_trail_says_who_did_what_and_is_whole(sits_down, office, told, language):
    operator = sits_down(Role.OPERATOR, language=language).at(f"/calls/{told.sid}")
    operator.field("Reason", "#keyed-facts").fill("called back, comparing")
    operator.clicks("Show for a minute").reads("1980-03-01")
    auditor = sits_down(Role.AUDITOR, language=language).at("/audit")
    rows = auditor.page.locator("tbody tr", has=auditor.page.locator(f'a[href$="{told.sid}"]'))
    expect(rows).to_have_count(2)
    for text in (operator.person.email, "called back, comparing"):
        expect(rows.first).to_contain_text(text)
    expect(rows.nth(1)).to_contain_text(auditor.says("Looked at a call"))
    auditor.misses("1980-03-01").misses("…5678")
    auditor.clicks("Verify the chain").reads("The trail is whole: no row was changed, taken out or put in.")
