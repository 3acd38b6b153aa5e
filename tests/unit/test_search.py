from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflows.store import search


@given(st.text(max_size=60), st.data())
def test_whatever_word_a_text_has_its_pairs_are_among_the_texts(text, data):
    runs = search.RUNS.findall(search.plain(text))
    if runs:
        run = data.draw(st.sampled_from(runs))
        start = data.draw(st.integers(0, len(run) - 1))
        word = run[start : start + data.draw(st.integers(1, len(run)))]
        if len(word) > 1:
            assert set(search.grams(word)) <= set(search.grams(text))


def test_two_characters_are_enough_and_one_is_too_few():
    assert search.grams("平江衣坊") == sorted(["平江", "江衣", "衣坊"])
    assert search.words("平江 衣 ＡＢ店") == ["平江", "ab店"]
    assert len(search.words("一二 三四 五六 七八 九十 甲乙")) == search.MOST_WORDS
