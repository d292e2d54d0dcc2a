"""A text in a language of the line, read aloud."""

from functools import lru_cache

from hotline.sound.readers import reader_of
from hotline.sound.shaping import wav


@lru_cache(256)
def read_aloud(text: str, language: str) -> bytes:
    """The text as a whole WAV file: 8 kHz, one channel, 16 bits. The last texts are kept; any thread may ask.

    Raises CannotReadAloud, with a sentence that says what to do.
    """
    return wav(reader_of(language).read(text))
