"""What espeak-ng would read wrong in Nepali, and how it is spelled for its voice."""

from dataclasses import replace

import pytest

from hotline.sound.readers import reader_of


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("बिहान 9 बजे 30 मिनेट", "बिहान ९ बजे ३० मिनेट"),
        ("4 नम्बरमा", "चार् नम्बर्मा"),
        ("सन् 1947", "सन् उन्नाइस सय सत्चालीस"),
        ("2,000 येन", "२,००० येन"),
        ("सन् 1980 मार्च 1", "सन् उन्नाइस सय ८० मार्च् १"),
        ("सन् 1905", "सन् उन्नाइस सय ५"),
        ("सन् 1900", "सन् १९००"),
        ("सन् 2001", "सन् २००१"),
        ("कार्डको नम्बर", "कार्ड्को नम्बर्"),
        ("एकैछिन", "एकैछिन"),
        ("एसएमएस पाउन", "एस् एम् एस्  पाउन्अ"),
        ("कर्मचारीसँग", "कर्मचारीसङ्ग"),
    ],
)
def test_nepali_is_spelled_as_its_voice_reads_it_right(written, spelled):
    nepali = reader_of("ne")
    assert nepali.respelled(written) == spelled
    plain = replace(nepali, spelled=())
    # espeak reads the same text a few samples longer or shorter from time to time.
    assert len(nepali.read(written)) == pytest.approx(len(plain.read(spelled)), abs=200)
