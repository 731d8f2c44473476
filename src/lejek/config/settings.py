"""Django settings, from the environment; a checkout runs without any."""

from __future__ import annotations

from pathlib import Path

from lejek.config.environment import (
    boolean,
    choice,
    database,
    folder,
    hosts,
    number,
    secret_key,
    text,
    time_zone,
    words,
)
from lejek.config.sqlite_driver import use_bundled_sqlite
from lejek.kernel.logs import logging_config

use_bundled_sqlite()

PACKAGE = Path(__file__).resolve().parent.parent
HOME = folder("LEJEK_HOME", default=Path.cwd() / "var")
DEMO = boolean("LEJEK_DEMO", default=False)
DEBUG = boolean("LEJEK_DEBUG", default=False)
SECRET_KEY = secret_key("LEJEK_SECRET_KEY", home=HOME)
ALLOWED_HOSTS = words("LEJEK_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = words("LEJEK_ORIGINS", default=[])

DATABASES = {"default": database("LEJEK_DATABASE_URL", home=HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "lejek.ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks",
    "lejek.kernel",
    "lejek.people",
    "lejek.capture",
    "lejek.identity",
    "lejek.consent",
    "lejek.scoring",
    "lejek.qualification",
    "lejek.deals",
    "lejek.measurement",
    "lejek.connectors",
    "lejek.desk",
    "lejek.api",
    "lejek.operations",
    "lejek.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lejek.operations.requests.RequestLog",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lejek.people.demo.DemoSignIn",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last, so that the page which says why knows who asks.
    "lejek.ui.plain_requests.PlainRequests",
]

ROOT_URLCONF = "lejek.config.urls"
WSGI_APPLICATION = "lejek.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "lejek.ui.context.page",
                "lejek.people.demo.demo_bar",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "lejek.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# So many proxies in front each add where a request came from; what a client says itself comes
# before that and is believed by nobody.
ALLAUTH_TRUSTED_PROXY_COUNT = number("LEJEK_PROXIES", default=0)
LOGIN_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Lejek"
MFA_FORMS = {
    "add_webauthn": "lejek.people.forms.AddKey",
    "edit_webauthn": "lejek.people.forms.RenameKey",
}
# An administrator gave the address; there is no page on which one could confirm it.
MFA_ALLOW_UNVERIFIED_EMAIL = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # What is counted for a while is here: the fullest cache must not forget who guesses.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

TASKS = {"default": {"BACKEND": "lejek.kernel.tasks.LeaseBackend", "QUEUES": ["default"]}}

# Where the preview of a scoring model learns of what later rooms keep: how leads ended, the stages,
# how leads moved through them, and which definitions they crossed.
SCORING_OUTCOMES = "lejek.deals.selectors.outcomes"
SCORING_STAGES = "lejek.qualification.selectors.stages"
SCORING_TRANSITIONS = "lejek.qualification.selectors.transitions"
SCORING_CROSSINGS = "lejek.qualification.selectors.crossings"

# Hosts of one's own network that webhooks may go to; all others must have public addresses.
WEBHOOK_HOSTS = hosts("LEJEK_WEBHOOK_HOSTS")

LANGUAGE_CODE = choice("LEJEK_LANGUAGE", ["pl", "en"], default="pl")
LANGUAGES = [("pl", "polski"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["lejek.config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = time_zone("LEJEK_TIME_ZONE", default="Europe/Warsaw")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS: list[Path] = []

EMAIL_HOST = text("LEJEK_EMAIL_HOST", default="")
# Mail is never printed unless one asks for it: it holds addresses, and links that open accounts.
_WITHOUT_A_HOST = (
    "django.core.mail.backends.dummy.EmailBackend" if DEMO else "lejek.people.mail.NoMail"
)
EMAIL_BACKEND = text(
    "LEJEK_EMAIL_BACKEND",
    default="django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else _WITHOUT_A_HOST,
)
EMAIL_HOST = EMAIL_HOST or "localhost"
EMAIL_PORT = number("LEJEK_EMAIL_PORT", default=25)
EMAIL_HOST_USER = text("LEJEK_EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = text("LEJEK_EMAIL_PASSWORD", default="")
EMAIL_USE_TLS = boolean("LEJEK_EMAIL_STARTTLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("LEJEK_FROM", default="lejek@localhost")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = boolean("LEJEK_HTTPS", default=False)
# Browsers offer passkeys over https, and on localhost without it.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SESSION_COOKIE_SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if SESSION_COOKIE_SECURE:
    # Whoever says LEJEK_HTTPS has a proxy in front that speaks TLS and says so itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 86_400
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

LOGGING_CONFIG = "lejek.kernel.logs.configure"
LOGGING = logging_config(
    level=choice(
        "LEJEK_LOG_LEVEL",
        ["DEBUG", "INFO", "WARNING", "ERROR"],
        default="WARNING" if DEMO else "INFO",
    ),
    as_json=boolean("LEJEK_LOG_JSON", default=not DEMO),
)
