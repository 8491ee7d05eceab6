# The proof sheet of a deadline.
clock-title = How the deadline was counted
clock-how = Counting starts on the day after receipt. Only the days with a number count. Anybody can check this sheet by hand against the cited notices.
clock-day = Day
clock-count = No.
clock-why = Why
clock-not-counted = not counted
clock-print = Print this page to attach it to the answer.
clock-result = The answer is due by the end of { $date }, { $zone }.
clock-unknown = From { $date } on, the working days are not yet published. They are a safe guess here, and the date is worked out again when the notice comes.
clock-stands = Date that stands now
clock-receipt = Day of receipt, not counted · { $day }
clock-rolled = The term would end here, but moves on to the next working day · { $day }
clock-due = Last day · { $day }
clock-made-up = Working day, made up for { $holiday } ({ $notice })
clock-holiday = Day off: { $holiday } ({ $notice })
clock-guess-working = Not published; counted as a working day
clock-guess-off = Not published; not counted
term-working-days = { $n ->
    [one] { $n } working day, counted from the day after receipt
   *[other] { $n } working days, counted from the day after receipt
}
term-calendar-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
term-months = { $n ->
    [one] { $n } month
   *[other] { $n } months
}
clock-paused = Paused · { $day }
due-paused = Paused
move-pause = Pause the clock
move-resume = Let the clock run again
move-apply-policy = Apply another policy too
move-set-target = Set a day of your own
move-propose-deadline = Propose another deadline
move-confirm-deadline = Confirm the deadline
move-decline-deadline = Decline the proposal
move-confirm-receipt = Record that the receipt was confirmed
event-paused = paused the clock from { $at }: { $pause }
event-resumed = let the clock run again from { $at }: { $pause }; the deadline is { $date }
event-policy-applied = applied another policy too: { $policy }; the deadline is { $date }
event-target-set = set { $date } as the day to have answered by
event-target-taken-back = took back the day of their own
event-deadline-proposed = proposed { $date } as the deadline
event-deadline-set = confirmed another deadline: { $old } to { $new }
event-deadline-declined = declined the proposed deadline
event-receipt-confirmed = recorded that the receipt was confirmed { $at }
event-deadline-moved-items = moved the deadline, for a right has a limit of its own: { $old } to { $new }
clock-change = Pause, other deadlines, days of your own
clock-result-paused = The clock is paused. When what it waits for comes, the date is counted again.
clock-deadlines = Deadlines
clock-what = Where it comes from
clock-last-day = Last day
clock-note = Note
clock-governs = Work goes to this one
clock-set-by-two = Set by two people
clock-proposed-by = Proposed by { $name }
clock-waits-for-second = Waits for a second person
clock-confirmation = To confirm the receipt
clock-confirmed = Done
clock-not-confirmed = Not done yet
clock-notice-by = To tell the requester of an extension
clock-target = To have answered, by our own wish
clock-target-own = Set for this request
clock-target-policy = As the policy says
clock-begins = The term began with
clock-extended = Extended
clock-times = { $n ->
    [one] once
   *[other] { $n } times
}
clock-pauses = Pauses
clock-still-waits = still awaited
clock-then-begins = The term is counted from this event.
clock-then-goes-on = The days between are given back at the end.
clock-then-goes-on-edges = The days are given back at the end; neither the day of asking nor the day of the answer counts.
clock-says = What this policy says of time
clock-moves = What can be done here
clock-days-of = Day by day: { $policy }
clock-pause-what = What does the clock wait for?
clock-pause-since = Since
clock-pause-reason = Why, as the requester will read it
clock-resume-what = What came?
clock-resume-on = On
clock-resume-note = What came, and how
clock-policy-hint = Both deadlines are counted and shown, and work goes to the earlier one. A further policy never makes a deadline later.
clock-policy-which = Which policy applies too?
clock-policy-reason = Why it applies
clock-target-hint = A day before the deadline by which you want to have answered. Leave it empty to go back to what the policy says.
clock-target-on = Day
clock-propose-hint = For what no calendar knows: an office closed by order, a storm on the last day. Another person must confirm it, and both stand in the record.
clock-propose-on = Last day
clock-propose-reason = Why this day
clock-confirm-hint = You confirm the deadline that was proposed. It stands until the term is paused, extended or counted to a later day.
clock-receipt-on = Confirmed on
clock-receipt-at = Time
clock-receipt-note = How, and what was said
said-paused = The clock is paused.
said-resumed = The clock runs again.
said-policy-applied = Both policies apply. Work goes to the earlier deadline.
said-target = The day is saved.
said-deadline-proposed = The deadline waits for a second person.
said-deadline-set = The deadline is confirmed.
said-deadline-declined = The proposed deadline is off.
said-receipt-confirmed = The confirmation is recorded.
standing-paused = Paused
