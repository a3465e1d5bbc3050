"""Addresses of signing in. Of allauth's, those alone that people need: an account has one e-mail
address, which `macfa.people.addresses` changes."""

from allauth.account import views
from django.urls import path, re_path

from macfa.people.views import account, links, organisations, second_factor, sessions

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("passkey/", second_factor.passkey_sign_in, name="mfa_login_webauthn"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", account.forgotten_password, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("with/<slug:provider_id>/", organisations.leave, name="openid_connect_login"),
    path("with/<slug:provider_id>/back/", organisations.come_back, name="openid_connect_callback"),
    # By an e-mailed link, for whoever answers twice a year.
    path("link/", links.ask_for_link, name="ask_for_link"),
    path("link/open/", links.use_link, name="use_link"),
    path("link/code/", links.link_code, name="link_code"),
    path("link/<str:secret>/", links.sign_in_link, name="sign_in_link"),
    # Where one is signed in, and how long.
    path("sessions/", sessions.your_sessions, name="usersessions_list"),
    path("sessions/end/", sessions.sign_out_there, name="sign_out_there"),
    path("sessions/left/", sessions.session_end, name="session_end"),
    path("sessions/stay/", sessions.stay_signed_in, name="stay_signed_in"),
    # The second step: at signing in, set up, and before one changes how one signs in.
    path("second-step/", second_factor.second_step, name="mfa_index"),
    path("second-step/check/", second_factor.check_second_step, name="mfa_authenticate"),
    path("second-step/app/", second_factor.set_up_app, name="mfa_activate_totp"),
    path("second-step/app/remove/", second_factor.remove_app, name="mfa_deactivate_totp"),
    path("second-step/passkey/", second_factor.add_passkey, name="mfa_add_webauthn"),
    path(
        "second-step/passkey/<int:pk>/remove/",
        second_factor.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("second-step/codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-step/codes/new/",
        second_factor.make_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-step/codes/download/",
        second_factor.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("confirm/password/", views.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", second_factor.confirm_by_code, name="mfa_reauthenticate"),
    path("confirm/passkey/", second_factor.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
]
