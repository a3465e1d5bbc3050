"""The pages of the second step: what one has, setting one up, recovery codes, and helping somebody
who has lost theirs. What allauth does well is inherited."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from macfa.forms.checking import refused_beside
from macfa.forms.second_factor import use_up
from macfa.pages import person
from macfa.people import second_factor
from macfa.people.account_forms import ResetSecondFactorForm
from macfa.people.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

#: For so many seconds after they were made recovery codes are shown, and never again.
SHOWN_FOR = 10 * 60
#: Under these a session keeps until when that is, and where somebody wanted to go.
SHOWN_UNTIL, WAY_ON = "recovery_codes_until", "second_step_next"


def second_step(request: HttpRequest) -> HttpResponse:
    """What somebody has as a second step, and how to set one up."""
    user, wanted = person(request), request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        request.session[WAY_ON] = wanted
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = [each.wrap() for each in rows if each.type == Authenticator.Type.RECOVERY_CODES]
    context = {
        "app": next((each for each in rows if each.type == Authenticator.Type.TOTP), None),
        "passkeys": [each for each in rows if each.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes[0].get_unused_codes()) if codes else 0,
        "has_one": any(each.type in second_factor.STEPS for each in rows),
        "required": settings.MFA_REQUIRED,
    }
    return render(request, "mfa/index.html", context)


def _set_up(request: HttpRequest, *, new_codes: bool) -> HttpResponse:
    """A second step is set up: this session has shown one, and codes that are new are shown."""
    second_factor.passed(request.session)
    if new_codes:
        request.session[SHOWN_UNTIL] = time.time() + SHOWN_FOR
        return redirect("mfa_view_recovery_codes")
    return redirect(request.session.pop(WAY_ON, None) or "mfa_index")


# --- an app that shows codes ----------------------------------------------------------------------


class SetUpApp(ActivateTOTPView):
    """Scan a picture with an app, and type the code that it shows."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it up; the code just typed counts no more."""
        super().form_valid(form)
        app = Authenticator.objects.get(user=self.request.user.pk, type=Authenticator.Type.TOTP)
        use_up(app, form.cleaned_data["code"])
        return _set_up(self.request, new_codes=self.did_generate_recovery_codes)


class CheckSecondStep(AuthenticateView):
    """After the password: a code, or a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways this person has."""
        types = Authenticator.objects.filter(user=self.stage.login.user).values_list(
            "type", flat=True
        )
        return super().get_context_data(**kwargs) | {"types": set(types)}


# --- passkeys -------------------------------------------------------------------------------------


class AddPasskey(AddWebAuthnView):
    """Have the browser make a passkey; one can sign in by it alone."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the browser needs to make one."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = auth.begin_registration(person(self.request), passwordless=True)
        return context | kwargs | {"js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it."""
        super().form_valid(form)
        return _set_up(self.request, new_codes=self.did_generate_recovery_codes)


class RemovePasskey(RemoveWebAuthnView):
    """Take a passkey away, unless it is the only second step of somebody who needs one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse before asking."""
        if not second_factor.may_remove(self.get_object()):
            messages.error(request, "This is your only second step. Set up another one first.")
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    def get_success_url(self) -> str:
        return reverse("mfa_index")


# --- recovery codes -------------------------------------------------------------------------------


class MakeRecoveryCodes(GenerateRecoveryCodesView):
    """New codes; those from before count no more."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Make them."""
        super().form_valid(form)
        return _set_up(self.request, new_codes=True)


def _shown(request: HttpRequest) -> list[str]:
    """The codes of whoever has just had them made."""
    found = Authenticator.objects.filter(
        user=person(request).pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    if found is None or request.session.get(SHOWN_UNTIL, 0) < time.time():
        return []
    codes: list[str] = found.wrap().get_unused_codes()
    return codes


def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes, this once. Whoever says that they are kept goes on to where they wanted to go."""
    if request.method == "POST":
        request.session.pop(SHOWN_UNTIL, None)
        return redirect(request.session.pop(WAY_ON, None) or "/")
    codes = _shown(request)
    if not codes:
        return redirect("mfa_index")
    return render(request, "mfa/recovery_codes/index.html", {"codes": codes})


def download_recovery_codes(request: HttpRequest) -> HttpResponse:
    """The same as a file of plain text."""
    codes = _shown(request)
    if not codes:
        raise Http404
    page = render(request, "mfa/recovery_codes/download.txt", {"codes": codes})
    return HttpResponse(
        page.content,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="recovery-codes.txt"'},
    )


# --- helping somebody -----------------------------------------------------------------------------


def reset_second_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody has lost everything: the administrator takes their second step away."""
    by = person(request)
    somebody = get_object_or_404(User, public_id=public_id)
    if not second_factor.may_reset(somebody, by):
        raise Http404
    form = ResetSecondFactorForm(request.POST or None)
    if form.is_valid():
        with refused_beside(form, "why"):
            why = form.cleaned_data["why"]
            second_factor.reset(person=somebody, why=why, by=by, token=form.token)
            messages.success(request, f"{somebody.name} is signed out, and can sign in anew.")
            return redirect("people")
    context = {"form": form, "somebody": somebody, "has_one": second_factor.has_one(somebody)}
    return render(request, "people/reset_second_step.html", context)


#: Without a sign-in, because they are part of one.
check_second_step = login_not_required(CheckSecondStep.as_view())
passkey_sign_in = login_not_required(LoginWebAuthnView.as_view())

set_up_app = SetUpApp.as_view()
remove_app = DeactivateTOTPView.as_view()
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
make_recovery_codes = MakeRecoveryCodes.as_view()
confirm_by_code = ReauthenticateView.as_view()
confirm_by_passkey = ReauthenticateWebAuthnView.as_view()
