# The second factor: setting it up, and where a code is asked for.
factor-title = 第二重验证
factor-what = 验证器是一种应用，也可以是密码管理器的一项功能，显示每三十秒变化一次的六位数字。有了它，仅凭被盗的密码无法登录。
factor-is-missing = 您尚未设置第二重验证。未设置前，您无法查看身份证件，也无法放行文件或发出有所给予的答复。
factor-is-set-up = 您的第二重验证已设置。{ $n ->
    [0] 恢复码已用完，请更换以获得新的恢复码。
   *[other] 还剩 { $n } 个恢复码。
}
me-factor-is-set-up = 您的第二重验证已设置。登录、查看身份证件或放行内容时，需要输入验证码。
factor-go = 设置第二重验证
factor-start = 设置验证器
factor-replace = 更换第二重验证
factor-replace-note = 确认之后，新的密钥和恢复码将立即取代旧的。
factor-key-do = 显示密钥
factor-scan = 用验证器扫描此图
factor-picture = 供验证器扫描的密钥图像。同一密钥的文字在下方。
factor-key = 或手动输入此密钥
factor-key-hint = 密钥仅显示这一次。持有密钥的人即可生成您的验证码。
factor-key-gone = 该密钥已失效，请重新开始。
factor-first-code = 验证器当前显示的六位数字
factor-confirm-do = 确认
factor-codes = 您的恢复码
factor-codes-note = 第二重验证已设置。验证器丢失时，每个恢复码可使用一次。恢复码仅显示这一次：请打印，或保存在存放密码的地方。
factor-codes-kept = 我已保存
code-title = 请确认是您本人
code-lead = 只有在刚刚输入第二重验证码之后，才能查看身份证件。
code-label = 第二重验证码
code-hint = 验证器上的六位数字，或一个恢复码。每个验证码只能使用一次。
code-do = 继续
code-wrong = 验证码不正确或已被使用。请等待下一个验证码后重试。
code-needs-factor = 此操作需要第二重验证，而您尚未设置。
sign-in-code-lead = 密码正确。请输入第二重验证码。
sign-in-code-help = 验证器丢失了？请使用恢复码，或请管理员重置您的第二重验证。
password-hint-beside = 已设置第二重验证，至少 8 个字符即可。几个互不相关的词即可，可用空格和任何文字。
people-reset-factor = 重置第二重验证
event-second-factor-checked = 输入了第二重验证码
account-second-factor-set-up-subject = 您的第二重验证已设置
account-hello = { $name }，您好：
account-second-factor-set-up-text = 您的 Habeas 账号设置或更换了第二重验证，您在其他设备上的登录已全部失效。如非本人操作，请立即告知管理员。
account-second-factor-reset-subject = 您的第二重验证已重置
account-second-factor-reset-text = 管理员已重置您 Habeas 账号的第二重验证，您的登录已全部失效。请登录并重新设置；如果您的密码少于 15 个字符，请先向管理员索取邀请链接。如果这不是您的要求，请立即告知管理员。
