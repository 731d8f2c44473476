"""The page that lists the operations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lejek.api.surface import api


@require_GET
def show_operations(request: HttpRequest) -> HttpResponse:
    """Every operation with what it needs, from the same description as openapi.json."""
    schema = api.get_openapi_schema()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "api/operations.html", {"operations": operations})
