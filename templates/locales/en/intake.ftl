# How mail was taken in.
handled-unreadable = No machine could read this message, so that nothing was recognised in it and nobody was answered. What can be shown of it stands below; the original can be downloaded.
handled-not-acknowledged = No acknowledgement could be written to this sender. Please write to them yourself.
handled-too-large = This message has { $size }, which is too much to take in. Only its header is here. The message itself is on the mail server, in { $place }: please read it there.
handled-odd-receipt = The mail server says that it received this message on { $stated }, which cannot be. The clock runs from the moment at which Habeas took it in.
why-junk = The mail server put it into a junk folder.
why-too-large = It is too large to be taken in whole.
why-odd-receipt = Its time of receipt cannot be right.
why-not-acknowledged = No acknowledgement could be written.
mail-would-be-due = If it is a request after all, an answer is due by { $date }.
