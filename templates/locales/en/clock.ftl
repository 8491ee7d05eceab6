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
