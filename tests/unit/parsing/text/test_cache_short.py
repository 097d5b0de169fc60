"""Short texts are asked about once; long ones are never kept."""

from __future__ import annotations

from exchange.parsing.text.cache_short import cache_short


def test_a_short_text_is_asked_about_once_and_a_long_one_every_time() -> None:
    asked: list[str] = []

    @cache_short
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    long = "x" * 301
    assert [length("abc"), length("abc"), length(long), length(long)] == [3, 3, 301, 301]
    assert asked == ["abc", long, long]
