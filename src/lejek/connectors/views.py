"""Pages about webhooks: where messages go, what became of each, and sending again."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lejek.connectors import selectors, services
from lejek.connectors.catalogue import TYPES
from lejek.connectors.forms import EndpointForm
from lejek.connectors.models import Delivery, Endpoint
from lejek.kernel import clock
from lejek.people.access import needs, signed_in

_PER_PAGE = 50
_STATES = (
    (Delivery.State.WAITING, pgettext_lazy("messages", "waiting")),
    (Delivery.State.DELIVERED, pgettext_lazy("messages", "delivered")),
    (Delivery.State.GIVEN_UP, pgettext_lazy("messages", "given up")),
)


@require_GET
@needs("settings.edit")
def show_endpoints(request: HttpRequest) -> HttpResponse:
    """All webhooks, and whether messages arrive."""
    return render(request, "connectors/endpoints.html", {"endpoints": selectors.endpoints()})


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def add_endpoint(request: HttpRequest) -> HttpResponse:
    """A new webhook; its secret is shown once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        endpoint = services.add_endpoint(
            entry=form.entry(), actor=signed_in(request), now=clock.now()
        )
        return _page_with_secret(request, endpoint)
    return render(request, "connectors/endpoint_form.html", {"form": form})


@require_GET
@needs("settings.edit")
def show_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """One webhook with its messages."""
    endpoint, now = get_object_or_404(Endpoint, pk=endpoint_id), clock.now()
    state = request.GET.get("state", "")
    state = state if state in Delivery.State.values else ""
    found = Paginator(selectors.deliveries(endpoint, state), _PER_PAGE)
    numbers = selectors.counts(endpoint)
    context = {
        "endpoint": endpoint,
        "secret": request.session.pop(_session_key(endpoint), ""),
        "hears_of": [(name, words) for name, words in TYPES.items() if name in endpoint.types],
        "page": found.get_page(request.GET.get("page")),
        "state": state,
        "states": [(value, label, numbers[value]) for value, label in _STATES],
        "n_all": sum(numbers.values()),
        "n_given_up": numbers[Delivery.State.GIVEN_UP],
        "old_secret_until": max(
            (datetime.fromisoformat(each["until"]) for each in endpoint.old_secrets_at(now)),
            default=None,
        ),
    }
    return render(request, "connectors/endpoint.html", context)


def _page_with_secret(request: HttpRequest, endpoint: Endpoint) -> HttpResponse:
    """The page of a webhook, which shows the secret this once; reloading it makes no other."""
    request.session[_session_key(endpoint)] = endpoint.secret
    return redirect("connectors:endpoint", endpoint.pk)


def _session_key(endpoint: Endpoint) -> str:
    return f"secret of webhook {endpoint.pk}"


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def change_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Another address, description or choice of events."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    initial = {name: getattr(endpoint, name) for name in EndpointForm.base_fields}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_endpoint(
            endpoint=endpoint, entry=form.entry(), actor=signed_in(request), now=clock.now()
        )
        messages.success(request, _("The webhook was saved."))
        return redirect("connectors:endpoint", endpoint.pk)
    context = {"form": form, "endpoint": endpoint}
    return render(request, "connectors/endpoint_form.html", context)


@require_POST
@needs("settings.edit")
def rotate_secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Another secret, shown once."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    services.rotate_secret(endpoint=endpoint, actor=signed_in(request), now=clock.now())
    return _page_with_secret(request, endpoint)


@require_POST
@needs("settings.edit")
def pause(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Let nothing leave for a while."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    if services.pause(endpoint=endpoint, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The webhook is paused; messages wait."))
    return redirect("connectors:endpoint", endpoint.pk)


@require_POST
@needs("settings.edit")
def switch_on(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Let messages leave again."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    if services.switch_on(endpoint=endpoint, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The webhook is on."))
    return redirect("connectors:endpoint", endpoint.pk)


@require_POST
@needs("settings.edit")
def send_test(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """A message that says nothing, to see whether it arrives."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    services.send_test(endpoint=endpoint, actor=signed_in(request), now=clock.now())
    messages.success(request, _("A test message is in the queue."))
    return redirect("connectors:endpoint", endpoint.pk)


@require_POST
@needs("settings.edit")
def send_all_again(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Everything that was given up, once more."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    return _sent_again(request, endpoint, None)


@require_POST
@needs("settings.edit")
def send_again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One message once more."""
    delivery = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=delivery_id)
    return _sent_again(request, delivery.endpoint, delivery)


def _sent_again(
    request: HttpRequest, endpoint: Endpoint, delivery: Delivery | None
) -> HttpResponse:
    n_again = services.send_again(
        endpoint=endpoint, delivery=delivery, actor=signed_in(request), now=clock.now()
    )
    said = ngettext("%d message is in the queue.", "%d messages are in the queue.", n_again)
    messages.success(request, said % n_again)
    return redirect("connectors:endpoint", endpoint.pk)


@require_GET
@needs("settings.edit")
def show_delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One message: what it says, and what was answered."""
    delivery = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=delivery_id)
    return render(request, "connectors/delivery.html", {"delivery": delivery})


@require_POST
@needs("settings.edit")
def skip(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Give up one message that waits."""
    delivery = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=delivery_id)
    if services.skip(delivery=delivery, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The message was given up; those behind it leave now."))
    return redirect("connectors:endpoint", delivery.endpoint_id)


@require_POST
@needs("settings.edit")
def delete_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Take a webhook away."""
    endpoint = get_object_or_404(Endpoint, pk=endpoint_id)
    services.delete_endpoint(endpoint=endpoint, actor=signed_in(request), now=clock.now())
    messages.success(request, _("The webhook was deleted."))
    return HttpResponseRedirect(reverse("connectors:endpoints"))
