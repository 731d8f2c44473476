"""Companies, contacts, leads, what became known of them, and imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lejek.identity.search import folded_text


class Company(models.Model):
    """The buying firm. `attributes` are the free-form fields, flat and scalar."""

    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=200, db_index=True)
    nip = models.CharField("NIP", max_length=10, null=True, blank=True, unique=True)
    regon = models.CharField("REGON", max_length=14, blank=True)
    krs = models.CharField("KRS", max_length=10, blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    pkd = models.CharField("PKD", max_length=7, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    revenue = models.BigIntegerField(_("yearly revenue, PLN"), null=True, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    import_id = models.BigIntegerField(null=True, db_index=True)
    search_key = models.GeneratedField(
        expression=folded_text("name", "nip"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        verbose_name_plural = "companies"
        indexes = [
            models.Index(fields=["regon"], name="company_regon"),
            models.Index(fields=["krs"], name="company_krs"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person, usually at a company."""

    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    email_kind = models.CharField(max_length=12, blank=True)
    other_email = models.EmailField(_("other e-mail"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    position = models.CharField(_("position"), max_length=150, blank=True)
    department = models.CharField(_("department"), max_length=40, blank=True)
    seniority = models.CharField(_("seniority"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    import_id = models.BigIntegerField(null=True, db_index=True)
    search_key = models.GeneratedField(
        expression=folded_text("first_name", "last_name", "email", "phone"),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["other_email"],
                name="contact_other_email",
                condition=models.Q(other_email__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name as one says it; without one the address, the phone or the firm."""
        name = f"{self.first_name} {self.last_name}".strip() or self.email or self.phone
        return name or ("" if self.company is None else self.company.name)


class Lead(models.Model):
    """One contact's open candidacy to buy. `stage` and `owner` are kept current by later rooms."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="leads")
    stage = models.CharField(max_length=40, default="lead")
    stage_since = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    direction = models.CharField(max_length=8, default="inbound")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    import_id = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["stage", "owner"], name="lead_stage_owner")]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                name="lead_one_open_per_contact",
                condition=models.Q(closed_at__isnull=True),
            )
        ]


class AttributeChange(models.Model):
    """A fact: an attribute of a contact or company became known. Append-only.

    `field` is the name that conditions use, such as `lead.seniority` or `company.employees`.
    """

    # There are ten times as many facts as people: what the indexes below answer has no other.
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, db_index=False)
    company = models.ForeignKey(Company, null=True, on_delete=models.CASCADE, db_index=False)
    field = models.CharField(max_length=100)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    known_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, db_index=False
    )
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False) ^ models.Q(company__isnull=False),
                name="attribute_change_of_one",
            )
        ]
        indexes = [
            models.Index(fields=["contact", "known_at"], name="change_of_contact"),
            models.Index(
                fields=["company", "known_at"],
                name="change_of_company",
                condition=models.Q(company__isnull=False),
            ),
            models.Index(
                fields=["import_id", "id"],
                name="change_of_import",
                condition=models.Q(import_id__isnull=False),
            ),
        ]


class Confirmation(models.Model):
    """A fact: a source told again what was known already of a contact or company. Append-only.

    `fields` names the values, with blanks between; `after` is the last attribute change of then, so
    that what they were is known. Of a source that is no import only the newest such row is kept.
    """

    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, db_index=False)
    company = models.ForeignKey(Company, null=True, on_delete=models.CASCADE, db_index=False)
    fields = models.TextField()
    after = models.BigIntegerField()
    known_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False) ^ models.Q(company__isnull=False),
                name="confirmation_of_one",
            )
        ]
        indexes = [
            models.Index(
                fields=["contact"],
                name="confirmation_of_contact",
                condition=models.Q(contact__isnull=False),
            ),
            models.Index(
                fields=["company"],
                name="confirmation_of_company",
                condition=models.Q(company__isnull=False),
            ),
        ]


class KnownVisitor(models.Model):
    """Whose browser a visitor id is: learned from a touchpoint that told it with an address."""

    visitor = models.CharField(max_length=250, unique=True)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="visitors")
    import_id = models.BigIntegerField(null=True)


class FieldDefinition(models.Model):
    """A free-form field that the organisation added."""

    name = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=10)
    label_pl = models.CharField(max_length=100)
    label_en = models.CharField(max_length=100)


class PositionWord(models.Model):
    """The editable vocabulary: what a word in a position says of department and seniority."""

    word = models.CharField(max_length=60, unique=True)
    department = models.CharField(max_length=40, blank=True)
    seniority = models.CharField(max_length=40, blank=True)


class Import(models.Model):
    """A file of leads or touchpoints on its way in, and what became of it.

    `header_row` is the row with the names of the columns, 0 where there is none; null of files that
    are not read yet.
    """

    class Kind(models.TextChoices):
        LEADS = "leads", _("Leads")
        TOUCHPOINTS = "touchpoints", _("Touchpoints")

    class Status(models.TextChoices):
        READING = "reading", _("being read")
        REFUSED = "refused", _("refused")
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.LEADS)
    status = models.CharField(max_length=10, choices=Status, default=Status.UPLOADED)
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    mapping = models.JSONField(default=dict)
    header_key = models.CharField(max_length=64, blank=True, db_index=True)
    header_row = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
