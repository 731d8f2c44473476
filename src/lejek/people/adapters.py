"""How allauth works here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as asked
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from lejek.kernel import clock, jobs
from lejek.people.demo import stay_out
from lejek.people.models import User
from lejek.ui.views import remember


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts are made by an administrator: nobody signs up. Mail leaves from the queue.

    So an answer takes as long for an address that is known as for one that is not, and a mail
    server that is down fails nobody's request.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def logout(self, request: HttpRequest) -> None:
        """Out, in the demo too."""
        super().logout(request)
        stay_out(request)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:  # noqa: ANN401 - handed through
        """In, in the language that the person chose last, unless this browser has its own."""
        response: HttpResponse = super().post_login(request, user, **how)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:  # noqa: ARG002
        """What failed attempts are counted under: the account alone.

        The default holds the Host header too, port and all, which the one who guesses chooses.
        """
        return credentials.get("email", "").lower()

    def send_password_reset_mail(
        self,
        user: User,
        email: str,  # noqa: ARG002 - always the one of the account
        context: dict[str, Any],  # noqa: ARG002 - the link is made when the mail is
    ) -> None:
        """Have a link sent that sets a new password; the queue never holds the link."""
        jobs.enqueue(
            "lejek.people.jobs.send_password_link",
            {
                "user_id": user.pk,
                "site": asked.request.build_absolute_uri("/"),
                "language": get_language() or user.language,
            },
            now=clock.now(),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have any other message sent."""
        message = self.render_mail(template_prefix, email, {**context, "email": email})
        jobs.enqueue(
            "lejek.people.jobs.send_message",
            {"subject": message.subject, "text": message.body, "to": email},
            now=clock.now(),
        )
