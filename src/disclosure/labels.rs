//! Headings and labels that name a field which does not go out, in English and Chinese.

use super::characters::Shape;
use super::finding::FindingKind;

/// Words of a heading, and what stands below it. English words stand for whole words of the heading, Chinese ones for any
/// part of it.
const FIELDS: [(FindingKind, &[&str]); 5] = [
    (
        FindingKind::SecurityAnswer,
        &[
            "security answer",
            "secret answer",
            "security question",
            "secret question",
            "mother maiden name",
            "mothers maiden name",
            "密保",
            "安全问题",
            "找回问题",
            "提示问题",
        ],
    ),
    (
        FindingKind::Secret,
        &[
            "password",
            "passwd",
            "passphrase",
            "pwd",
            "passcode",
            "pin",
            "pin code",
            "salt",
            "secret",
            "api key",
            "apikey",
            "private key",
            "access token",
            "refresh token",
            "token",
            "session id",
            "otp",
            "totp",
            "密码",
            "口令",
            "密钥",
            "私钥",
            "令牌",
            "盐值",
        ],
    ),
    (
        FindingKind::Biometric,
        &[
            "fingerprint",
            "face template",
            "face embedding",
            "face encoding",
            "faceid",
            "face id",
            "facial",
            "voiceprint",
            "voice print",
            "iris",
            "retina",
            "palm print",
            "biometric",
            "biometrics",
            "dna",
            "指纹",
            "人脸",
            "面部特征",
            "声纹",
            "虹膜",
            "掌纹",
            "步态",
            "基因",
            "生物特征",
            "生物识别",
        ],
    ),
    (
        FindingKind::AccountNumber,
        &[
            "card number",
            "card no",
            "credit card",
            "debit card",
            "bank card",
            "bank account",
            "account number",
            "account no",
            "iban",
            "pan",
            "cvv",
            "cvc",
            "routing number",
            "sort code",
            "银行卡",
            "银行账",
            "银行帐",
            "卡号",
            "收款账",
            "开户账",
            "信用卡",
        ],
    ),
    (
        FindingKind::GovernmentNumber,
        &[
            "ssn",
            "social security",
            "social insurance",
            "national id",
            "national insurance",
            "nino",
            "passport number",
            "passport no",
            "passport",
            "driver license",
            "drivers license",
            "driving licence",
            "driver licence",
            "tax id",
            "taxpayer",
            "id card",
            "id number",
            "id no",
            "identity number",
            "identity card",
            "resident id",
            "government id",
            "身份证",
            "公民身份",
            "证件号",
            "证件编号",
            "护照",
            "通行证",
            "社保号",
            "社会保障号",
            "驾驶证",
            "驾照",
            "军官证",
            "居住证",
        ],
    ),
];

/// Words that make a heading tell of a field instead of holding it.
const ABOUT: [&str; 24] = [
    "changed",
    "updated",
    "reset",
    "date",
    "timestamp",
    "at",
    "expiry",
    "expires",
    "policy",
    "strength",
    "type",
    "count",
    "status",
    "verified",
    "required",
    "时间",
    "日期",
    "类型",
    "状态",
    "有效期",
    "次数",
    "是否",
    "种类",
    "签发",
];

/// The longest heading; what is longer is a sentence.
const LONGEST: usize = 40;

/// The field that a heading or label names, if it is one that does not go out.
pub fn field(label: &str) -> Option<FindingKind> {
    if label.chars().take(LONGEST + 1).count() > LONGEST {
        return None;
    }
    let words = words(label);
    let named = |word: &str| {
        if word.is_ascii() {
            words.contains(&format!(" {word} ")) || words.contains(&format!(" {word}s "))
        } else {
            words.contains(word)
        }
    };
    if ABOUT.iter().any(|word| named(word)) {
        return None;
    }
    FIELDS
        .iter()
        .find(|(_, list)| list.iter().any(|word| named(word)))
        .map(|(kind, _)| *kind)
}

/// A heading in small letters with single spaces between and around its words: `userPassword_hash` is
/// ` user password hash `.
fn words(label: &str) -> String {
    let mut words = String::from(" ");
    let mut small = false;
    for character in label.chars().filter_map(|one| Shape::of(one).plain()) {
        if character.is_alphanumeric() {
            if small && character.is_uppercase() {
                words.push(' ');
            }
            words.extend(character.to_lowercase());
            small = character.is_lowercase() || character.is_ascii_digit();
        } else {
            small = false;
            // Apostrophes belong into a word: mother's.
            if !matches!(character, '\'' | '’') && !words.ends_with(' ') {
                words.push(' ');
            }
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Whether a value says something: not empty, not masked, not "none".
pub fn tells(value: &str) -> bool {
    const NOTHING: [&str; 14] = [
        "n/a", "na", "none", "null", "nil", "unknown", "yes", "no", "true", "false", "无", "未知", "是", "否",
    ];
    let value = value.trim();
    let all = value.chars().filter(|one| !one.is_whitespace()).count();
    let hidden = value
        .chars()
        .filter(|one| matches!(one, '*' | '•' | '●' | '×' | '-' | '＊' | '█'))
        .count();
    all > 0 && hidden * 2 < all && !value.starts_with("[removed:") && !value.starts_with("[已移除") && {
        let small = value.to_lowercase();
        !NOTHING.contains(&small.as_str())
    }
}

/// The label at the start of a line and the stretch of its value: `密码：hunter2`.
pub fn labelled(line: &str) -> Option<(FindingKind, std::ops::Range<usize>)> {
    let head: usize = line.chars().take(LONGEST + 8).map(char::len_utf8).sum();
    let (at, sign) = line
        .get(..head)?
        .char_indices()
        .find(|(_, one)| matches!(one, ':' | '：' | '=' | '＝'))?;
    let kind = field(line.get(..at)?)?;
    let from = at + sign.len_utf8();
    let value = line.get(from..)?;
    let start = from + (value.len() - value.trim_start().len());
    let end = from + value.trim_end().len();
    (start < end && tells(line.get(start..end)?)).then_some((kind, start..end))
}
