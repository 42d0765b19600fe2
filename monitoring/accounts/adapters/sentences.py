"""What the sign-in library says to people, in our words and our catalogues."""

from monitoring.core.i18n import N_, Message

ERROR, DONE, HINT = "error", "success", "info"

SENTENCES: dict[str, tuple[Message, str]] = {
    "GENERIC_AUTHN_FAILED": (N_("Address and passphrase do not fit together. Look at both and try again."), ERROR),
    "INVALID_PASSWORD": (N_("This is not your passphrase. Type it again."), ERROR),
    "PASSWORD_NOT_PROVIDED": (N_("Type the passphrase."), ERROR),
    "EMAIL_NOT_PROVIDED": (N_("Write an e-mail address."), ERROR),
    "INVALID_EMAIL_ADDRESS": (N_("This does not look like an e-mail address."), ERROR),
    "DISABLED_ACCOUNT": (N_("This person may not sign in at present. Ask your administrator."), ERROR),
    "INVALID_CODE": (N_("This code does not fit, or was used already. Wait for the next one and type that."), ERROR),
    "TWO_FACTOR_INVALID_TOKEN": (N_("This code does not fit, or was used already. Wait for the next one and type that."), ERROR),
    "INVALID_RECOVERY_CODE": (N_("This is none of your recovery codes, or it was used already. Each works once."), ERROR),
    "NO_RECOVERY_CODES_SETUP": (N_("There are no recovery codes for you. Use the app, or ask your administrator."), ERROR),
    "PASSWORD_INVALID_LENGTH": (N_("A passphrase has %(length)s to 128 letters. Several words are best."), ERROR),
    "PASSWORD_IS_THE_SAME": (N_("This is the passphrase that you have. Think of a new one."), ERROR),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two are not the same. Type the new passphrase twice."), ERROR),
    "PASSWORD_CHANGE": (N_("The passphrase is changed. Wherever else you were signed in, you no longer are."), DONE),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), DONE),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("The second factor is set up anew."), DONE),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("This second factor is not offered here."), ERROR),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Begin with the passphrase."), ERROR),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("This took too long. Begin again."), ERROR),
    "REAUTHENTICATION_REQUIRED": (N_("Please show once more that it is you."), HINT),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you."), DONE),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), HINT),
}
