# Letters: what each is called, and how one is drafted, changed and looked at.

letter-challenge-code = Code for an address
letter-address-confirmation = Confirmation of an address
letter-address-changed-old = Change of address, to the former address
letter-address-changed-new = Change of address, to the new address
letter-clarification = Question about what is asked
letter-pause-notice = Notice that the term stands still
letter-resumption-notice = Notice that the term runs again
letter-document-destroyed = Identity document destroyed
letter-subject-informed = To the subject: another asks for them
letter-package-ready = Link to the files
letter-package-withdrawn = Link to the files closed
letter-closure = Closure
letter-complaint-received = Complaint received
letter-recipient-notice = Notice to a recipient
letter-task = Task for a system
letter-task-reminder = Reminder of a task
letter-task-escalation = Escalation of a task
sample-system = Customer database
sample-recipient = Example Logistics Ltd
sample-question = Do you mean the account you opened in 2023, or the newsletter?
sample-details = The e-mail address of customer no. 4711.
