# The daily balance, and alarms about mail.
balance-title = The balance
balance-lead = Every message in the mailbox is accounted for here, one by one. It is counted every five minutes.
balance-ok = Every message is accounted for.
balance-off = { $n ->
    [one] One thing needs a look.
   *[other] { $n } things need a look.
}
balance-none = Nothing has been counted today yet.
balance-now = Today
balance-past = The days before
balance-past-note = Each line is the last count of its day; the difference is the largest of the day.
balance-place = Where
balance-files = From files
balance-day = Day
balance-checked = Counted
balance-present = Messages
balance-opened = Opened a request
balance-joined = Joined one
balance-set-aside = Set aside
balance-duplicate = Duplicates
balance-quarantined = Quarantined
balance-placing = Being placed
balance-difference = Difference
balance-since = Since { $at }.
balance-said = The mail server says: { $said }
balance-on-its-way = It may be on its way. If it is still here in a few minutes, it becomes an alarm.
balance-todo-not-taken = Look at the message in the mailbox itself. If it asks for something, enter it under Requests with the time of its receipt, so that its clock runs. The person who runs Habeas finds the cause in the log.
balance-todo-not-placed = The message is safe here. The person who runs Habeas finds the cause in the log; until then, look whether it asks for something.
balance-todo-silent = Look into the mailbox yourself until this is mended: requests may be waiting there, and their clock runs. The person who runs Habeas can find the cause with “habeas doctor”.
alarm-look = Look at it
alarm-not-taken = { $place }: message { $number } is on the mail server and was not taken in.
alarm-not-placed = { $place }: message { $number } was taken in, and nothing became of it.
alarm-no-request = { $place }: message { $number } belongs to no request, although it should.
alarm-silent = { $place }: no mail can be collected.
alarm-more = { $n ->
    [one] One more thing needs a look.
   *[other] { $n } more things need a look.
}
alarm-too-large = A message from { $from } is too large to be taken in: “{ $subject }”. It waits on the mail server, in { $place }. Read it there, then triage its request.
alarm-shortage = The disk is nearly full: { $free } are free, { $needed } are needed. No mail is taken in until there is room; it waits in the mailbox, and everything else goes on.
alarm-left-behind = { $n ->
    [one] One message could not be read within ten seconds, and the attempt has not ended. Its request waits for triage. Habeas should be restarted when it is convenient.
   *[other] { $n } messages could not be read within ten seconds, and the attempts have not ended. Their requests wait for triage. Habeas should be restarted when it is convenient.
}
alarm-quarantined = { $n ->
    [one] One mail came into quarantine in the last seven days. A request may be among them.
   *[other] { $n } mails came into quarantine in the last seven days. A request may be among them.
}
balance-link = The balance of each mailbox, day by day
