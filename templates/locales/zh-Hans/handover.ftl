# 提供文件。
move-enclose = 加入要提供的文件
move-take-out = 取出文件
move-override-finding = 保留检查发现
move-mark-high-risk = 标为高风险
move-approve-release = 作为第二人放行文件
move-release = 提供文件
move-revoke-package = 收回文件包
event-file-enclosed = 加入要提供的文件
event-file-taken-out = 从要提供的文件中取出一份
event-finding-overridden = 保留一项披露检查发现
event-high-risk-marked = 将要提供的内容标为高风险
event-release-approved = 作为第二人放行文件
event-released = 提供文件；在 {$at} 之前可下载 {$downloads} 次
event-package-fetched = 下载文件包
event-package-expired = 终止文件包：期限已过，密钥已销毁
event-package-used = 终止文件包：下载次数已用完，密钥已销毁
event-package-revoked = 收回文件包，密钥已销毁
