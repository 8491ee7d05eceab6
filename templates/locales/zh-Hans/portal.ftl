# 公开门户，供请求人使用。
why-portal-hidden-field = 门户表单中的隐藏栏被填写，疑为程序所为。
why-portal-too-fast = 门户表单填写得过快，不像是人工填写。
why-portal-for-address = 门户当日自动受理的该邮箱表单已达上限。
why-portal-from-network = 门户一小时内自动受理的该网络表单已达上限。
why-portal-in-all = 门户一小时内自动受理的表单已达上限。
