"""django-helpdesk's mail reader over one IMAP inbox: ``python -m tests.benchmarks.helpdesk``.

A ticket for each mail, in a SQLite file.  Nothing is sent: it would only be slower.  Prints the
seconds it took and how many tickets there are.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

_APPS = (
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.sites", "django.contrib.humanize", "django.contrib.messages",
    "django.contrib.admin", "helpdesk",
)  # fmt: skip


def _prepared(folder: Path) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        SECRET_KEY="benchmark",
        INSTALLED_APPS=_APPS,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "ctx.db"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        SITE_ID=1,
        MEDIA_ROOT=str(folder / "media"),
        ROOT_URLCONF="tests.benchmarks.helpdesk_urls",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        LOGGING_CONFIG=None,
        # Its way to do without teams.
        HELPDESK_TEAMS_MODEL="auth.User",
        HELPDESK_TEAMS_MIGRATION_DEPENDENCIES=[],
        HELPDESK_KBITEM_TEAM_GETTER=lambda _: None,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def main(host: str, port: str, user: str, password: str) -> None:
    """Read the inbox once."""
    with tempfile.TemporaryDirectory() as at:
        _prepared(Path(at))
        from helpdesk.email import process_email
        from helpdesk.models import Queue, Ticket

        Queue.objects.create(
            title="Codes", slug="codes", email_address="desk@ours.example",
            allow_email_submission=True, email_box_type="imap", email_box_ssl=True,
            email_box_host=host, email_box_port=int(port), email_box_user=user,
            email_box_pass=password, email_box_imap_folder="INBOX", email_box_interval=0,
        )  # fmt: skip
        started = time.perf_counter()
        process_email(quiet=True)
        seconds = time.perf_counter() - started
        sys.stdout.write(f"{seconds} {Ticket.objects.count()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:5])
