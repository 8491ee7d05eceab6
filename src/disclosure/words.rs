//! Finds addresses, codes of letters and digits, and secrets by their shape.

use super::characters::Seen;
use super::numbers::{iban_length, is_iban};
use super::scan::{Certainty, Found, Sort, bounded};

/// Adds what is found to the list.
pub(super) fn find(seen: &[Seen], found: &mut Vec<Found>) {
    let mut secrets_from = 0;
    for (at, one) in seen.iter().enumerate() {
        if one.character == '@' {
            found.extend(email(seen, at));
        } else if starts_word(seen, at) {
            found.extend(iban(seen, at));
            found.extend(passport(seen, at));
            found.extend(insurance(seen, at));
            // A row of characters that was looked through once is not looked through again from its middle.
            if at >= secrets_from
                && let Some((end, secret)) = secret(seen, at)
            {
                secrets_from = end;
                found.extend(secret);
            }
        }
    }
}

fn starts_word(seen: &[Seen], at: usize) -> bool {
    let word = |one: &Seen| one.character.is_ascii_alphanumeric();
    let here = seen
        .get(at)
        .is_some_and(|one| word(one) || matches!(one.character, '$' | '-'));
    here && at
        .checked_sub(1)
        .and_then(|before| seen.get(before))
        .is_none_or(|one| !word(one))
}

fn at(seen: &[Seen], index: usize) -> Option<char> {
    seen.get(index).map(|one| one.character)
}

/// A mail address around its @, which may have a space beside it.
fn email(seen: &[Seen], sign: usize) -> Option<Found> {
    let before = if at(seen, sign.checked_sub(1)?) == Some(' ') {
        sign.checked_sub(2)?
    } else {
        sign - 1
    };
    let after = if at(seen, sign + 1) == Some(' ') {
        sign + 2
    } else {
        sign + 1
    };
    let ascii = |one: char| one.is_ascii_alphanumeric();
    let any = |one: char| one.is_alphanumeric();
    let first = local_part(seen, before, ascii).or_else(|| local_part(seen, before, any))?;
    let last = domain(seen, after, ascii).or_else(|| domain(seen, after, any))?;
    Some(Found {
        sort: Sort::Email,
        certainty: Certainty::Sure,
        first,
        last,
    })
}

fn local_part(seen: &[Seen], last: usize, letter: fn(char) -> bool) -> Option<usize> {
    /// RFC 5321, 4.5.3.1.1.
    const LONGEST: usize = 64;
    let part = |one: &&Seen| letter(one.character) || "._%+-'&#=~".contains(one.character);
    let length = seen.get(..=last)?.iter().rev().take(LONGEST).take_while(part).count();
    let first = (last + 1).checked_sub(length)?;
    let letters = seen.get(first..=last)?.iter().any(|one| letter(one.character));
    letters.then_some(first)
}

fn domain(seen: &[Seen], first: usize, letter: fn(char) -> bool) -> Option<usize> {
    /// RFC 5321, 4.5.3.1.2.
    const LONGEST: usize = 255;
    let part = |one: &&Seen| letter(one.character) || matches!(one.character, '.' | '-');
    let mut length = seen.iter().skip(first).take(LONGEST).take_while(part).count();
    while length > 0 && matches!(at(seen, first + length - 1), Some('.' | '-')) {
        length -= 1;
    }
    let name: String = seen.iter().skip(first).take(length).map(|one| one.character).collect();
    let (host, top) = name.rsplit_once('.')?;
    let sound =
        !host.is_empty() && !host.starts_with('.') && top.chars().count() >= 2 && !top.chars().all(char::is_numeric);
    sound.then(|| first + length - 1)
}

/// An IBAN, in one word or in groups.
fn iban(seen: &[Seen], first: usize) -> Option<Found> {
    let country = [
        at(seen, first)?.to_ascii_uppercase(),
        at(seen, first + 1)?.to_ascii_uppercase(),
    ];
    if !country.iter().all(char::is_ascii_uppercase) {
        return None;
    }
    let length = iban_length(country)?;
    let mut characters = Vec::with_capacity(length);
    let mut last = first;
    let mut apart = 0;
    for (index, one) in seen.iter().enumerate().skip(first) {
        if one.character.is_ascii_alphanumeric() {
            characters.push(one.character.to_ascii_uppercase());
            (last, apart) = (index, 0);
        } else if super::characters::parts(one.character) && apart < 2 {
            apart += 1;
        } else {
            break;
        }
        if characters.len() == length {
            break;
        }
    }
    (characters.len() == length && is_iban(&characters) && bounded(seen, first, last)).then_some(Found {
        sort: Sort::Iban,
        certainty: Certainty::Sure,
        first,
        last,
    })
}

