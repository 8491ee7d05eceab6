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
clock-paused = The term waits · { $day }
due-paused = The term waits
move-pause = Let the term wait
move-resume = Record that it came
move-apply-policy = Apply another policy too
move-set-target = Set a day of your own
move-propose-deadline = Propose another deadline
move-confirm-deadline = Confirm the deadline
move-decline-deadline = Decline the proposal
move-confirm-receipt = Record that the receipt was confirmed
event-paused = let the term wait since { $at }: { $pause }
event-resumed = recorded that it came { $at }: { $pause }; the deadline is { $date }
event-policy-applied = applied another policy too: { $policy }; the deadline is { $date }
event-target-set = set { $date } as the day to have answered by
event-target-taken-back = took back the day of their own
event-deadline-proposed = proposed { $date } as the deadline
event-deadline-set = confirmed another deadline: { $old } to { $new }
event-deadline-declined = declined the proposed deadline
event-receipt-confirmed = recorded that the receipt was confirmed { $at }
event-deadline-moved-items = moved the deadline, for a right has a limit of its own: { $old } to { $new }
