# The public portal, for those who ask.
why-portal-hidden-field = The hidden field of the portal's form was filled in, as machines do.
why-portal-too-fast = It came back faster than a person can fill in the portal's form.
why-portal-for-address = The portal took as many forms for this address as it takes by itself in a day.
why-portal-from-network = The portal took as many forms from this network as it takes by itself in an hour.
why-portal-in-all = The portal took as many forms as it takes by itself in an hour.
portal-title = Your personal data
portal-navigation = Your requests
portal-leave = Leave
portal-to-start = To the first page
portal-to-requests = To your requests

portal-home-title = Your personal data, your rights
portal-home-lead = You may ask what we hold about you, have it corrected or deleted, and take back your consent. You will have our answer within { $term }.
portal-home-request = It takes a few minutes. You need no account and no reason.
portal-home-request-do = Make a request
portal-home-status = See where your request stands, write to us about it, or take it back.
portal-home-status-do = Follow a request
portal-home-policy = Our { $policy } applies.

portal-request-title = Make a request
portal-request-another = Make another request
portal-request-lead = Tick what you want, or just write it down. It reaches us the moment you send it, and you will have our answer within { $term }.
portal-rights = What do you want?
portal-rights-hint = Tick all that apply. For a question or a complaint leave this empty and write below.
portal-text = In your own words
portal-text-hint = What helps us find your data, such as the service you used. Please do not send copies of identity documents: if we need to know who you are, we ask for the least that is enough.
portal-behalf = For whom do you ask?
portal-behalf-self = For myself
portal-address = Your e-mail address
portal-address-hint = Our answer goes there. We send a code to it, so that nobody can ask in your name.
portal-name = Your name (if you like)
portal-name-hint = Not needed to send this.
portal-extra = Leave this field empty
portal-what-for = What you write here is used to handle your request and to prove that we did, and for nothing else.
portal-kept-months = { $n ->
    [one] It is kept for one month after the request is closed.
   *[other] It is kept for { $n } months after the request is closed.
}
portal-send = Send
portal-stale = This page was open for too long, or your browser keeps no cookies for it. Nothing of what you wrote is lost: please look through it and send it once more.
portal-empty = Tick what you want, or write it down.
portal-unknown = Something was ticked that we do not know. Please choose again.
portal-too-long = That is too long. Please shorten it; what you wrote still stands below.
portal-bad-address = We cannot send mail to this address. Please correct it.
portal-not-kept = We could not keep what you sent just now. It still stands below: please send it again in a moment, or write us an e-mail.

portal-subject-plain = A message through the portal
portal-subject = Request: { $rights }
portal-ticked = Ticked on the form: { $rights }
portal-ticked-nothing = Nothing was ticked on the form.
portal-ticked-behalf = For whom: { $name }
portal-message-subject = On your reference { $reference }
portal-withdrawn-plainly = Taken back in the portal, without a reason.

portal-status-title = Follow a request
portal-status-lead = Enter the e-mail address that you asked from, and the reference from our confirmation. We send a code to that address.
portal-reference = Reference
portal-reference-hint = Such as DSR-2026-000123.
portal-status-do = Send me a code
portal-status-gaps = Enter both, the address and the reference.
portal-status-lost = If you do not find the reference, write to { $contact } from your address.

portal-taken-title = We have received it
portal-taken-lead = Received on { $at }. From this moment we owe you an answer. A confirmation is on its way by mail.
portal-code-title = Enter the code
portal-code-confirm = Confirm your address
portal-code-form-lead = We are sending a code to { $address }. Enter it here, so that we know that the address is yours. Your request counts from now on in any case.
portal-code-lead = If the address { $address } and the reference belong together, a code is on its way there. It may take a minute or two.
portal-code = Code
portal-code-hint = Eight digits, good for ten minutes.
portal-code-do = Confirm
portal-code-again-do = Send another code
portal-code-later = You can also do this later, under "Follow a request".
portal-code-wrong = This code is not right, or its time is over. Look at the newest message from us, or ask for another code.

