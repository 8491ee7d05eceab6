# Handing files over.
move-enclose = Add files to hand over
move-take-out = Take a file out
move-override-finding = Let a finding stand
move-mark-high-risk = Mark as high risk
move-approve-release = Let the files go as second person
move-release = Hand the files over
move-revoke-package = Take the package back
event-file-enclosed = added a file to hand over
event-file-taken-out = took a file out of what is handed over
event-finding-overridden = let a finding of the disclosure check stand
event-high-risk-marked = marked what is handed over as high risk
event-release-approved = let the files go as second person
event-released = handed the files over; they can be fetched {$downloads} times until {$at}
event-package-fetched = fetched the package
event-package-expired = ended the package: its time was over, and its key was destroyed
event-package-used = ended the package: it was fetched as often as it can be, and its key was destroyed
event-package-revoked = took the package back; its key was destroyed
