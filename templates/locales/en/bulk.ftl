# One step for several requests, and requests whose words are nearly the same.
bulk-do = Work on several at once
bulk-title = One step for several requests
bulk-lead = Choose the requests and the step. Before anything happens you see what it means for each of them.
bulk-more = The first { $n } are shown.
bulk-which = Which requests?
bulk-what = What is to be done?
bulk-none = Choose at least one request.
bulk-no-step = Choose what is to be done.
bulk-no-verdict = Choose what is decided.
bulk-no-text = This step needs a text.
bulk-step-assign = Assign them
bulk-step-triage = Say what they are
bulk-step-acknowledge = Send the acknowledgement that waits or is missing
bulk-step-decide = Decide the items that are not decided
bulk-step-note = Write a note
bulk-step-close = Close them
bulk-to-whom = To whom (when assigning)
bulk-kind = What they are (when saying what they are)
bulk-verdict = Decision (when deciding)
bulk-verdict-nothing-held = Nothing held
bulk-verdict-not-for-us = Not for us
bulk-verdict-identity-not-proven = Refused: identity not proven
bulk-text = Text of the note, or reason of the decision
bulk-text-hint = The reason of a decision stands in each answer. What is granted, and whether an exemption stands, is decided case by case.
bulk-preview-do = Show what will happen
bulk-preview-hint = Nothing is changed by this.
bulk-preview-title = What will happen
bulk-report-title = What happened
bulk-will = { $n ->
    [one] The step is possible for one request.
   *[other] The step is possible for { $n } requests.
}
bulk-did = { $n ->
    [one] The step was taken with one request.
   *[other] The step was taken with { $n } requests.
}
bulk-not = { $n ->
    [one] For one it is not.
   *[other] For { $n } it is not.
}
bulk-request = Request
bulk-who = Who asks
bulk-as-it-stands = As it stood
bulk-fate-will = What will happen
bulk-fate-did = What happened
bulk-yes = Possible
bulk-done = Done
bulk-no = Not taken
bulk-go = Do it
bulk-back = To the requests
bulk-changed = Somebody else changed it meanwhile. Look at it first.
bulk-failed = Something of ours broke; this one is as it was.
bulk-now = Now: { $what }
bulk-to = To { $address }
bulk-told-assign = Assign to { $name }
bulk-told-unassign = Assign to nobody
bulk-told-triage = They are: { $kind }
bulk-told-decide = { $verdict }. { $text }
bulk-told-note = Note: { $text }
campaigns-title = Requests that read alike
campaigns-lead = Requests in nearly the same words, as when many people send one text. They are grouped for your work alone: each is one person's case, with its own term and its own answer.
campaigns-none = There are no requests in nearly the same words.
campaigns-size = { $n ->
    [one] One request
   *[other] { $n } requests
}
campaigns-open = { $n ->
    [0] none open
   *[other] { $n } open
}
campaigns-last = the last on { $at }
campaigns-members = List them
