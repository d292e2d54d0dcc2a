"""The forms of signing in: Flask-Security's, with what it leaves open closed."""

from typing import Any, Final, cast

from flask import current_app, session
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    EqualToLocalize,
    IsString,
    LoginForm,
    RequiredLocalize,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    email_required,
    password_required,
)
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.utils import get_message
from flask_security.webauthn import WebAuthnRegisterForm, WebAuthnSigninForm, WebAuthnSigninResponseForm
from wtforms import EmailField, HiddenField, PasswordField, RadioField, SelectChoice, StringField

from hotline.console.accounts.here import accounts
from hotline.console.accounts.keys import AFTER_PASSWORD, ALONE
from hotline.console.accounts.person import Person

_CURRENT = {"autocomplete": "current-password", "maxlength": 128}
_NEW = {"autocomplete": "new-password", "maxlength": 128}
_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12}


class SignInForm(LoginForm):
    """E-mail address and password."""

    email = EmailField(
        _("E-mail address"),
        validators=[IsString(), email_required, EmailValidation(verify=False)],
        render_kw={"autocomplete": "username", "maxlength": 255},
    )
    password = PasswordField(_("Password"), validators=[IsString(), password_required], render_kw=_CURRENT)
    # Nobody is remembered: a cookie for that would outlive every limit of a session.
    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Otherwise the library would come back here first.
        self.next.data = self.next.data or current_app.config["SECURITY_POST_LOGIN_VIEW"]

    def validate(self, **kwargs: Any) -> bool:
        """Also counts what the library does not: strangers, and one network address with many wrong tries."""
        if accounts().is_too_much():
            self.form_errors.append(
                _("Too many wrong sign-ins came from your network. Wait a quarter of an hour, then try again.")
            )
            return False
        if super().validate(**kwargs):
            return True
        if self.user is None and self.email.data and self.password.data:
            accounts().failed(None, "password")
        elif self.user_authenticated:
            accounts().failed(cast(Person, self.user), "password of an account that is closed")
        return False


class ConfirmForm(VerifyForm):
    """The password once more."""

    password = PasswordField(_("Password"), validators=[IsString(), password_required], render_kw=_CURRENT)

    def validate(self, **kwargs: Any) -> bool:
        """Whoever found a browser signed in cannot try passwords there for ever."""
        if self.user.is_locked(self.form_errors):
            return False
        return bool(super().validate(**kwargs))


class NewPasswordForm(ChangePasswordForm):
    """The old password and a new one."""

    password = PasswordField(_("Present password"), validators=[IsString()], render_kw=_CURRENT)
    new_password = PasswordField(_("New password"), validators=[IsString(), password_required], render_kw=_NEW)
    new_password_confirm = PasswordField(
        _("New password once more"),
        validators=[IsString(), EqualToLocalize("new_password", message="RETYPE_PASSWORD_MISMATCH"), password_required],
        render_kw=_NEW,
    )

    def validate(self, **kwargs: Any) -> bool:
        """Also counts wrong ones, as at a sign-in."""
        if not current_user.password:
            self.form_errors.append(_("You sign in elsewhere: there is no password to change here."))
            return False
        if current_user.is_locked(self.form_errors):
            return False
        if super().validate(**kwargs):
            return True
        if get_message("INVALID_PASSWORD")[0] in self.password.errors:
            current_user.track_failed_authn("password")
        return False


class SecondFactorForm(TwoFactorSetupForm):
    """Which second factor to set up: an authenticator app. Passkeys have a page of their own."""

    setup = RadioField(choices=[SelectChoice("authenticator", "")], default="authenticator", validate_choice=False)


class HelpForm(TwoFactorRescueForm):
    """Help by mail, which there is none of."""

    help_setup = RadioField(choices=[])


class CodeForm(TwoFactorVerifyCodeForm):
    """A code of an authenticator app."""

    code = StringField(
        _("Code of the authenticator app"), validators=[IsString(), RequiredLocalize("INVALID_CODE")], render_kw=_CODE
    )

    def validate(self, **kwargs: Any) -> bool:
        """Nothing is tried while the account is shut."""
        if not self.is_setup and self.user is not None and self.user.is_locked(self.form_errors):
            return False
        return bool(super().validate(**kwargs))


class RecoveryCodeForm(MfRecoveryForm):
    """A recovery code instead of the app's."""

    code = StringField(
        _("Recovery code"),
        validators=[IsString(), RequiredLocalize("INVALID_RECOVERY_CODE")],
        filters=[lambda text: text.strip().lower() if isinstance(text, str) else text],
        render_kw={"autocomplete": "off", "maxlength": 20},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Counts wrong ones; two requests with the same code wait for each other."""
        assert self.user is not None
        if self.user.is_locked(self.form_errors):
            return False
        accounts().session.refresh(self.user, ["mf_recovery_codes"], with_for_update=True)
        if super().validate(**kwargs):
            return True
        accounts().session.rollback()
        if self.code.data:
            self.user.track_failed_authn("recovery code", True)
        return False


class PasskeyForm(WebAuthnRegisterForm):
    """What a new passkey is called and for."""

    name = StringField(
        _("Name of the passkey"),
        validators=[IsString(), RequiredLocalize("WEBAUTHN_NAME_REQUIRED")],
        render_kw={"autocomplete": "off", "maxlength": 64},
    )
    usage = RadioField(
        _("What it is for"),
        choices=[
            SelectChoice(ALONE, _("Signing in without a password: the device asks for your finger, face or PIN")),
            SelectChoice(AFTER_PASSWORD, _("After the password, instead of a code: also keys that only have a button")),
        ],
        default=ALONE,
    )

    def validate(self, **kwargs: Any) -> bool:
        """Who signs in elsewhere is let in there and nowhere else, so that being barred there is enough."""
        if not current_user.password:
            self.form_errors.append(_("You sign in elsewhere: passkeys here are for those who have a password here."))
            return False
        return bool(super().validate(**kwargs))


class WithPasskeyForm(WebAuthnSigninForm):
    """The beginning of signing in with a passkey."""

    identity = HiddenField()

    def validate(self, **kwargs: Any) -> bool:
        """Nobody is remembered, and no address is asked for."""
        self.remember.data, self.identity.data = False, None
        return bool(super().validate(**kwargs))


class PasskeyAnswerForm(WebAuthnSigninResponseForm):
    """What the device answered."""

    def validate(self, **kwargs: Any) -> bool:
        """As second factor only a passkey of whose password it was; and never one of somebody who is locked."""
        self.remember.data = ""
        if not super().validate(**kwargs):
            return False
        assert self.user is not None
        is_somebody_else = self.is_secondary and self.user.fs_uniquifier != session.get("tf_user_id")
        if is_somebody_else or not self.user.is_active:
            self.credential.errors = [get_message("WEBAUTHN_MISMATCH_USER_HANDLE")[0]]
            accounts().failed(cast(Person, self.user), "passkey")
            return False
        return True


FORMS: Final = {
    "login_form": SignInForm,
    "verify_form": ConfirmForm,
    "change_password_form": NewPasswordForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SecondFactorForm,
    "two_factor_rescue_form": HelpForm,
    "mf_recovery_form": RecoveryCodeForm,
    "wan_register_form": PasskeyForm,
    "wan_signin_form": WithPasskeyForm,
    "wan_signin_response_form": PasskeyAnswerForm,
}
"""By Flask-Security's names."""
