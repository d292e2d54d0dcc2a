"""Part h: the seconds that a caller needs to a stopped card, in every language, worked out from the rendered audio."""

from bench.figures import AtMost, Figure, Say
from bench.site import Site
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.sound.timing import HEARS_EVERYTHING_S, KEYS_AHEAD_S, time_call


def measure(_: Site, say: Say) -> list[Figure]:
    """Hearing everything and keying ahead, the keys, the longest sentence; and with the language chosen first."""
    figures: list[Figure] = []
    for language in LANGUAGES:
        call = time_call(language)
        everything, ahead = AtMost(HEARS_EVERYTHING_S), AtMost(KEYS_AHEAD_S)
        figures += [
            Figure("h", f"{language}: hearing everything", call.hears_everything_s, "s", everything),
            Figure("h", f"{language}: keying ahead", call.keys_ahead_s, "s", ahead),
            Figure("h", f"{language}: keys", call.keys),
            Figure("h", f"{language}: longest sentence, {call.longest.sentence.prompt}", call.longest.seconds, "s"),
        ]
        if language != FIRST_LANGUAGE:
            chosen = time_call(language, FIRST_LANGUAGE)
            what = f"{language}: hearing everything, the language chosen first"
            figures.append(Figure("h", what, chosen.hears_everything_s, "s"))
        say(f"{language}: {call.hears_everything_s:.0f} s hearing everything, {call.keys_ahead_s:.0f} s keying ahead")
    return figures
