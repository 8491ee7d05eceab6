# 系统将邮件识别为什么，工作人员又认定为什么。
event-corrected = 认定结果与系统的识别不同
sort-request = 请求
sort-follow-up = 后续来信
sort-complaint = 投诉
sort-question = 咨询
sort-automatic = 自动邮件
sort-unrelated = 非请求
