refusal-nothing-unread = No message waits to be read.
move-read-message = Mark a message as read
move-send-letter = Send a letter that waits or failed
event-message-read = read a message
event-letter-released = sent a letter that had waited or failed
delivery-held = waits for you
delivery-delayed = delayed, its mail server is still trying
message-unread = New message.
message-read = I have read it
message-reads = Recognised: { $what }
message-adds = It asks for more
message-adds-which = Rights that this message adds
message-adds-hint = The term of each runs from the receipt of this message.
message-withdraws = It takes the request back
message-withdraws-hint = Only when the requester says so. They are told that it is done.
message-withdraws-reason = The requester says so in message { $number }.
message-answers-identity = We asked who the requester is: this may be the answer. Mark it as read, then record the proof under "What can be done".
unread-added = It came from the requester under our signature. What it plainly adds is among the items, with a term of its own.
unread-proven = It came from the requester under our signature.
unread-count = { $n ->
    [one] { $n } message to read
   *[other] { $n } messages to read
}
todo-unread = Read a message
next-unread = A new message from the requester
next-unread-why = Nobody has read it yet.
waits-to-sender = this address already had as many automatic letters today as are sent without a person
waits-in-all = more automatic letters were called for within an hour than are sent without a person
waits-loop = a programme may be answering our letters
letter-dispatch = Send it
letter-dispatch-again = Send it again
said-dispatched = The letter is on its way.
letters-title = Letters that need you
letters-lead = Automatic letters that wait because more were called for than leave without a person, and letters that did not arrive. Nothing is dropped.
letters-none = No letter needs you.
letters-reference = Request
letters-letter = Letter
letters-to = To
letters-state = What happened
letters-since = Since
letters-staff = to staff
letters-reminder = Reminder
letters-digest = Daily digest
letters-alarm = Alarm
letters-send-all = Send all { $n } that wait
letters-send-all-hint = Look at them first: a flood of them may be somebody's attack on others.
desk-letters-waiting = { $n ->
    [one] { $n } automatic letter waits for you.
   *[other] { $n } automatic letters wait for you.
}
desk-letters-failed = { $n ->
    [one] { $n } letter did not arrive.
   *[other] { $n } letters did not arrive.
}
desk-letters-look = Look at the letters
