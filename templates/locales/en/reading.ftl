# Readings of a message whose characters are not certain.
reading-title = Compare readings
reading-lead = The same bytes, read by different character sets. Choose another one if the text makes no sense as it is shown.
reading-lead-uncertain = It is not certain which characters its writer wrote. Choose the reading that makes sense.
reading-lead-one = There is only one way to read this message.
reading-uncertain = The characters of this mail are not certain.
reading-compare = Compare readings
reading-current = Shown now
reading-choose = Read it so
reading-fits = Every character fits.
reading-misfits = { $n ->
    [one] { $n } character does not fit.
   *[other] { $n } characters do not fit.
}
reading-bytes = A choice changes how the message is shown, searched and recognised. The bytes as they came are never changed.
reading-by-itself = As the mail says itself
reading-now-a-request = As it reads now, this asks for something under the policy. Make it a request if you agree.
reading-now-perhaps-a-request = As it reads now, this may ask for something under the policy, but its words are not clear. Read it, and make it a request if you think so.
said-reread = The message is read so from now on.
event-message-reread = chose how a message is read: { $charset }
move-reread = Choose how a message is read
refusal-unknown-message = This request has no such message.
desk-unreadable = { $n ->
    [one] { $n } mail could not be read with confidence.
   *[other] { $n } mails could not be read with confidence.
}
mail-tab-uncertain = Not certain
mail-note-uncertain = It is not certain which characters these mails are written in. Open one to compare its readings.
charset-utf-8 = Unicode (UTF-8)
charset-gb18030 = Simplified Chinese (GB18030)
charset-gbk = Simplified Chinese (GBK)
charset-big5 = Traditional Chinese (Big5)
charset-shift_jis = Japanese (Shift_JIS)
charset-euc-jp = Japanese (EUC-JP)
charset-iso-2022-jp = Japanese (ISO-2022-JP)
charset-euc-kr = Korean (EUC-KR)
charset-iso-2022-kr = Korean (ISO-2022-KR)
charset-hz-gb-2312 = Simplified Chinese (HZ)
charset-windows-1252 = Western European (windows-1252)
charset-windows-1250 = Central European (windows-1250)
charset-iso-8859-2 = Central European (ISO-8859-2)
charset-windows-1251 = Cyrillic (windows-1251)
charset-koi8-u = Cyrillic (KOI8)
charset-windows-1253 = Greek (windows-1253)
charset-windows-1254 = Turkish (windows-1254)
charset-windows-1255 = Hebrew (windows-1255)
charset-windows-1256 = Arabic (windows-1256)
charset-windows-1257 = Baltic (windows-1257)
charset-windows-874 = Thai (windows-874)
charset-utf-7 = Unicode (UTF-7)
charset-utf-16le = Unicode (UTF-16, little-endian)
charset-utf-16be = Unicode (UTF-16, big-endian)
charset-utf-8-taken-for-western = Unicode, once taken for Western text
charset-utf-8-taken-for-gbk = Unicode, once taken for Chinese text
