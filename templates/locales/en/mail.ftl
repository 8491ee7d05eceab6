# Mail that opened nothing.
mail-title = Mail
mail-lead = What reached the mailbox and opened no request. Nothing is ever thrown away.
mail-balance = The balance
mail-received = received
mail-opened = opened a request
mail-joined = joined a request
mail-set-aside = set aside
mail-duplicate = duplicates
mail-quarantined = quarantined
mail-kept = not yet looked at
mail-balance-ok = Every mail is accounted for.
mail-balance-off = { $n ->
    [one] { $n } mail is not accounted for.
   *[other] { $n } mails are not accounted for.
}
mail-tabs = Kinds of mail
mail-tab-set-aside = Set aside
mail-tab-quarantined = Quarantined
mail-tab-duplicate = Duplicates
mail-note-set-aside = Read and found to be no rights request.
mail-note-quarantined = Could not be read safely, or looked automatic. Somebody should look.
mail-note-duplicate = The same message delivered again. It is kept with the first one.
mail-none-title = Nothing here
mail-none-text = When mail is set aside, you find it here with the reason.
mail-why = Why it stands here
mail-bring-back = Make it a request
mail-bring-back-hint = A request is opened. Its clock counts from when the mail was received, not from today.
mail-newest = Newest
mail-first-delivery = The first delivery of the same message
mail-balance-waiting = { $n ->
    [one] { $n } mail is being read just now.
   *[other] { $n } mails are being read just now.
}
mail-outcome-kept = Kept, and being read
mail-outcome-opened = It opened a request
mail-outcome-joined = It joined a request
mail-outcome-set-aside = Set aside: no rights request
mail-outcome-duplicate = The same message delivered again
mail-outcome-quarantined = Quarantined: somebody should look
why-unreadable = It could not be read by machine.
why-own-address = It comes from our own address.
why-automatic = It was sent automatically and names no right.
why-unrelated = It is about something else: no right, complaint or question was recognised.
why-again = The same message was delivered before.
why-not-placed = It could not be placed; the log says why.
why-released = Somebody said that it does not belong to the request it was held at.
why-by-hand = Somebody made it a request.
why-held = It waits at a request to be confirmed.
mail-why-not-noted = No reason is noted.
why-other = Reason: { $code }
