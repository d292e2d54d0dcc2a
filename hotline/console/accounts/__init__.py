"""Who works here: signing in, second factors, passkeys, invitations, sessions and their end."""

from hotline.console.accounts.install import install_accounts

__all__ = ["install_accounts"]
