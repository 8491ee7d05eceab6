//! Character sets by the names that mail gives them: those of the web, and a few that only mail programs use.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, ISO_8859_2, KOI8_U, REPLACEMENT, SHIFT_JIS, UTF_8,
    UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
};

/// A way to read bytes as characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// One of the sets of the web (WHATWG Encoding Standard).
    Web(&'static Encoding),
    /// RFC 2152, which old programs still write.
    Utf7,
    /// RFC 1557: Korean in seven bits, switched by shift bytes.
    Iso2022Kr,
    /// RFC 1843: GB2312 between `~{` and `~}`.
    Hz,
    /// UTF-8 that somebody took for a Western set and wrote as UTF-8 once more.
    TwiceWestern,
    /// UTF-8 that somebody took for GBK and wrote as UTF-8 once more.
    TwiceChinese,
}

impl Charset {
    /// The sets that a person is offered, and among which an undeclared one is looked for; of two that read some bytes
    /// alike, the more usual stands first.
    pub fn known() -> [Self; 23] {
        let single = [
            WINDOWS_1252,
            WINDOWS_1251,
            KOI8_U,
            WINDOWS_1250,
            WINDOWS_1254,
            WINDOWS_1253,
            WINDOWS_1257,
            ISO_8859_2,
            WINDOWS_1255,
            WINDOWS_1256,
            WINDOWS_874,
        ];
        let [
            w1252,
            w1251,
            koi8,
            w1250,
            w1254,
            w1253,
            w1257,
            latin2,
            w1255,
            w1256,
            w874,
        ] = single.map(Self::Web);
        let wide = [
            UTF_8,
            GB18030,
            BIG5,
            SHIFT_JIS,
            EUC_JP,
            EUC_KR,
            ISO_2022_JP,
            UTF_16LE,
            UTF_16BE,
        ];
        let [utf8, gb, big5, sjis, euc_jp, euc_kr, jp7, le, be] = wide.map(Self::Web);
        [
            utf8,
            gb,
            big5,
            w1252,
            sjis,
            euc_jp,
            euc_kr,
            w1251,
            koi8,
            w1250,
            w1254,
            w1253,
            w1257,
            latin2,
            w1255,
            w1256,
            w874,
            jp7,
            Self::Iso2022Kr,
            Self::Hz,
            Self::Utf7,
            le,
            be,
        ]
    }

    /// The set that a label means in mail.
    pub fn named(label: &str) -> Option<Self> {
        let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
        let own = [
            Self::Utf7,
            Self::Iso2022Kr,
            Self::Hz,
            Self::TwiceWestern,
            Self::TwiceChinese,
        ];
        if let Some(found) = own.into_iter().find(|charset| charset.name() == label) {
            return Some(found);
        }
        let web = match label.as_str() {
            "unicode-1-1-utf-7" => return Some(Self::Utf7),
            "csiso2022kr" => return Some(Self::Iso2022Kr),
            "hz" => return Some(Self::Hz),
            "cp936" | "ms936" | "gb_2312" | "gb18030-2000" | "gb18030-2005" | "gb18030-2022" | "x-gb18030"
            | "euc-cn" => GB18030,
            "cp950" | "ms950" | "x-windows-950" | "big5hkscs" | "big5-hkscs:2004" | "cp951" => BIG5,
            "cp932" | "ms932" => SHIFT_JIS,
            "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-ms" | "cp50220" | "cp50221"
            | "cp50222" => ISO_2022_JP,
            "cp949" | "ms949" | "uhc" => EUC_KR,
            "utf8mb4" | "utf8mb3" | "utf-8;" | "utf_8" | "utf-8mb4" => UTF_8,
            "ansi" | "8859_1" | "iso8859_1" => WINDOWS_1252,
            other => Encoding::for_label(other.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)?,
        };
        Some(Self::Web(web))
    }

