# Who asks, and where answers go.

code-for-confirm-address = to confirm the address
code-for-sign-in = to see the status in the portal
code-for-download = to fetch what was handed over

move-confirm-contact = Record that the address is on file
move-change-contact = Send answers to another address
move-ask-identity-data = Which data should they name?
move-ask-identity-data-hint = Only what the company holds: anything else could not be compared.
move-identity-matched = What agreed with the data held?
move-identity-matched-hint = An address proves no person: choose what else was compared and agreed.

event-code-sent = sent a code { $purpose }
event-contact-confirmed = confirmed the address by a code
event-contact-on-file = recorded that the address is on file
event-contact-changed = changed the address that answers go to

refusal-contact-first = Have the address confirmed first: by a code sent there, or because it is on file for this person.
refusal-contact-confirmed = This address is confirmed.
refusal-address-changed = The address was changed a short while ago. Whatever is given waits until both addresses had time to object.
refusal-code-for-else = This code was sent for something else. Send a new one.
refusal-milder-first = A milder way has not been tried. Try that one, or write why it would not do; the requester will see it.
refusal-name-data = Choose what the requester is asked to name, out of what the company holds of them.
refusal-not-held-datum = The company does not hold this, so there is nothing to compare it with. Ask only for what is held; anything else would be collected without need.
refusal-code-first = No right code has come back from this address yet. Send one first.
refusal-nothing-matched = An address proves no person. Say what else agreed with the data held.

identity-title = Who asks, and where answers go
identity-ladder = Ways to find out, the least intrusive first
identity-ladder-hint = The least intrusive way that is enough is the right one. Whoever takes a higher one writes why; the requester reads it.
rung-used = used
rung-tried = asked
rung-proposed = next
contact-title = Where answers go
contact-unconfirmed = Nobody has shown yet that this address is the requester's
contact-by-code = Confirmed by a code, { $at }
contact-on-file = On file for this person, recorded { $at }
contact-held = This address is new. Nothing that is given leaves before { $at }, so that both addresses have time to object.
contact-codes = { $n ->
    [one] One code was sent.
   *[other] { $n } codes were sent.
}
standing-title = For whom
standing-excludes = Cannot be asked in this way:
evidence-record = Record that it was seen
evidence-retract = Take this back
evidence-sight = How was it seen?
evidence-note = What was seen
sight-original = the original
sight-photocopy = a copy
sight-register = asked at a register, court or notary
sight-on-file = known to us already
sight-declared = declared by the requester
subject-told = The person whose data it is
subject-told-at = told { $at }
subject-not-told = not told yet
documents-title = Copies of documents
documents-hint = Each lies under a key of its own. Whoever looks at one is named here. It is destroyed with the decision, after seven days at the latest.
document-shows-identity = shows who asks
document-shows-standing = shows that they may ask for another
document-until = destroyed by { $at } at the latest
document-gone = destroyed { $at }
document-destroyed = A document that is gone
document-seen = Seen by
document-destroyed-decided = What it was for is decided.
document-destroyed-time-over = It lay here for seven days.
document-destroyed-request-ended = The request ended.
message-document-by-mail = This may be a copy of an identity document that came by mail. It is not under a key of its own and does not go with the decision. Do not ask for documents by mail: let the requester upload them on their page, with everything that is not needed blacked out.

move-act-for = Say for whom they ask
move-record-evidence = Record evidence for another person
move-tell-subject = Tell the person whose data it is
move-tell-subject-hint = With an address they get a letter. Without one, write how they were told.
move-tell-subject-name = Name
move-tell-subject-address = E-mail address, from our own records
move-tell-subject-how = How and where they were reached
move-view-document = Download and look
move-confirm-contact-hint = Only when we held this address for this person before the request came. Otherwise the requester asks for a code on their page.
move-confirm-contact-where = Where it stands in our records
move-change-contact-hint = Both addresses are told. Identity and address have to be shown again, and nothing that is given leaves for at least three days.
move-change-contact-to = New address
move-change-contact-why = Who asked for it, and how we know
move-ask-identity-other = Something else

event-acts-for = said for whom the requester asks: { $whom }
event-evidence-shown = recorded evidence, { $sight }: { $piece }
event-evidence-retracted = took back evidence: { $piece }
event-subject-told = told the person whose data it is
event-document-received = uploaded a copy of a document that shows who asks
event-document-received-standing = uploaded a copy of a document that shows for whom they may ask
event-document-viewed = looked at a copy of a document
event-document-destroyed = destroyed a copy of a document, with its key

refusal-standing-missing = First record each piece of evidence that the requester may ask for this person.
refusal-no-evidence-asked = Somebody who asks in this way has nothing to show for it.
refusal-unknown-evidence = This policy asks for no such piece of evidence.
refusal-subject-first = First tell the person whose data it is that somebody asks for them.
refusal-nobody-to-tell = This policy does not ask that somebody else be told of the request.
refusal-no-document-asked = No document was asked for, so none is taken in.
refusal-too-many-documents = There are as many documents here as can be. They are looked at first.
refusal-document-too-large = The file is larger than 10 megabytes. Choose a smaller one.
refusal-document-format = Choose a picture as JPEG or PNG, or a PDF.
refusal-no-document = No such document lies here any more.

said-contact = The address is recorded as on file.
said-address = Answers go to the new address, and both addresses are told.
said-standing = It is recorded for whom they ask.
said-evidence = The evidence is recorded.
said-evidence-retracted = The evidence is taken back.
said-subject = It is recorded that the person was told.
