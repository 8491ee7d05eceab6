# 谁在请求，答复寄往何处。

code-for-confirm-address = 以确认邮箱
code-for-sign-in = 以在门户查看进度
code-for-download = 以领取交付内容

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

identity-title = 谁在请求，答复寄往何处
identity-ladder = 核验方式（干扰最小者在前）
identity-ladder-hint = 足以核实且干扰最小的方式才是正确的方式。采用更高一级的，须写明理由，请求人会看到。
rung-used = 已采用
rung-tried = 已询问
rung-proposed = 下一步
contact-title = 答复寄往
contact-unconfirmed = 尚无人证明该邮箱归请求人使用
contact-by-code = 已通过验证码确认（{ $at }）
contact-on-file = 为此人的预留邮箱（{ $at }记录）
contact-held = 该邮箱为新邮箱。{ $at }之前不提供任何内容，以便新旧两个邮箱均有时间提出异议。
contact-codes = 已发送 { $n } 次验证码。
standing-title = 代表何人
standing-excludes = 不得以此方式行使：
evidence-record = 记录已查验
evidence-retract = 撤回此记录
evidence-sight = 如何查验？
evidence-note = 查验了什么
sight-original = 原件
sight-photocopy = 复印件
sight-register = 向登记机关、法院或公证机构核实
sight-on-file = 我方已知
sight-declared = 请求人声明
subject-told = 信息主体本人
subject-told-at = 已告知（{ $at }）
subject-not-told = 尚未告知
documents-title = 证件副本
documents-hint = 每份证件均以独立密钥保存，查看者在此列明。作出决定时即销毁，最迟不超过七日。
document-shows-identity = 用于证明身份
document-shows-standing = 用于证明可代他人请求
document-until = 最迟于{ $at }销毁
document-gone = 已于{ $at }销毁
document-destroyed = 已不存在的证件
document-seen = 查看者
document-destroyed-decided = 所涉事项已作出决定。
document-destroyed-time-over = 已保存满七日。
document-destroyed-request-ended = 请求已结束。
message-document-by-mail = 这可能是通过邮件发来的身份证件副本。它没有独立密钥，也不会随决定一并销毁。请勿要求以邮件发送证件：请让请求人在其页面上传，并遮盖无关内容。

move-act-for = 说明代表何人
move-record-evidence = 记录代他人请求的证明
move-tell-subject = 告知信息主体本人
move-tell-subject-hint = 填写邮箱即发出信件；没有邮箱的，请写明如何告知。
move-tell-subject-name = 姓名
move-tell-subject-address = 电子邮箱（取自我方记录）
move-tell-subject-how = 如何、在何处告知
move-view-document = 下载查看
move-confirm-contact-hint = 仅限在请求到来之前我方已为此人预留的邮箱。否则由请求人在其页面索取验证码。
move-confirm-contact-where = 在我方记录中的位置
move-change-contact-hint = 将告知新旧两个邮箱。身份和邮箱须重新证明，且至少三日内不提供任何内容。
move-change-contact-to = 新邮箱
move-change-contact-why = 由谁提出，如何得知
move-ask-identity-other = 其他信息

event-acts-for = 说明了请求人代表何人：{ $whom }
event-evidence-shown = 记录了证明（{ $sight }）：{ $piece }
event-evidence-retracted = 撤回了证明：{ $piece }
event-subject-told = 告知了信息主体本人
event-document-received = 上传了证明身份的证件副本
event-document-received-standing = 上传了证明可代他人请求的证件副本
event-document-viewed = 查看了证件副本
event-document-destroyed = 销毁了证件副本及其密钥

refusal-standing-missing = 请先逐项记录请求人可代此人请求的证明。
refusal-no-evidence-asked = 以此方式请求的，无须出示证明。
refusal-unknown-evidence = 本政策不要求此项证明。
refusal-subject-first = 请先告知信息主体本人：有人代其提出请求。
refusal-nobody-to-tell = 本政策不要求将请求告知他人。
refusal-no-document-asked = 并未要求提供证件，因此不予接收。
refusal-too-many-documents = 此处的证件已达上限，须先行查看。
refusal-document-too-large = 文件超过10兆字节，请选择较小的文件。
refusal-document-format = 请选择JPEG或PNG图片，或PDF文件。
refusal-no-document = 此处已无该证件。

said-contact = 已记录该邮箱为预留邮箱。
said-address = 答复将寄往新邮箱，并已告知新旧两个邮箱。
said-standing = 已记录其代表何人。
said-evidence = 证明已记录。
said-evidence-retracted = 证明已撤回。
said-subject = 已记录告知本人一事。
