"""The keys are rotated while requests are open and calls go on."""

from concurrent.futures import ThreadPoolExecutor

from hotline.privacy import new_key


def test_rotating_the_keys_loses_no_request_and_no_call(line):
    new, old = new_key(), line.running.environment["HOTLINE_ENCRYPTION_KEYS"]
    line.kill("dispatcher", "worker-1")
    holding, talking = line.is_promised(), line.confirms()
    _restart_with(line, f"{new},{old}", "web")
    with ThreadPoolExecutor() as terminal:
        rotated = terminal.submit(line.running.command, "keys", "rotate")
        while not rotated.done():
            talking.presses("2", "3").keys("2*16*3#").hears("press 1 to stop")
    assert rotated.result().returncode == 0, rotated.result().stderr
    # Without the old key, whatever was not sealed anew is lost.
    _restart_with(line, new, "web", "dispatcher", "worker-1")
    talking.presses("1").waits_until_hears("is stopped", 20).hears_receipt_number()
    line.is_stopped_once(talking)
    holding.waits_until_hears("is stopped", 20).hears_receipt_number()
    line.is_stopped_once(holding)


def _restart_with(line, keys, *names):
    line.running.environment = {**line.running.environment, "HOTLINE_ENCRYPTION_KEYS": keys}
    line.kill(*(name for name in names if line.is_up(name)))
    line.start(*names)
