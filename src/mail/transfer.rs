//! Transfer encodings: how bytes are written into the 7-bit lines of a mail, and read back whatever happened to them.

/// How a body is written into 7-bit lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// As it is: `7bit`, `8bit`, `binary`, or a word nobody knows.
    Plain,
    /// RFC 2045, section 6.8.
    Base64,
    /// RFC 2045, section 6.7.
    QuotedPrintable,
}

impl Transfer {
    /// Reads the value of `Content-Transfer-Encoding`.
    pub fn of(value: &str) -> Self {
        let word = value.trim();
        if word.eq_ignore_ascii_case("base64") {
            Self::Base64
        } else if word.eq_ignore_ascii_case("quoted-printable") {
            Self::QuotedPrintable
        } else {
            Self::Plain
        }
    }

    /// The bytes that were written; never fails, what cannot be decoded stays or is left out.
    pub fn decode(self, written: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => written.to_vec(),
            Self::Base64 => base64(written),
            Self::QuotedPrintable => quoted_printable(written),
        }
    }
}

/// Base64, passing over every byte that is not of its alphabet; padding ends a group, not the text.
pub fn base64(written: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(written.len() / 4 * 3);
    let (mut group, mut count) = (0u32, 0u8);
    for byte in written {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                finish_group(&mut bytes, group, count);
                (group, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        group = (group << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            let [_, first, second, third] = group.to_be_bytes();
            bytes.extend_from_slice(&[first, second, third]);
            (group, count) = (0, 0);
        }
    }
    finish_group(&mut bytes, group, count);
    bytes
}

fn finish_group(bytes: &mut Vec<u8>, group: u32, count: u8) {
    match count {
        2 => bytes.push((group >> 4) as u8),
        3 => bytes.extend_from_slice(&[(group >> 10) as u8, (group >> 2) as u8]),
        _ => {}
    }
}

/// Quoted-printable; an `=` that starts nothing stays as it is, for people write it by hand.
///
/// An escape that was cut by a line break, soft or not, is put together again: some gateways break lines anywhere.
fn quoted_printable(written: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(written.len());
    let mut joined: Vec<u8> = Vec::new();
    let mut lines = written.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_ascii_end();
        let ending = if line.ends_with(b"\r\n") {
            b"\r\n".as_slice()
        } else if line.ends_with(b"\n") {
            b"\n".as_slice()
        } else {
            b"".as_slice()
        };
        if let Some(before_break) = content.strip_suffix(b"=") {
            joined.extend_from_slice(before_break);
            continue;
        }
        joined.extend_from_slice(content);
        let next = lines.peek().and_then(|next| next.first());
        if is_cut_escape(&joined) && next.is_some_and(u8::is_ascii_hexdigit) {
            continue;
        }
        escapes(&joined, &mut bytes);
        joined.clear();
        bytes.extend_from_slice(ending);
    }
    escapes(&joined, &mut bytes);
    bytes
}

/// Whether a line ends with the first half of an escape that follows a whole one.
fn is_cut_escape(line: &[u8]) -> bool {
    matches!(line, [.., b'=', high, low, b'=', digit]
        if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() && digit.is_ascii_hexdigit())
}

/// Replaces each `=XX` by its byte.
pub fn escapes(written: &[u8], bytes: &mut Vec<u8>) {
    let mut rest = written;
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'=' {
            after.first_chunk::<2>().and_then(|digits| hex(*digits))
        } else {
            None
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
}

/// The byte that two hexadecimal digits name.
pub fn hex(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_transfer_encodings_lose_nothing_else() {
        assert_eq!(Transfer::Base64.decode(b"aGVs\r\nbG8=\r\n!!d29ybGQ"), b"helloworld");
        for (written, meant) in [
            ("a=3Db =\r\nc = d=ZZ  \r\ne", "a=b c = d=ZZ\r\ne"),
            ("=E6=8=\n2=A8", "您"),
            ("=E6=8\r\n2=A8", "您"),
            ("1=2\n3", "1=2\n3"),
            ("a=", "a"),
        ] {
            let read = Transfer::QuotedPrintable.decode(written.as_bytes());
            assert_eq!(String::from_utf8_lossy(&read), meant, "{written}");
        }
    }
}
