"""The pool: a file is uploaded, its columns are explained, and it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from macfa.pages import person
from macfa.sampling import rules, services
from macfa.sampling.forms import ColumnsForm, PoolFileForm
from macfa.sampling.header import unpack
from macfa.sampling.identity import open_file
from macfa.sampling.pool_file import PoolFaults
from macfa.sampling.views.frame import sample_crumb, show, the_audit

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from macfa.audits.models import Audit
    from macfa.sampling.models import Pool, PoolUpload

FAULTS_SHOWN = 100


def load_pool(request: HttpRequest, public_id: str) -> HttpResponse:
    """Upload the file with the pool of cases."""
    audit = the_audit(request, public_id)
    rules.check_may_draw(audit, person(request))
    posted = request.method == "POST"
    form = PoolFileForm(request.POST if posted else None, request.FILES if posted else None)
    refused: PoolFaults | None = None
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            services.keep_upload(
                audit=audit, file_name=file.name, content=file.read(), by=person(request)
            )
            return redirect("pool_columns", public_id)
        except PoolFaults as why:
            refused = why
            form.add_error("file", _in_short(why))
    return show(
        request, "sampling/pool.html", audit, sample_crumb(audit), form=form, **_shown(refused)
    )


def _in_short(refused: PoolFaults) -> str:
    """One fault in full; of several, how many."""
    if len(refused.faults) == 1:
        return f"Nothing was stored. {refused.faults[0]}"
    return f"Nothing was stored: the file has {refused.count}"


def _shown(refused: PoolFaults | None) -> dict[str, object]:
    if refused is None:
        return {}
    faults = refused.faults[:FAULTS_SHOWN]
    first = f"The first {len(faults)} of " if len(refused.faults) > len(faults) else ""
    return {"faults": faults, "faults_caption": first + refused.count}


def pool_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say what each column of the uploaded file holds, and load it."""
    audit = the_audit(request, public_id)
    rules.check_may_draw(audit, person(request))
    upload = _current_upload(request, audit)
    if upload is None:
        return redirect("sample" if request.method == "POST" else "load_pool", public_id)
    header = unpack(open_file(upload.sealed_header))
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(posted, header=header, upload=upload.public_id, version=audit.version)
    refused: PoolFaults | None = None
    if form.is_valid():
        try:
            pool = _load(form, upload, request)
            messages.success(request, f"The pool is loaded: {pool.size:,} rows.")
            return redirect("sample", public_id)
        except PoolFaults as why:
            refused = why
            form.add_error(None, _in_short(why))
    return show(
        request,
        "sampling/columns.html",
        audit,
        sample_crumb(audit),
        form=form,
        upload=upload,
        **_shown(refused),
    )


def _current_upload(request: HttpRequest, audit: Audit) -> PoolUpload | None:
    """The file of this person that waits to be explained."""
    return audit.pool_uploads.waiting().filter(created_by=person(request)).first()


def _load(form: ColumnsForm, upload: PoolUpload, request: HttpRequest) -> Pool:
    return services.load_upload(
        upload=upload,
        layout=form.layout,
        by=person(request),
        expects=form.expects,
        token=form.token,
    )


@require_POST
def discard_pool(request: HttpRequest, public_id: str) -> HttpResponse:
    """Throw the uploaded file away."""
    audit = the_audit(request, public_id)
    rules.check_may_draw(audit, person(request))
    upload = _current_upload(request, audit)
    if upload:
        services.discard_upload(upload=upload)
        messages.success(request, "The file was thrown away. Nothing of it was kept.")
    return redirect("sample", public_id)
