from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views import promises
from app.views.commitments import Signer, clauses
from merchants.promise import PromiseTerms
from tests.support.promises import TERMS

SIGNER = Signer("苏州试样商贸有限公司", "91320508100000013X", "试样观前店", "姑苏区观前街1号")
LANGUAGES = st.sampled_from(("zh", "en"))


@given(TERMS, LANGUAGES)
def test_the_letter_says_the_whole_promise_and_whose_it_is(terms, lang):
    letter = clauses(SIGNER, terms, lang)
    assert list(letter[1].lines) == promises.lines(terms, lang)
    assert all(part in letter[0].words for part in (SIGNER.firm, SIGNER.uscc, SIGNER.store, SIGNER.address))
    assert all(clause.rests_on for clause in letter[1:])


@given(TERMS, LANGUAGES)
def test_any_two_promises_that_differ_read_differently(terms, lang):
    longer = PromiseTerms(**(vars(terms) | {"days": terms.days + 1}))
    assert promises.lines(terms, lang) != promises.lines(longer, lang)
    if set(terms.proofs) != {"invoice"}:
        assert promises.lines(terms, lang) != promises.lines(
            PromiseTerms(**(vars(terms) | {"proofs": ("invoice",)})), lang
        )


@pytest.mark.parametrize(("exclusions", "asked"), [(("custom_made",), False), (("custom_made", "activated"), True)])
def test_the_buyers_confirmation_is_part_of_the_letter_where_something_rests_on_it(exclusions, asked):
    terms = PromiseTerms(days=7, categories=("goods.food",), exclusions=exclusions)
    said = any("每次购买时请消费者确认" in clause.words for clause in clauses(SIGNER, terms, "zh"))
    assert said is asked
