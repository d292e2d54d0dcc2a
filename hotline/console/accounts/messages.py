"""What Flask-Security says to people, in our words, so that they are translated together with all others."""

from typing import Final


def _(text: str) -> str:
    """Marks a sentence for the translators. Flask-Security looks it up when it is said."""
    return text


MESSAGES: Final = {
    "GENERIC_AUTHN_FAILED": _(
        "That did not work. The e-mail address or what you entered is wrong, or the account is closed: for 15 minutes "
        "after ten wrong tries, or until an administrator opens it."
    ),
    "UNAUTHORIZED": _("Your account may not open or do this."),
    "UNAUTHENTICATED": _("Sign in first."),
    "REAUTHENTICATION_REQUIRED": _("Show once more that it is you, then go on."),
    "REAUTHENTICATION_SUCCESSFUL": _("Thank you. You can go on."),
    "ANONYMOUS_USER_REQUIRED": _("You are signed in already."),
    "PASSWORD_MISMATCH": _("The passwords are not the same."),
    "RETYPE_PASSWORD_MISMATCH": _("The two new passwords are not the same."),
    "INVALID_REDIRECT": _("That address is not of this console."),
    "INVALID_RECOVERY_CODE": _("That is no recovery code of yours, or it was used already."),
    "NO_RECOVERY_CODES_SETUP": _("You have no recovery codes yet."),
    "DISABLED_ACCOUNT": _("The account is locked. An administrator can open it."),
    "EMAIL_NOT_PROVIDED": _("Enter your e-mail address."),
    "INVALID_EMAIL_ADDRESS": _("That is no e-mail address."),
    "INVALID_CODE": _("The code is wrong."),
    "INVALID_INPUT": _("That cannot be used: take out < and >."),
    "PASSWORD_NOT_PROVIDED": _("Enter the password."),
    "PASSWORD_INVALID_LENGTH": _("Take at least %(length)s characters and at most 128: several words are good."),
    "PASSWORD_TOO_SIMPLE": _("That is too easy to guess: take several words."),
    "USER_DOES_NOT_EXIST": _("The e-mail address or the password is wrong."),
    "INVALID_PASSWORD": _("The password is wrong."),
    "PASSWORD_IS_THE_SAME": _("This is the old password: choose another one."),
    "PASSWORD_CHANGE": _("The password is changed. Every other browser is signed out."),
    "TWO_FACTOR_INVALID_TOKEN": _("The code is wrong, or was used already: wait for the next one."),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": _("You are signed in."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": _("From now on the codes of the new app count, and no others."),
    "TWO_FACTOR_PERMISSION_DENIED": _("That took too long, or steps were left out: sign in again."),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": _("Choose one of the ways that are offered."),
    "TWO_FACTOR_SETUP_EXPIRED": _("That took too long: begin again."),
    "WEBAUTHN_EXPIRED": _("That took too long: try again."),
    "WEBAUTHN_NAME_REQUIRED": _("Give the passkey a name, such as the device it is in."),
    "WEBAUTHN_NAME_INUSE": _("You have a passkey called %(name)s already: take another name."),
    "WEBAUTHN_NAME_NOT_FOUND": _("You have no passkey called %(name)s."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": _("Take letters, digits, blanks and hyphens only."),
    "WEBAUTHN_CREDENTIAL_DELETED": _("The passkey %(name)s is removed."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": _("The passkey %(name)s is added."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": _("This passkey is here already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _("This console does not know the passkey: sign in with your password."),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _("This console does not know the passkey: sign in with your password."),
    "WEBAUTHN_NO_VERIFY": _("The passkey was not accepted: try again, or sign in with your password."),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _("This passkey is for after the password only, or only instead of it."),
    "WEBAUTHN_MISMATCH_USER_HANDLE": _("This passkey is somebody else's."),
    "API_ERROR": _("That was not understood: try again."),
}
"""By Flask-Security's names. What it could also say belongs to ways of signing in that are not offered here."""

CATEGORIES: Final = {
    "REAUTHENTICATION_REQUIRED": "info",
    "UNAUTHENTICATED": "info",
    "REAUTHENTICATION_SUCCESSFUL": "success",
    "PASSWORD_CHANGE": "success",
    "TWO_FACTOR_LOGIN_SUCCESSFUL": "success",
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": "success",
    "WEBAUTHN_CREDENTIAL_DELETED": "success",
    "WEBAUTHN_REGISTER_SUCCESSFUL": "success",
}
"""How those are shown that are no errors."""
