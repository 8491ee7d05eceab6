## The proof sheet of a deadline.
clock-title = How the deadline was counted
clock-how = Counting starts on the day after receipt. Only the days with a number count. Anybody can check this sheet by hand against the cited notices.
clock-day = Day
clock-count = No.
clock-why = Why
clock-not-counted = not counted
clock-print = Print this page to attach it to the answer.
