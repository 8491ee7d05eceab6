# How mail was taken in.
handled-unreadable = 系统无法解读此邮件，因此未识别任何内容，也未向任何人发出回复。能够显示的部分见下文，原件可供下载。
handled-not-acknowledged = 未能向此发件人写出确认函，请自行回复。
handled-too-large = 此邮件大小为 { $size }，超出可接收的上限，这里只有邮件头。邮件本身仍在邮件服务器的 { $place } 中，请到那里查看。
handled-odd-receipt = 邮件服务器称此邮件收到于 { $stated }，这不可能。期限自本系统接收之时起算。
why-junk = 邮件服务器将其放入了垃圾邮件文件夹。
why-too-large = 邮件过大，无法完整接收。
why-odd-receipt = 其收到时间不可能正确。
why-not-acknowledged = 未能写出确认函。
mail-would-be-due = 若确为权利请求，应于 { $date } 之前答复。
