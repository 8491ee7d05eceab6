# The desk.
desk-title = Desk
desk-today-off = { $date }, day off
desk-today-unknown = { $date }, calendar not known
desk-headline-late = { $n ->
    [one] { $n } request is late
   *[other] { $n } requests are late
}
desk-headline-today = { $n ->
    [one] { $n } request is due today
   *[other] { $n } requests are due today
}
desk-headline-work = { $n ->
    [one] Nothing is late, { $n } request waits for you
   *[other] Nothing is late, { $n } requests wait for you
}
desk-headline-calm = Nothing is late, nothing is due today
desk-next = Next
desk-open = Open the request
desk-late = Late
desk-late-note = The promised date has passed. Answer these first; the answer itself says that it comes late.
desk-today-title = Due today
desk-today-note = To be answered before the day ends.
desk-week = Due this week
desk-week-note = Due within the next five working days.
desk-triage = To triage
desk-triage-note = New requests: check what was recognised and take each one up.
desk-approval = To approve
desk-approval-note = Answers that wait for a second person.
desk-held = Messages to read or confirm
desk-held-note = Mail that joined a request and was not read yet, or that probably belongs to one and changes nothing until somebody confirms it.
desk-undelivered = Not delivered
desk-undelivered-note = The answer was refused by the other side. The request is open again.
desk-note-above = { $note } { $above }
desk-above = { $n ->
    [one] One more is listed above.
   *[other] { $n } more are listed above.
}
desk-more = { $n ->
    [one] { $n } more
   *[other] { $n } more
}
desk-empty-title = All done for now
desk-empty-text = Nothing is due, nothing waits for a decision. New mail is picked up by itself and appears here.
desk-empty-all = See all requests
desk-state = How Habeas itself is doing
desk-letters-folder = Sending mail is not set up. Letters are written to the folder { $folder } and reach nobody until it is.
desk-calendar-missing = The { $year } holiday notice is not loaded. Deadlines that reach into { $year } are provisional.
desk-calendar-load = Load the calendar
desk-mailbox-ok = Mail was last collected { $at }
desk-mailbox-late = No mail could be collected since { $at }.
desk-mailbox-none = No mailbox is connected. Import mail from files, or set one up.
desk-sending-ok = Letters are being sent
desk-sending-waiting = { $n ->
    [one] { $n } letter waits to be sent
   *[other] { $n } letters wait to be sent
}
desk-balance-ok = Every mail is accounted for
desk-balance-off = The mail balance does not add up
desk-day-worked = { $date }, working day
desk-day-off = { $date }, day off
desk-day-unknown = { $date }, calendar not known
desk-today = Due today
desk-calendar-look = Look at the calendar
desk-part-failing = Not working: { $part }. The log says why; it is tried again by itself.
desk-all-well = Collecting, sending and reminding work.
