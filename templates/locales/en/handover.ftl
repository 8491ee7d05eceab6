# Handing files over.
move-enclose = Add files to hand over
move-take-out = Take the file out
move-override-finding = Let a finding stand
move-mark-high-risk = Mark as high risk
move-approve-release = Release the files as second person
move-release = Hand the files over
move-revoke-package = Take the package back
event-file-enclosed = added a file to hand over
event-file-taken-out = took a file out of what is handed over
event-finding-overridden = let a finding of the disclosure check stand
event-high-risk-marked = marked what is handed over as high risk
event-release-approved = released the files as second person
event-released = handed the files over; they can be fetched {$downloads} times until {$at}
event-package-fetched = fetched the package
event-package-expired = ended the package: its time was over, and its key was destroyed
event-package-used = ended the package: it was fetched as often as it can be, and its key was destroyed
event-package-revoked = took the package back; its key was destroyed

# The page.
handover-title = Hand files over
handover-lead = Put the files together, look at what was found in them, and release them. They are never attached to a mail: the requester gets a link, and a code at each download.
handover-open-page = Hand files over
handover-receiver = Who receives them
handover-contact = Address confirmed
handover-contact-confirmed = with a code, or on file: { $at }
handover-contact-open = not yet. Nothing leaves before the address is known to be the requester's.
handover-held = Held since the address changed, until
handover-files = Files that leave
handover-files-none = None yet.
handover-clean = Nothing found
handover-answered = All findings answered
handover-open = { $n ->
    [one] One finding open
   *[other] { $n } findings open
}
handover-removed = Something was removed: { $reason }
handover-more = There is more than is listed
handover-unlisted = A finding of an earlier look
handover-overridden = Let stand by { $name }: { $reason }
handover-override = Let it stand
handover-override-reason = Why it may leave all the same. Your name and this reason are kept.
handover-override-do = Let it stand, by my name
handover-redact = Remove what was found
handover-redact-hint = The file is written anew without the chosen parts, without hidden content and without what programs wrote about it. The reason stands where something was removed. Then the new file is looked through again.
handover-redact-which = What to remove
handover-redact-reason = Reason that the requester reads
handover-redact-do = Remove, and look again
handover-take-over = Add this file
handover-upload = Files from your disk
handover-about = What they are, for the requester
handover-upload-hint = Each file is looked through for other people's data, for fields that never go out, and for what a reader does not see.
handover-upload-do = Add and look through
handover-release = Release
handover-release-hint = The requester gets a mail with a link. It lasts 14 days and for 5 downloads; each asks for a fresh code. At the end the key of the package is destroyed.
handover-second-none = Nothing here is of high risk, so you can hand the files over by yourself.
handover-second-due = A second person, who neither decided nor prepared anything here, must release these files.
handover-second-given = { $name } released these files as second person.
handover-packages = Packages
handover-package-live = can be fetched until { $at }; downloads left: { $left }
handover-package-expired = over by time; its key is destroyed
handover-package-used = fetched as often as it can be; its key is destroyed
handover-package-revoked = taken back; its key is destroyed
handover-revoke-reason = Why; the requester reads it
file-identity-document = Proof of identity
file-evidence = Evidence
file-task-file = From a system
file-prepared = Added here
file-package = Package
file-unnamed = without a name
said-enclosed = The file is added and was looked through.
said-taken-out = The file is taken out.
said-overridden = The finding stands, by your name.
said-redacted = The file was written anew and looked through again.
said-let-go = You released the files.
said-handed-over = The package can be fetched; the link is on its way.
said-revoked = The package is taken back.

# The page inside the package.
package-title = Your data
package-opening = { $controller } hands you these files with the answer to your request.
package-machines = Programs find the same list in index.json and index.csv; data in a common structured format are described in datapackage.json.
package-file = File
package-about = What it is
package-bytes = Bytes
package-sha256 = SHA-256
package-removed = Removed:
package-closing = Questions, or something is missing? Write to { $contact }.

# Where something was found.
place-inside = in { $file }
place-file = in the file as a whole
place-line = line { $line }
place-cells = { $cells }
place-column = column { $column }
place-sheet = sheet “{ $sheet }”
place-paragraph = paragraph { $number }
place-page = page { $page }
place-picture = in the picture
place-header = header { $name }

# Redaction.
cannot-redact-kind = Files of this kind cannot be rewritten here. Take the file out, or convert it to PDF first.
cannot-redact-unread = The file cannot be read to its end, so nobody knows what would stay in it. Take it out.
cannot-redact-place = What is to be removed is not in this file any more. Reload the page.
cannot-redact-page = A page of this file cannot be treated safely. Take the file out, or redact a picture of that page.
cannot-redact-nothing = Nothing of the file would be left. Take it out instead.
cannot-redact-still-there = What was removed is still found in the new file, so it was not taken over. Take the file out.
cannot-redact-inside = A file inside this one cannot be rewritten. Take the inner file out first.
handover-area = An area of a page or picture
handover-area-hint = In points from the lower left corner of a page (A4 is 595 by 842), or in pixels from the upper left corner of a picture. Leave the width empty to name none.
handover-area-page = Page
handover-area-left = From the left
handover-area-bottom = From the corner upwards or downwards
handover-area-width = Width
handover-area-height = Height
left-out-drawings = pictures and charts, which are not kept when a file is written anew
left-out-picture = a picture, which could not be written anew
left-out-overlays = notes, links and form fields, which are not kept when a file is written anew
