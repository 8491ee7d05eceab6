# Around every page: navigation, footer, and words used everywhere.
frame-skip = Skip to the content
frame-navigation = Main navigation
nav-desk = Desk
nav-requests = Requests
nav-mail = Mail
nav-calendar = Calendar
nav-policy = Policy
nav-people = People
nav-more = More
nav-sign-out = Sign out
nav-late = { $n ->
    [one] { $n } request is late
   *[other] { $n } requests are late
}
save = Save
cancel = Cancel
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
text-noted = { $text } ({ $note })
text-pair = { $first }: { $second }
instant-zoned = { $at } ({ $zone })
role-officer = Officer
role-reviewer = Reviewer
role-system-owner = System owner
role-auditor = Auditor
role-admin = Administrator
due-left = { $n ->
    [one] { $n } working day left
   *[other] { $n } working days left
}
due-today = Due today
due-late = { $n ->
    [one] Late by { $n } working day
   *[other] Late by { $n } working days
}
due-answered = Answered in time
due-answered-late = Answered late
due-stopped = No clock runs
due-provisional = provisional
due-provisional-why = This date reaches into a year whose holidays are not yet published. It is the safe guess, and it is worked out again when the notice comes.
nobody = Nobody yet
held-count = { $n ->
    [one] { $n } message held
   *[other] { $n } messages held
}
no-subject = (no subject)
somebody = Somebody
no-name = (no sender named)
no-address = No address; the answer is handed over
signed = { $name }, { $at }
working-days = { $n ->
    [one] { $n } working day
   *[other] { $n } working days
}
due-no-policy = Policy pack missing
stage-triage = To triage
stage-open = In work
stage-answering = Answer on its way
stage-not-delivered = Answer not delivered
stage-answered = Answered
stage-closed = Closed
stage-set-aside = Set aside
stage-withdrawn = Withdrawn
stage-merged = Merged
todo-held = Confirm a message
todo-triage = Say what it is
todo-identity = Check identity
todo-decision = Assess and decide
todo-approval = Second approval
todo-answer = Send the answer
todo-sending = Answer is being sent
todo-not-delivered = Answer came back
todo-answered = Close
todo-done = Nothing to do
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
