"""Company names without what the law adds to them."""

from __future__ import annotations

from functools import lru_cache

from lejek.identity.normalise.words import tokens

_FORMS = frozenset(
    tuple(form.split())
    for form in (
        # Polish, as written in full and short
        "spolka z ograniczona odpowiedzialnoscia",
        "spolka z o o",
        "sp z o o",
        "sp z oo",
        "sp zoo",
        "spzoo",
        "z o o",
        "spolka akcyjna",
        "s a",
        "sa",
        "prosta spolka akcyjna",
        "p s a",
        "psa",
        "spolka jawna",
        "sp j",
        "s j",
        "spj",
        "spolka komandytowa",
        "sp k",
        "spk",
        "spolka komandytowo akcyjna",
        "s k a",
        "ska",
        "spolka cywilna",
        "s c",
        "sc",
        "spolka partnerska",
        "sp p",
        "spolka europejska",
        "w likwidacji",
        "w restrukturyzacji",
        "w upadlosci",
        "oddzial w polsce",
        # abroad
        "gmbh",
        "gmbh co kg",
        "co kg",
        "mbh",
        "ag",
        "kg",
        "ug",
        "ohg",
        "e k",
        "se",
        "ltd",
        "limited",
        "llc",
        "l l c",
        "llp",
        "lp",
        "plc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "s r o",
        "sro",
        "a s",
        "as",
        "b v",
        "bv",
        "n v",
        "nv",
        "oy",
        "ab",
        "aps",
        "s r l",
        "srl",
        "s p a",
        "spa",
        "s l",
        "sarl",
        "sas",
        "kft",
        "ou",
        "uab",
        "sia",
        "d o o",
        "doo",
    )
)
_LONGEST = max(map(len, _FORMS))


@lru_cache(maxsize=4_000)
def name_key(name: str) -> str:
    """What stays of a company name when case, diacritics, punctuation and legal forms are gone.

    >>> name_key("Żółta Łódź Sp. z o.o. Sp. k.")
    'zolta lodz'
    """
    words = tokens(name)
    while shorter := _without_form(words):
        words = shorter
    return " ".join(words)[:200]


def _without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without a legal form at their end; nothing when there is none, or nothing else."""
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        if words[-length:] in _FORMS:
            return words[:-length]
    return ()
