"""Why there is no connection, in words (languages)."""

from __future__ import annotations

import pytest

from huntline.languages.connections import failure_in_words
from huntline.languages.reasons import Reader
from huntline.network.connection_failures import ConnectionFailure, WhyNoConnection


@pytest.mark.parametrize("why", WhyNoConnection)
def test_each_reason_has_its_sentence_in_both_languages(why: WhyNoConnection) -> None:
    failure = ConnectionFailure(why, "x509 says no")
    english, french = (failure_in_words(failure, Reader(language)) for language in ("en", "fr"))
    assert english != french
    assert ("x509" in english) == ("x509" in french)
