refusal-nothing-unread = 没有未读的邮件。
move-read-message = 将邮件标为已读
move-send-letter = 发出待放行或未送达的邮件
event-message-read = 阅读了一封来信
event-letter-released = 发出了一封待放行或未送达的邮件
delivery-held = 等您放行
delivery-delayed = 暂未送达，对方邮件服务器仍在尝试
