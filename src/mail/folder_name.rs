//! Names of IMAP folders: people write them in any script, IMAP in modified UTF-7 (RFC 3501, section 5.1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::transfer::base64;

/// A folder name as IMAP writes it.
pub fn to_imap(name: &str) -> String {
    let mut written = String::new();
    let mut foreign: Vec<u8> = Vec::new();
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            flush_foreign(&mut foreign, &mut written);
            written.push(character);
            if character == '&' {
                written.push('-');
            }
        } else {
            let mut units = [0; 2];
            foreign.extend(
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .flat_map(|unit| unit.to_be_bytes()),
            );
        }
    }
    flush_foreign(&mut foreign, &mut written);
    written
}

fn flush_foreign(foreign: &mut Vec<u8>, written: &mut String) {
    if !foreign.is_empty() {
        let letters = STANDARD_NO_PAD.encode(std::mem::take(foreign));
        written.push('&');
        written.push_str(&letters.replace('/', ","));
        written.push('-');
    }
}

/// A folder name as people write it; what is no modified UTF-7 stays as it is.
pub fn from_imap(written: &str) -> String {
    let mut name = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('&') {
        name.push_str(before);
        let Some((letters, behind)) = after.split_once('-') else {
            return written.to_owned();
        };
        if letters.is_empty() {
            name.push('&');
        } else {
            let bytes = base64(letters.replace(',', "/").as_bytes());
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                .collect();
            name.push_str(&String::from_utf16_lossy(&units));
        }
        rest = behind;
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_written_as_imap_wants_them() {
        for (name, written) in [
            ("INBOX", "INBOX"),
            ("Privacy & Data", "Privacy &- Data"),
            ("个人信息", "&TipOuk,hYG8-"),
            ("Entwürfe/2025", "Entw&APw-rfe/2025"),
        ] {
            assert_eq!(to_imap(name), written);
            assert_eq!(from_imap(written), name);
        }
        assert_eq!(from_imap("broken &abc"), "broken &abc");
    }
}
