"""What is read from the store beside a call."""

from datetime import timedelta

from sqlalchemy import text

from hotline.local.ports import free_port
from hotline.phone.page.lookout import Lookout
from hotline.store.database import connect_to
from tests.phone.documents import menu
from tests.waiting import eventually

MENU = menu("Press one key.")


def test_a_database_that_is_away_is_told_once_and_the_call_goes_on(line, browser, page):
    line.says("/voice", MENU)
    line.says("/keyed", MENU)
    lookout = Lookout(page.switchboard, connect_to(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"))
    browser.dials().is_listened_to()
    lookout.look()
    lookout.look()
    browser.presses("1").is_listened_to()
    assert browser.notes.count("The database does not answer") == 1


def test_a_settled_call_that_is_over_is_left_alone(line, browser, page, database_url, monkeypatch):
    line.says("/voice", "<Hangup/>")
    engine = connect_to(database_url, application="looks", connections=1, autocommit=True)
    lookout = Lookout(page.switchboard, engine)
    browser.dials().sees("over")
    lookout.look()
    assert lookout._behind
    monkeypatch.setattr("hotline.phone.page.behind.LINGERS", timedelta(seconds=-1))
    lookout.look()
    assert not lookout._behind
    eventually(lambda: page.switchboard.find(browser.call).feed.is_closed)
    with engine.connect() as connection:
        who = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'looks'"
        assert connection.execute(text(who)).scalar_one() == 1, "one connection for all looks"
    engine.dispose()
