# The second factor: setting it up, and where a code is asked for.
factor-title = Second factor
factor-what = An authenticator is an app, or a part of a password manager, that shows six digits which change every thirty seconds. With it a stolen password alone opens nothing.
factor-is-missing = You have no second factor. Without one you cannot see identity documents, nor let files or an answer that gives something leave.
factor-is-set-up = Your second factor is set up. { $n ->
    [0] No recovery code is left: replace it to get new ones.
    [one] One recovery code is left.
   *[other] { $n } recovery codes are left.
}
me-factor-is-set-up = Your second factor is set up. A code is asked for when you sign in, see an identity document, or let something leave.
factor-go = Set up a second factor
factor-start = Set up an authenticator
factor-replace = Replace the second factor
factor-replace-note = A new key and new recovery codes take the place of the old ones as soon as you confirm them.
factor-key-do = Show the key
factor-scan = Scan this picture with your authenticator
factor-picture = The key as a picture for the authenticator's camera. The same key stands below as text.
factor-key = Or type this key
factor-key-hint = It is shown only now. Whoever has it can make your codes.
factor-key-gone = This key has run out. Begin again.
factor-first-code = The six digits that the authenticator shows now
factor-confirm-do = Confirm
factor-codes = Your recovery codes
factor-codes-note = Your second factor is set up. Each of these codes helps once when the authenticator is lost. They are shown only now: print them, or keep them where you keep passwords.
factor-codes-kept = I have kept them
code-title = Confirm that it is you
code-lead = Identity documents are shown only shortly after a code of your second factor was given.
code-label = Code of your second factor
code-hint = The six digits of your authenticator, or a recovery code. Each code works once.
code-do = Go on
code-wrong = This code is wrong or was used before. Wait for the next one and try again.
code-needs-factor = This needs a second factor, and you have none yet.
sign-in-code-lead = The password is right. Now the code of your second factor.
sign-in-code-help = The authenticator is lost? Use a recovery code, or ask an administrator to reset your second factor.
password-hint-beside = At least 8 characters beside your second factor. A few unrelated words make a good one; spaces and any script are fine.
people-reset-factor = Reset the second factor
event-second-factor-checked = gave a code of the second factor
account-second-factor-set-up-subject = Your second factor was set up
account-hello = Hello { $name },
account-second-factor-set-up-text = A second factor was set up for your Habeas account, or replaced by another. All your sessions elsewhere have ended. If this was not you, tell your administrator at once.
account-second-factor-reset-subject = Your second factor was reset
account-second-factor-reset-text = An administrator has reset the second factor of your Habeas account, and all your sessions have ended. Sign in and set up a new one; if your password had fewer than 15 characters, ask for an invitation link first. If you did not ask for this, tell your administrator at once.
