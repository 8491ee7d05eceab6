# Who asks, and where answers go.

code-for-confirm-address = to confirm the address
code-for-sign-in = to see the status in the portal
code-for-download = to fetch what was handed over

move-send-code = Send a code to the address
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
