# Hints at exemptions, with the words or figures behind them. None of them decides anything.
hint-says = The mail says:
hint-unquoted = Recognition saw a hint here when the request was opened; its words are not kept any more.
hint-weigh = A hint decides nothing; weigh it.
history-title = Requests of this sender
history-in-a-year = { $count } requests in { $months } months, this one included
history-for-right = { $count } of them for: { $right }
history-lately = { $count } of them in the last { $days } days
history-alike-one = One other uses nearly the same words as this one
history-alike = { $count } others use nearly the same words as this one
history-same-words = nearly the same words
history-open = open
history-answered = answered
history-withdrawn = taken back by the requester
history-note = Asking often is a right, and a figure is no reason by itself. Who refuses because a right is abused has to prove it, and that is the company; the requester is never asked to.
