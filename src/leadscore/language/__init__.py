"""What the library says to people, in English and Polish.

In: conditions, rules, numbers, days, a language code. Out: text. Every text has both languages
side by side, so that none is forgotten; Polish counts by its three plural forms.
"""

from leadscore.language.conditions import Names, condition_text
from leadscore.language.rules import rule_text
from leadscore.language.words import LANGUAGES, Noun, Text, counted

__all__ = ["LANGUAGES", "Names", "Noun", "Text", "condition_text", "counted", "rule_text"]
