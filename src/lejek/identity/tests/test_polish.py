"""The pages of imports in Polish."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lejek.identity.imports.texts import fault_text
from lejek.identity.reading import Fault
from lejek.identity.tests.builders import make_user


def test_a_fault_reads_as_a_sentence() -> None:
    fault = Fault("not_a_nip", "company.nip", "123", is_fatal=True)
    with translation.override("pl"):
        assert fault_text(fault) == (
            "NIP: „123” – to nie jest poprawny NIP: "
            "nie zgadza się cyfra kontrolna albo nie ma 10 cyfr"
        )
    with translation.override("en"):
        assert fault_text(fault).startswith("NIP: “123” is not a valid NIP")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"), [("pl", "Zaimportuj plik"), ("en", "Import a file")]
)
def test_the_empty_list_speaks_the_language_of_the_reader(language: str, words: str) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    assert words in client.get(reverse("identity:imports")).content.decode()