    /// Its name, by which [`Charset::named`] finds it again.
    pub fn name(self) -> &'static str {
        match self {
            Self::Web(encoding) => encoding.name(),
            Self::Utf7 => "utf-7",
            Self::Iso2022Kr => "iso-2022-kr",
            Self::Hz => "hz-gb-2312",
            Self::TwiceWestern => "utf-8-taken-for-western",
            Self::TwiceChinese => "utf-8-taken-for-gbk",
        }
    }

    /// Whether one byte is one character.
    pub fn is_single_byte(self) -> bool {
        matches!(self, Self::Web(encoding) if encoding.is_single_byte())
    }

    /// Whether foreign letters are written in plain ASCII bytes.
    pub fn is_seven_bit(self) -> bool {
        match self {
            Self::Web(encoding) => encoding == ISO_2022_JP,
            Self::Utf7 | Self::Iso2022Kr | Self::Hz => true,
            Self::TwiceWestern | Self::TwiceChinese => false,
        }
    }

    /// Whether a character takes two bytes or four, ASCII too.
    pub fn is_utf16(self) -> bool {
        matches!(self, Self::Web(encoding) if encoding == UTF_16LE || encoding == UTF_16BE)
    }

    /// Reads bytes; what they cannot mean becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Web(encoding) => encoding.decode_with_bom_removal(bytes).0.into_owned(),
            Self::Utf7 => utf7(bytes),
            Self::Iso2022Kr => EUC_KR.decode_without_bom_handling(&unshifted_kr(bytes)).0.into_owned(),
            Self::Hz => GBK.decode_without_bom_handling(&unshifted_hz(bytes)).0.into_owned(),
            Self::TwiceWestern => undoubled(bytes, WINDOWS_1252),
            Self::TwiceChinese => undoubled(bytes, GB18030),
        }
    }
}

fn utf7(bytes: &[u8]) -> String {
    mail_parser::decoders::charsets::map::charset_decoder(b"utf-7")
        .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes))
}

/// ISO-2022-KR as EUC-KR: between SO and SI a pair has its high bits set; a line begins unshifted.
fn unshifted_kr(bytes: &[u8]) -> Vec<u8> {
    const DESIGNATOR: &[u8] = b"\x1b$)C";
    let mut plain = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(DESIGNATOR) {
            rest = behind;
            continue;
        }
        rest = after;
        match first {
            0x0e => shifted = true,
            0x0f => shifted = false,
            b'\n' | b'\r' => {
                shifted = false;
                plain.push(*first);
            }
            0x21..=0x7e if shifted => plain.push(first | 0x80),
            other => plain.push(*other),
        }
    }
    plain
}

/// HZ as GBK: between `~{` and `~}` a pair has its high bits set; `~~` is a tilde, a tilde before a line end nothing.
fn unshifted_hz(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut rest = bytes;
    loop {
        rest = match (shifted, rest) {
            (_, []) => return plain,
            (false, [b'~', b'{', after @ ..]) => {
                shifted = true;
                after
            }
            (true, [b'~', b'}', after @ ..]) => {
                shifted = false;
                after
            }
            (false, [b'~', b'~', after @ ..]) => {
                plain.push(b'~');
                after
            }
            (false, [b'~', b'\n', after @ ..] | [b'~', b'\r', b'\n', after @ ..]) => after,
            (true, [first @ 0x21..=0x7e, second @ 0x21..=0x7e, after @ ..]) => {
                plain.extend_from_slice(&[first | 0x80, second | 0x80]);
                after
            }
            (_, [first, after @ ..]) => {
                shifted &= *first != b'\n';
                plain.push(*first);
                after
            }
        };
    }
}

/// Text that was read by the wrong set and written as UTF-8, written back by that set and read as what it was.
fn undoubled(bytes: &[u8], wrong: &'static Encoding) -> String {
    let doubled = String::from_utf8_lossy(bytes);
    let mut once = Vec::with_capacity(doubled.len());
    for character in doubled.chars() {
        let mut buffer = [0; 4];
        match wrong.encode(character.encode_utf8(&mut buffer)) {
            (written, _, false) => once.extend_from_slice(&written),
            // Five bytes have no character in windows-1252 and pass through as control characters.
            _ => once.push(u8::try_from(u32::from(character)).unwrap_or(0xff)),
        }
    }
    String::from_utf8_lossy(&once).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_found_by_its_name() {
        for charset in Charset::known()
            .into_iter()
            .chain([Charset::TwiceWestern, Charset::TwiceChinese])
        {
            assert_eq!(Charset::named(charset.name()), Some(charset));
        }
        assert_eq!(Charset::named("x-unknown"), None);
        assert_eq!(Charset::named(" \"GB_2312-80\" "), Some(Charset::Web(GBK)));
    }

    #[test]
    fn shifts_that_never_end_stop_at_the_line_and_lose_nothing() {
        assert_eq!(Charset::Hz.decode(b"~{VPND~} a~~b ~{VP\nND"), "中文 a~b 中\nND");
        assert_eq!(
            Charset::Iso2022Kr.decode(b"\x1b$)C\x0eGQ1[\x0f a\n\x0eGQ\n1["),
            "한글 a\n한\n1["
        );
    }
}