/// Chinese passports (E, G, D, S, P with eight digits, or E with a letter and seven) and travel permits (H, M, C, T).
fn passport(seen: &[Seen], first: usize) -> Option<Found> {
    let letters = if at(seen, first + 1)?.is_ascii_uppercase() {
        2
    } else {
        1
    };
    let digits = seen
        .iter()
        .skip(first + letters)
        .take(11)
        .take_while(|one| one.character.is_ascii_digit())
        .count();
    let sound = matches!(
        (at(seen, first)?, letters, digits),
        ('E' | 'G' | 'D' | 'S' | 'P' | 'H' | 'M' | 'C' | 'T' | 'K', 1, 8)
            | ('H' | 'M', 1, 10)
            | ('E' | 'C' | 'D' | 'S' | 'P', 2, 7)
    );
    let last = first + letters + digits - 1;
    (sound && bounded(seen, first, last)).then_some(Found {
        sort: Sort::Passport,
        certainty: Certainty::Maybe,
        first,
        last,
    })
}

/// A national insurance number of the United Kingdom: two letters, six digits, a letter from A to D.
fn insurance(seen: &[Seen], first: usize) -> Option<Found> {
    let mut word = String::new();
    let mut last = first;
    for (index, one) in seen.iter().enumerate().skip(first).take(14) {
        if one.character.is_ascii_alphanumeric() {
            word.push(one.character);
            last = index;
        } else if one.character != ' ' {
            break;
        }
        if word.len() == 9 {
            break;
        }
    }
    let (prefix, rest) = (word.get(..2)?, word.get(2..)?);
    let (digits, suffix) = (rest.get(..6)?, rest.get(6..)?);
    let sound = prefix
        .bytes()
        .all(|one| one.is_ascii_uppercase() && !b"DFIQUV".contains(&one))
        && !prefix.ends_with('O')
        && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(&prefix)
        && digits.bytes().all(|one| one.is_ascii_digit())
        && matches!(suffix, "A" | "B" | "C" | "D");
    (sound && bounded(seen, first, last)).then_some(Found {
        sort: Sort::Government,
        certainty: Certainty::Sure,
        first,
        last,
    })
}

/// How hashes of passwords, keys and tokens begin, with the least length of what follows.
const SECRETS: [(&str, usize); 14] = [
    ("$2a$", 50),
    ("$2b$", 50),
    ("$2y$", 50),
    ("$argon2", 40),
    ("$1$", 20),
    ("$5$", 40),
    ("$6$", 80),
    ("$pbkdf2", 30),
    ("$scrypt$", 30),
    ("-----BEGIN", 20),
    ("eyJ", 60),
    ("AKIA", 16),
    ("ghp_", 30),
    ("LTAI", 16),
];

/// The end of what was looked through, and the secret in it.
fn secret(seen: &[Seen], first: usize) -> Option<(usize, Option<Found>)> {
    /// More than any of these needs.
    const LONGEST: usize = 4096;
    let starts = |start: &&(&str, usize)| {
        start
            .0
            .chars()
            .enumerate()
            .all(|(index, one)| at(seen, first + index) == Some(one))
    };
    let (start, least) = SECRETS.iter().find(starts)?;
    let pem = start.starts_with('-');
    let part = |one: &&Seen| match one.character {
        ' ' | '\n' | '\r' => pem,
        '"' | '\'' | '<' | '>' | ',' | ';' | '@' => false,
        character => character.is_ascii_graphic(),
    };
    let length = seen.iter().skip(first).take(LONGEST).take_while(part).count();
    let text: String = seen.iter().skip(first).take(length).map(|one| one.character).collect();
    let sound = length >= start.len() + least
        && (!pem || text.contains("PRIVATE KEY-----"))
        && (*start != "eyJ" || text.matches('.').count() >= 2);
    let last = first + length.saturating_sub(1);
    let found = sound.then_some(Found {
        sort: Sort::Secret,
        certainty: Certainty::Sure,
        first,
        last,
    });
    Some((last + 1, found))
}
