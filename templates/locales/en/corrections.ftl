# What recognition took a message for, and what an officer said instead.
event-corrected = said otherwise than Habeas had proposed
sort-request = Request
sort-follow-up = Follow-up
sort-complaint = Complaint
sort-question = Question
sort-automatic = Automatic mail
sort-unrelated = No request
