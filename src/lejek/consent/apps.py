"""The room as Django knows it."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """lejek.consent"""

    name = "lejek.consent"
    label = "consent"

    def ready(self) -> None:
        """Let identity, which comes earlier in the flow, ask who has withdrawn what."""
        from lejek.consent.selectors import withdrawals_of  # noqa: PLC0415 - needs the models
        from lejek.identity.consents import ask_for_withdrawals  # noqa: PLC0415

        ask_for_withdrawals(withdrawals_of)
