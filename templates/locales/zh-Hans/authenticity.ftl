# 邮件来自何处，以及发件人一栏中容易看错的地方。
fact-authenticity = 邮件来源
authenticity-proven = 发件方的邮件服务器为 { $domain } 作了担保（{ $methods }）。
authenticity-failing = 邮件自称来自 { $domain }，但未通过该域名的核验，可能是伪造的。处理之前，请先通过其他途径向本人确认。
authenticity-unknown = { $domain } 没有为这封邮件提供任何证明：既不能确认，也不能排除。
authenticity-unfinished = 当时未能核验这封邮件来自何处。
authenticity-unchecked = 没有人核验过这封邮件来自何处。
authenticity-other-signer = 邮件由另一个域名 { $domain } 签名。
authenticity-by-server = 由 { $server } 核验。
authenticity-no-identity = 这只说明邮件出自哪个邮件服务器，不说明写信的人是谁。
mark-mixed-scripts = 发件人中的“{ $word }”混用了外形相似的不同文字的字母。
mark-encoded = 发件人的域名是编码形式，实际写作 { $shown }。
mark-hidden = 发件人中含有看不见的字符，此处已去除。
mark-other-address = 发件人的名称显示了另一个地址。邮件实际来自 { $real }。
mark-resembles = 发件人与 { $known } 相似，但并不是它。
