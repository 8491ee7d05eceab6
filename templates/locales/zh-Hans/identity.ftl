# 谁在请求，答复寄往何处。

code-for-confirm-address = 以确认邮箱
code-for-sign-in = 以在门户查看进度
code-for-download = 以领取交付内容

move-send-code = 向邮箱发送验证码
move-confirm-contact = 记录该邮箱为预留邮箱
move-change-contact = 更改答复邮箱
move-ask-identity-data = 请对方说出哪些信息？
move-ask-identity-data-hint = 仅限公司已持有的信息；其他信息无从核对。
move-identity-matched = 哪些信息与已持有的相符？
move-identity-matched-hint = 邮箱不能证明本人：请选择另外核对并相符的信息。

event-code-sent = 发送了验证码（{ $purpose }）
event-contact-confirmed = 通过验证码确认了邮箱
event-contact-on-file = 记录该邮箱为预留邮箱
event-contact-changed = 更改了答复邮箱

refusal-contact-first = 请先确认邮箱：向其发送验证码，或确认其为此人的预留邮箱。
refusal-contact-confirmed = 该邮箱已确认。
refusal-address-changed = 邮箱刚刚更改。须待新旧两个邮箱均有时间提出异议后，方可提供内容。
refusal-code-for-else = 该验证码用于其他目的，请重新发送。
refusal-milder-first = 尚未尝试干扰更小的方式。请先尝试，或写明为何不可行；请求人将看到该理由。
refusal-name-data = 请从公司已持有的信息中，选择请求人应说出的项目。
refusal-not-held-datum = 公司并不持有该信息，无从核对。只能询问已持有的信息，否则即为不必要的收集。
refusal-code-first = 该邮箱尚未回填正确的验证码，请先发送。
refusal-nothing-matched = 邮箱不能证明本人。请写明另有哪些信息与已持有的相符。
