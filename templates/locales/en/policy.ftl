# The policy in words.
policy-title = Policy in force
policy-version = Version
policy-in-force = In force from
policy-term = Term
policy-calendar = Calendar
policy-zone = Time zone
policy-extension = Extension
policy-no-extension = None. The statement promises none.
policy-retention = Request files are kept
policy-months = { $n ->
    [one] { $n } month
   *[other] { $n } months
}
policy-fingerprint = Fingerprint of the pack
policy-rights = Rights
policy-rights-note = What a person may ask for.
policy-grounds = Grounds
policy-grounds-note = What entitles to a deletion.
policy-exemptions = Exemptions
policy-exemptions-note = Reasons in law for which no response is owed. Each is assessed by staff, item by item.
policy-on-behalf = On behalf of someone
policy-on-behalf-note = Who may act for another person, and what proves it.
policy-identity = Identity
policy-identity-note = Ways to prove who one is, least intrusive first.
policy-remedies = Remedies
policy-remedies-note = What every refusal tells the person.
policy-by-law = by law, not in the statement
policy-needs-ground = needs a ground
policy-relayed = told to systems and recipients
policy-grave = grave
policy-intrusive-reason = needs a reason
policy-evidence = Evidence
policy-question = Question for staff
policy-excludes = Not for
policy-reminders = Reminders
policy-reminder-when = When
policy-reminder-what = What
policy-reminder-whom = Who
policy-letters = Letters
policy-letters-note = As they read with sample facts.
policy-lead = Requests, questions and complaints are answered within { $term }.
policy-cautions = What staff should know before relying on its words
reminder-before-deadline = { $n ->
    [one] { $n } working day before the deadline
   *[other] { $n } working days before the deadline
}
reminder-on-deadline = On the day of the deadline
reminder-after-deadline = { $n ->
    [one] { $n } working day after the deadline
   *[other] { $n } working days after the deadline
}
reminder-before-receipt = Before receipt
reminder-on-receipt = On the day of receipt
reminder-after-receipt = { $n ->
    [one] { $n } working day after receipt
   *[other] { $n } working days after receipt
}
reminder-before-review = { $n ->
    [one] { $n } working day before the day to look again
   *[other] { $n } working days before the day to look again
}
reminder-on-review = On the day to look again
reminder-after-review = { $n ->
    [one] { $n } working day after the day to look again
   *[other] { $n } working days after the day to look again
}
reminder-only-triage = while nobody has taken it up
reminder-only-approval = while it waits for approval
occasion-acknowledgement = Acknowledgement
occasion-acknowledgement-unclear = Acknowledgement, request unclear
occasion-answer = Answer
occasion-identity-question = Question about identity
occasion-note = Own words
occasion-extension-notice = Notice of a longer term
occasion-withdrawal-confirmed = Withdrawal confirmed
sample-name = Li Na
sample-reason = The recordings contain the voices of other customers.
sample-given = Your account data and all orders.
sample-reply = Thank you for your patience.
reminder-before-confirmation = { $n ->
    [one] { $n } working day before the receipt has to be confirmed
   *[other] { $n } working days before the receipt has to be confirmed
}
reminder-on-confirmation = On the last day to confirm the receipt
reminder-after-confirmation = { $n ->
    [one] { $n } working day after the receipt had to be confirmed
   *[other] { $n } working days after the receipt had to be confirmed
}
reminder-before-target = { $n ->
    [one] { $n } working day before the day we set ourselves
   *[other] { $n } working days before the day we set ourselves
}
reminder-on-target = On the day we set ourselves
reminder-after-target = { $n ->
    [one] { $n } working day after the day we set ourselves
   *[other] { $n } working days after the day we set ourselves
}
reminder-before-pause = Before a pause
reminder-on-pause = On the day a pause begins
reminder-after-pause = { $n ->
    [one] When the clock has been paused for { $n } working day
   *[other] When the clock has been paused for { $n } working days
}
policy-pauses = Pauses
