refusal-nothing-unread = No message waits to be read.
move-read-message = Mark a message as read
move-send-letter = Send a letter that waits or failed
event-message-read = read a message
event-letter-released = sent a letter that had waited or failed
delivery-held = waits for you
delivery-delayed = delayed, its mail server is still trying