portal-requests-title = Your requests
portal-requests-lead = Asked from { $address }.
portal-requests-none = There is no request to show.
portal-received = Received: { $at }
portal-stands = Where it stands
portal-stands-triage = We have it, and are reading it.
portal-stands-identity = We asked you to show us who you are. What we need is in our message below.
portal-stands-open = We are working on it.
portal-stands-answering = Our answer is on its way to you.
portal-stands-not-delivered = Our answer came back from your mail provider. We are looking for another way; please write to us here.
portal-stands-answered = We answered on { $at }.
portal-stands-closed = We answered on { $at }, and the matter is closed.
portal-stands-set-aside = We found no request about personal data in it. If that is wrong, please write to us here.
portal-stands-withdrawn = You took it back on { $at }.
portal-stands-merged = It goes on under the reference { $reference }.
portal-by = You will have our answer by { $date }.
portal-by-extended = {" "}The term was extended; our message says why.
portal-by-provisional = {" "}The date may still move, because the days off of that year have not been published.
portal-asked-unsorted = Your request
portal-messages = Messages
portal-messages-none = There are no messages yet. What was sent just now appears here within a minute.
portal-from-us = Us
portal-from-you = You
portal-write = Write to us
portal-write-do = Send
portal-message-empty = Write something first.
portal-too-many = You have sent many messages today. Please send the next one tomorrow, or write us an e-mail.
portal-review = Internal review: { $reference }
portal-review-of = Reviews our decision on { $reference }
portal-goes-on = Go to { $reference }

portal-withdrawal-title = Take this request back
portal-withdrawal-lead = If you no longer want an answer, you can take the request back.
portal-withdrawal-do = Take it back …
portal-withdrawal-what = We then stop working on it, and you get no answer. You can make a new request at any time. We confirm it to you by mail.
portal-withdrawal-reason = A few words (if you like)
portal-withdrawal-reason-hint = You need give no reason.
portal-withdrawal-confirm = Take the request back
portal-complaint-title = Complain about our decision
portal-complaint-lead = If you think that our decision is wrong, somebody who did not take it looks at it again. You can also turn to the authority or to a court; our answer says how.
portal-complaint-do = Complain …
portal-complaint-what = Somebody who had no part in the decision looks at it again, as a case of its own. You will have the outcome within { $term }. Your right to turn to the authority or to a court is not touched by this.
portal-complaint-text = What is wrong with our decision?
portal-complaint-send = Send the complaint

portal-error-absent = There is no such page, or it is not yours.
portal-error-forged = This was not sent from a page of ours, or the page was open for too long. Go back, load it again, and send it once more.
portal-error-form = What was sent could not be read. Go back and try it again.
portal-error-refused = That is not possible any more.
portal-error-busy = There is much to do just now. Nothing was changed; please try again in a moment.
portal-error-broken = Something of ours broke. If you were sending something, go back: what you wrote should still be there.

said-portal-over = Your visit has ended. Please ask for a new code.
said-portal-proven = Your address is confirmed.
said-portal-code-again = If everything is right, another code is on its way.
said-portal-left = You have left. Nobody at this device sees your requests any more.
said-portal-written = We have your message. It appears here within a minute.
said-portal-withdrawn = You have taken the request back.
said-portal-complained = We have your complaint. The review appears under "Your requests" within a minute.
said-portal-too-late = This request can no longer be taken back.
portal-too-late = This request can no longer be taken back.
said-portal-too-early = There is no decision yet that you could complain about.

# Fetching a package.
portal-address-lead = Enter the code that we sent to your mail address, so that we know that what we write there reaches you.
portal-address-sent = Another code is on its way to your mail address. Earlier ones are worth nothing any more.
portal-address-no-code = No other code can be sent just now. Please try again later.
portal-address-proven = Thank you: this mail address is confirmed. You need not do anything else here, and can close the page.
portal-package-title = Fetch your data
portal-package-lead = Your files are ready. So that nobody else gets them, each download asks for a code that goes to your mail address.
portal-package-ask = Send me a code
portal-package-sent = If the files can still be fetched, a code is on its way to your mail address. It is good for ten minutes.
portal-package-fetch = Download
portal-package-old = This page was open too long. Ask for a new code.
portal-package-no-code = No code can be sent just now. The files may have been fetched as often as they can be, or their time is over. If you need them again, write to us.
portal-package-over = The files can no longer be fetched. If you need them again, write to us.
# For those who work on requests.
review-opened = Internal review: { $reference }
review-of = Reviews the decision on { $reference }

portal-document-identity = Show us who you are
portal-document-standing = Show us that you may ask for this person
portal-document-file = Document
portal-document-hint = A picture (JPEG, PNG) or a PDF of at most 10 MB. Please cover everything that we did not ask for.
portal-document-do = Upload
portal-document-none = Choose a file first.
portal-documents-here = { $n ->
    [one] One document of yours lies here. It is destroyed when we have decided on it, and after seven days at the latest.
   *[other] { $n } documents of yours lie here. They are destroyed when we have decided on them, and after seven days at the latest.
}
said-portal-document = We have your document. It is destroyed when we have decided on it, and after seven days at the latest.
