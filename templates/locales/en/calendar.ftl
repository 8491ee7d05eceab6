# The working-day calendar.
calendar-title = Calendar
calendar-lead = Working days are known until { $until }. Version: { $version }.
calendar-changes = Deadlines that would move
calendar-changes-note = The calendar in force gives other dates for these open requests. Nothing moves until somebody confirms.
calendar-request = Request
calendar-old = Date now
calendar-new = New date
calendar-effect = Effect
calendar-earlier = { $n ->
    [one] { $n } day earlier
   *[other] { $n } days earlier
}
calendar-later = { $n ->
    [one] { $n } day later
   *[other] { $n } days later
}
calendar-late-at-once = Late at once
calendar-same = Same date, no longer provisional
calendar-confirm = { $n ->
    [one] Confirm { $n } new date
   *[other] Confirm { $n } new dates
}
calendar-years = Years
calendar-off = Days off
calendar-made-up = Made-up working days
calendar-working = Working day
calendar-weekend = Weekend
calendar-unknown = Not published
calendar-legend = Legend
calendar-none-known = None known
calendar-published = Published
calendar-not-published = Not published
calendar-no-source = No notice is loaded. Days are guessed: weekdays, less the days that the law itself fixes.
calendar-summary = { $year }: { $working } working days, { $off } days off, { $madeup } made-up working days.
calendar-load = Load a new calendar
calendar-load-note = Paste the whole file. It is checked first, and you see which deadlines would move before anything does.
calendar-content = Calendar file
calendar-check = Check
calendar-load-do = Load this calendar
calendar-sound = The file is sound.
calendar-unsound = The file has mistakes and was not loaded.
calendar-other-region = The calendar of the policy is that of { $region }. Paste a file for that region.
calendar-day-off = { $holiday }: { $date }
calendar-break = { $holiday }: { $first } to { $last }
calendar-summary-unknown = { $year }: not published. By the safe guess, { $working } working days.
