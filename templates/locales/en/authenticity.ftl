# Where a mail comes from, and what deceives the eye about its sender.
fact-authenticity = Where it comes from
authenticity-proven = The sender’s mail server vouches for { $domain } ({ $methods }).
authenticity-failing = The mail claims to be from { $domain }, but that domain’s checks failed: it may be forged. Ask the person in another way before you act on it.
authenticity-unknown = { $domain } says nothing about this mail: it can neither be confirmed nor ruled out.
authenticity-unfinished = Where this mail comes from could not be checked at the time.
authenticity-unchecked = Nobody has checked where this mail comes from.
authenticity-other-signer = It is signed by { $domain }, which is another domain.
authenticity-by-server = Checked by { $server }.
authenticity-no-identity = This says which mail server it came from, not who the person is.
mark-mixed-scripts = “{ $word }” in the sender mixes letters of several scripts that look alike.
mark-encoded = The sender’s domain is written in code. It reads { $shown }.
mark-hidden = The sender held characters that cannot be seen. They were taken out here.
mark-other-address = The sender’s name shows another address. The mail is from { $real }.
mark-resembles = The sender looks like { $known }, but is another.
