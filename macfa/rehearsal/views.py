"""The page of the demo: what the site would have sent by e-mail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from macfa.rehearsal import mailbox

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = 25


@require_safe
def demo_emails(request: HttpRequest) -> HttpResponse:
    """The e-mails of the demo, newest first, each as text. There is no such page elsewhere."""
    if not mailbox.is_shown():
        raise Http404
    sent = mailbox.newest(Path(getattr(settings, "EMAIL_FILE_PATH", "")))
    page = Paginator(sent, PAGE).get_page(request.GET.get("page"))
    return render(request, "pages/demo_emails.html", {"page": page})
