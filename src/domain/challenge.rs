//! Codes that prove an address: eight digits, good for ten minutes, five tries and one use.
//!
//! A code proves that somebody can read what arrives at an address. It says nothing of who that is.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// How many digits a code has.
pub const DIGITS: usize = 8;

/// How long a code is good for.
pub const LASTS: TimeDelta = TimeDelta::minutes(10);

/// How often a code may be tried, the right try included.
pub const TRIES: i32 = 5;

/// How many codes one party may be sent within [`DAY`].
pub const CODES_A_DAY: i64 = 10;

/// The time over which codes are counted: any twenty-four hours, not a date.
pub const DAY: TimeDelta = TimeDelta::hours(24);

/// What a code is for; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To prove that the requester reads what arrives at the address that answers go to.
    ConfirmAddress,
    /// To see in the portal how a request stands.
    SignIn,
    /// To fetch what was handed over.
    Download,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ConfirmAddress, Self::SignIn, Self::Download];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm-address",
            Self::SignIn => "sign-in",
            Self::Download => "download",
        }
    }
}

/// A code as it is sent and typed. It is never shown by `Debug`, so that it cannot come into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code of a random number: its last eight digits, zeros in front included.
    pub fn of(random: u64) -> Self {
        Self(format!("{:0DIGITS$}", random % 10_u64.pow(8)))
    }

    /// What somebody typed, with whatever spaces and dashes they put between the digits, in digits of any script;
    /// `None` for anything but eight of them.
    pub fn read(typed: &str) -> Option<Self> {
        let mut digits = String::with_capacity(DIGITS);
        for letter in typed.chars().filter(|letter| !is_between(*letter)) {
            let digit = digit_of(letter)?;
            if digits.len() == DIGITS {
                return None;
            }
            digits.push(digit);
        }
        (digits.len() == DIGITS).then_some(Self(digits))
    }

    /// The eight digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The digits in two groups, as a letter shows them: easier to read over.
    pub fn grouped(&self) -> String {
        let (first, second) = self.0.split_at(DIGITS / 2);
        format!("{first} {second}")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}' | '\u{feff}')
}

fn digit_of(letter: char) -> Option<char> {
    match letter {
        '0'..='9' => Some(letter),
        // Full-width digits, as a Chinese keyboard writes them.
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(letter) - 0xff10, 10),
        _ => None,
    }
}

/// What is known of a code that was sent: all but the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was sent.
    pub issued_at: DateTime<Utc>,
    /// How often it was tried, the present try included.
    pub tries: i32,
    /// Whether it has been used.
    pub used: bool,
    /// The keyed digest of the code.
    pub digest: [u8; 32],
}

impl Challenge {
    /// Whether the present try, already counted, is right. Digests are compared in constant time, and what makes a code
    /// worthless is looked at whether or not they agree.
    pub fn answered(&self, digest: &[u8; 32], now: DateTime<Utc>) -> Option<RightCode> {
        let agrees = bool::from(self.digest.ct_eq(digest));
        let counts = !self.used && (1..=TRIES).contains(&self.tries) && self.is_fresh(now);
        (agrees && counts).then_some(RightCode {
            challenge: self.id,
            purpose: self.purpose,
            at: now,
        })
    }

    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.issued_at <= now && now < self.issued_at + LASTS
    }
}

/// Proof that the right code was given in time. Only [`Challenge::answered`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RightCode {
    challenge: i64,
    purpose: Purpose,
    at: DateTime<Utc>,
}

impl RightCode {
    /// The code's number.
    pub fn challenge(&self) -> i64 {
        self.challenge
    }

    /// What it is good for.
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// When it was given.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Challenge {
        Challenge {
            id: 7,
            purpose: Purpose::ConfirmAddress,
            issued_at: at("2026-03-02T01:00:00Z"),
            tries: 1,
            used: false,
            digest: [1; 32],
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn a_code_is_read_as_people_type_it_and_as_nothing_else() {
        for (typed, read) in [
            ("12345678", Some("12345678")),
            (" 1234 5678 ", Some("12345678")),
            ("1234-5678", Some("12345678")),
            ("1234–5678", Some("12345678")),
            ("１２３４５６７８", Some("12345678")),
            ("00000000", Some("00000000")),
            ("1234567", None),
            ("123456789", None),
            ("1234567a", None),
            ("+1234567", None),
            ("", None),
        ] {
            let found = Code::read(typed);
            assert_eq!(found.as_ref().map(Code::digits), read, "{typed:?}");
        }
    }

    #[test]
    fn a_code_keeps_its_zeros_and_hides_from_logs() {
        assert_eq!(Code::of(42).digits(), "00000042");
        assert_eq!(Code::of(u64::MAX).digits().len(), DIGITS);
        assert_eq!(Code::of(12_345_678).grouped(), "1234 5678");
        assert_eq!(format!("{:?}", Code::of(12_345_678)), "Code");
    }

    #[test]
    fn only_a_fresh_unused_code_within_its_tries_counts() {
        let good = sent();
        let now = good.issued_at + TimeDelta::minutes(9);
        assert!(good.answered(&[1; 32], now).is_some());
        assert!(good.answered(&[2; 32], now).is_none(), "another code");
        for (why, worthless) in [
            ("used", Challenge { used: true, ..sent() }),
            ("tried too often", Challenge { tries: 6, ..sent() }),
            ("not counted", Challenge { tries: 0, ..sent() }),
        ] {
            assert!(worthless.answered(&[1; 32], now).is_none(), "{why}");
        }
        for (when, counts) in [
            (good.issued_at, true),
            (good.issued_at + LASTS - TimeDelta::seconds(1), true),
            (good.issued_at + LASTS, false),
            (good.issued_at - TimeDelta::seconds(1), false),
        ] {
            assert_eq!(good.answered(&[1; 32], when).is_some(), counts, "{when}");
        }
        let last = Challenge { tries: TRIES, ..sent() };
        assert!(last.answered(&[1; 32], now).is_some(), "the fifth try counts");
    }
}
