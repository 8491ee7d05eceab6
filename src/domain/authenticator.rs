//! Codes of an authenticator: six digits that change every thirty seconds (RFC 6238 over RFC 4226, SHA-1), and the codes
//! that help once when the authenticator is lost.

use std::fmt;

use chrono::{DateTime, Utc};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Builder, Secret, Totp};

/// How many bytes a key has (RFC 4226, R6: 160 bits).
pub const KEY_BYTES: usize = 20;

/// How long a step lasts, in seconds (RFC 6238, 5.2).
pub const STEP_SECONDS: i64 = 30;

/// How many steps a code may be early or late: clocks differ, and typing takes time (RFC 6238, 5.2 recommends one).
const SKEW: i64 = 1;

/// How many digits a code has.
const DIGITS: usize = 6;

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

/// How many random bytes a recovery code is made of: 80 bits, beyond guessing even without a brake.
pub const RECOVERY_BYTES: usize = 10;

/// The letters of a recovery code: none that is read as another (RFC 4648, base 32).
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How many letters of a recovery code stand together.
const GROUP: usize = 4;

/// The secret that an authenticator and this house share. Never shown by `Debug`, wiped when dropped.
pub struct AuthenticatorKey(Totp);

impl AuthenticatorKey {
    /// The key of these random bytes.
    pub fn of(bytes: [u8; KEY_BYTES]) -> Self {
        // Length, digits and step are fixed here, so that there is nothing left for the builder to refuse.
        Self(
            Builder::new()
                .with_secret(Secret::new_stack(bytes))
                .build_noncompliant(),
        )
    }

    /// The key as it was kept; `None` when these bytes are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::of)
    }

    /// The bytes, to be sealed.
    pub fn bytes(&self) -> &[u8] {
        self.0.secret().as_bytes()
    }

    /// The key for typing, in groups of four letters.
    pub fn grouped(&self) -> String {
        grouped(&self.0.secret().to_base32(), ' ')
    }

    /// What a picture tells an authenticator: the key, whose it is, and for which house (`otpauth`, the key URI format).
    pub fn address(&self, house: &str, account: &str) -> String {
        let (house, account) = (encoded(house), encoded(account));
        let key = self.0.secret().to_base32();
        format!("otpauth://totp/{house}:{account}?secret={key}&issuer={house}")
    }

    /// The code of a step.
    pub fn code(&self, step: i64) -> String {
        let seconds = step.saturating_mul(STEP_SECONDS);
        self.0.generate(u64::try_from(seconds).unwrap_or(0)).to_string()
    }

    /// The step whose code this is, among those that count at an instant; `None` when it is the code of none.
    ///
    /// Every step is compared in full, so that the time tells nothing.
    pub fn step_of(&self, typed: &str, now: DateTime<Utc>) -> Option<i64> {
        let typed = digits(typed)?;
        let current = step_at(now);
        let mut found = -1_i64;
        let mut agrees = Choice::from(0);
        for step in current - SKEW..=current + SKEW {
            let same = self.code(step).as_bytes().ct_eq(typed.as_bytes());
            found.conditional_assign(&step, same);
            agrees |= same;
        }
        bool::from(agrees).then_some(found)
    }
}

impl fmt::Debug for AuthenticatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticatorKey")
    }
}

/// The step that an instant lies in.
pub fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_SECONDS)
}

/// The six digits that somebody typed, with blanks between them; `None` for anything else.
fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let fits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(digits)
}

/// The recovery code of these random bytes, as it is shown: `abcd-efgh-ijkl-mnop`.
pub fn recovery_code(bytes: [u8; RECOVERY_BYTES]) -> String {
    let mut letters = String::new();
    let (mut held, mut bits) = (0_u16, 0);
    for byte in bytes {
        held = (held << 8) | u16::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let at = usize::from((held >> bits) & 31);
            letters.extend(LETTERS.get(at).map(|letter| char::from(*letter)));
        }
    }
    grouped(&letters, '-')
}

/// A recovery code as it is compared, from what somebody typed; `None` when it cannot be one.
pub fn recovery_letters(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let fits = letters.len() == RECOVERY_BYTES * 8 / 5 && letters.bytes().all(|byte| LETTERS.contains(&byte));
    fits.then_some(letters)
}

fn grouped(letters: &str, between: char) -> String {
    let mut grouped = String::new();
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % GROUP == 0 {
            grouped.push(between);
        }
        grouped.push(letter);
    }
    grouped
}

/// Percent-encodes a label (RFC 3986): the colon between house and account is the only one left.
fn encoded(label: &str) -> String {
    label
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> AuthenticatorKey {
        AuthenticatorKey::of(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        // The table has eight digits; six are its last six (RFC 4226, 5.3).
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = at(seconds);
            assert_eq!(key().code(step_at(now)), eight[2..], "at {seconds}");
            assert_eq!(key().step_of(&eight[2..], now), Some(seconds / 30), "at {seconds}");
        }
    }

    #[test]
    fn a_code_counts_in_its_own_step_and_in_the_ones_beside_it() {
        let code = key().code(100);
        for (seconds, counts) in [
            (2969, false),
            (2970, true),
            (3000, true),
            (3029, true),
            (3059, true),
            (3060, false),
        ] {
            let expected = counts.then_some(100);
            assert_eq!(key().step_of(&code, at(seconds)), expected, "{seconds} s");
        }
    }

    #[test]
    fn anything_but_six_digits_is_no_code_and_blanks_do_not_matter() {
        let code = key().code(100);
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        assert_eq!(key().step_of(&spaced, at(3000)), Some(100));
        for typed in ["", "12345", &format!("{code}0"), "abcdef", "１２３４５６", "-12345"] {
            assert_eq!(key().step_of(typed, at(3000)), None, "{typed:?}");
        }
        let other = AuthenticatorKey::of([7; KEY_BYTES]);
        assert_eq!(other.step_of(&code, at(3000)), None);
    }

    #[test]
    fn the_address_for_an_authenticator_names_house_account_and_key() {
        let address = key().address("Habeas: 中", "mei@example.com");
        assert_eq!(
            address,
            "otpauth://totp/Habeas%3A%20%E4%B8%AD:mei%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Habeas%3A%20%E4%B8%AD"
        );
        assert_eq!(key().grouped(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(!format!("{:?}", key()).contains("GEZD"));
    }

    #[test]
    fn a_recovery_code_is_read_as_it_is_shown_in_any_case_and_grouping() {
        let code = recovery_code(*b"0123456789");
        assert_eq!(code, "gayt-emzu-gu3d-oobz");
        let letters = recovery_letters(&code).unwrap();
        assert_eq!(letters, "gaytemzugu3doobz");
        assert_eq!(recovery_letters(" GAYT EMZU gu3d-oobz ").as_ref(), Some(&letters));
        for typed in ["", "gayt-emzu-gu3d-oob", "gayt-emzu-gu3d-oob1", "123456"] {
            assert_eq!(recovery_letters(typed), None, "{typed:?}");
        }
    }
}
