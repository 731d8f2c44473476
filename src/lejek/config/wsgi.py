"""The WSGI application."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lejek.config.settings")
application = get_wsgi_application()
# Whatever is wrong with a page's code shows now, not to the first who asks for it.
_ = get_resolver().url_patterns
