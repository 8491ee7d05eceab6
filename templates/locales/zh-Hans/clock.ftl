## The proof sheet of a deadline.
clock-title = 期限推算表
clock-how = 自收到次日起算，仅计入有编号的日期。任何人均可对照所引通知逐日核对。
clock-day = 日期
clock-count = 序号
clock-why = 说明
clock-not-counted = 不计入
clock-print = 可打印本页，附于答复之后。
