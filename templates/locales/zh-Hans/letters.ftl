# 信件：名称，以及起草、修改和查看。

letter-challenge-code = 邮箱验证码
letter-address-confirmation = 邮箱确认
letter-address-changed-old = 邮箱变更通知（发往原邮箱）
letter-address-changed-new = 邮箱变更通知（发往新邮箱）
letter-clarification = 请求内容询问
letter-pause-notice = 期限暂停通知
letter-resumption-notice = 期限恢复通知
letter-document-destroyed = 证件副本销毁通知
letter-subject-informed = 告知信息主体有人代其提出请求
letter-package-ready = 下载链接
letter-package-withdrawn = 下载链接关闭通知
letter-closure = 办结通知
letter-complaint-received = 异议收讫通知
letter-recipient-notice = 接收方通知
letter-task = 系统任务
letter-task-reminder = 任务提醒
letter-task-escalation = 任务上报
sample-system = 客户数据库
sample-recipient = 示例物流有限公司
sample-question = 您指的是2023年开立的账号，还是邮件订阅？
sample-details = 客户编号4711的电子邮箱地址。
