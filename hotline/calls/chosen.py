"""The languages that the settings choose; light to import, so that a program can look before it starts others."""

from collections.abc import Collection, Iterable

from hotline.callflow.languages import LANGUAGES
from hotline.settings import Settings, SettingsFault


def offered_languages(settings: Settings) -> tuple[str, ...]:
    """What callers are offered; raises SettingsFault for a language that the line does not speak or offer."""
    offered = settings.hotline_languages or LANGUAGES
    _refuse_unknown("HOTLINE_LANGUAGES", offered)
    _refuse_unknown("NUMBER_LANGUAGES", settings.number_languages.values())
    _refuse_unknown("OPERATOR_LANGUAGE", [settings.operator_language])
    _refuse_switched_off(settings.number_languages.values(), offered)
    return offered


def _refuse_switched_off(chosen: Iterable[str], offered: Collection[str]) -> None:
    missing = sorted(set(chosen) - set(offered))
    if missing:
        raise SettingsFault(
            f"NUMBER_LANGUAGES is wrong: {', '.join(missing)} is switched off, add it to HOTLINE_LANGUAGES."
        )


def _refuse_unknown(name: str, languages: Iterable[str]) -> None:
    unknown = sorted(set(languages) - set(LANGUAGES))
    if unknown:
        known = ", ".join(LANGUAGES)
        raise SettingsFault(f"{name} is wrong: {', '.join(unknown)} is no language of the line. They are {known}.")
