# 可能涉及不予响应情形的提示，以及其依据的原文或数字。提示本身不作任何决定。
hint-says = 来信提及：
hint-unquoted = 登记该请求时，系统曾作出提示；所依据的原文现已不再保存。
hint-weigh = 提示不作决定，请斟酌。
history-title = 该发件人的请求
history-in-a-year = { $months } 个月内共 { $count } 件（含本件）
history-for-right = 其中 { $count } 件涉及：{ $right }
history-lately = 其中 { $count } 件在最近 { $days } 天内提出
history-alike-one = 另有 1 件的措辞与本件几乎相同
history-alike = 另有 { $count } 件的措辞与本件几乎相同
history-same-words = 措辞几乎相同
history-open = 处理中
history-answered = 已答复
history-withdrawn = 请求人已撤回
history-note = 多次提出请求是个人的权利，次数本身不构成拒绝的理由。以滥用权利为由拒绝的，由企业承担举证责任，不得要求请求人举证。
