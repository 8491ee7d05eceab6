## Around every page: navigation, footer, and words used everywhere.
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
nav-mail-waiting = { $n ->
    [one] { $n } mail waits for a look
   *[other] { $n } mails wait for a look
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
role-officer = Officer
role-reviewer = Reviewer
role-system-owner = System owner
role-auditor = Auditor
role-admin = Administrator
due-left = { $n ->
    [one] { $n } working day left
   *[other] { $n } working days left
}
due-left-days = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
due-today = Due today
due-late = { $n ->
    [one] Late by { $n } working day
   *[other] Late by { $n } working days
}
due-late-days = { $n ->
    [one] Late by { $n } day
   *[other] Late by { $n } days
}
due-late-off = Late, no working day since
due-paused = Clock paused
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
