//! Password hashes: argon2id of one strength. A hash takes long on purpose, so it is made and checked outside of any
//! transaction where that can be.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};

use super::StoreError;

/// The fewest characters of a password that stands alone.
pub const SHORTEST_PASSWORD: usize = 15;

/// The fewest characters of a password beside a second factor.
pub const SHORTEST_BESIDE_FACTOR: usize = 8;

/// The most characters of a password: enough for any phrase, and no burden for the server.
pub const LONGEST_PASSWORD: usize = 256;

/// 46 MiB, one pass, one lane (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// A hash of today's strength that no password is known for.
const NOBODY: &str =
    "$argon2id$v=19$m=47104,t=1,p=1$c29tZSByYW5kb20gc2FsdA$5m0nB3L0ZcNTyAjWC0wLr3KpyFzj1VhE8Hjq1Q2Zk0c";

/// The hash of a password, with its salt and strength, as a PHC string.
///
/// # Errors
/// When the machine lacks the memory.
pub fn hash(password: &str) -> Result<String, StoreError> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(unhashable)?;
    Ok(hash.to_string())
}

/// Whether a password is the one of a hash. Without a hash it takes as long and is never true, so that nobody learns
/// from the time it takes which addresses are known.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let matches = |hash: &str| {
        let parsed = PasswordHash::new(hash).map_err(unhashable)?;
        hasher()?
            .verify_password(password.as_bytes(), &parsed)
            .map_err(unhashable)
    };
    let right = matches(hash.unwrap_or(NOBODY)).is_ok();
    right && hash.is_some()
}

/// Whether a hash has another strength than today's, so that the next right password should be hashed anew.
pub fn is_dated(hash: &str) -> bool {
    let strength = |hash: &PasswordHash| {
        let params = Params::try_from(hash).ok()?;
        Some((params.m_cost(), params.t_cost(), params.p_cost()))
    };
    PasswordHash::new(hash)
        .is_ok_and(|hash| hash.algorithm != ARGON2ID_IDENT || strength(&hash) != Some((MEMORY_KIB, PASSES, LANES)))
}

fn hasher() -> Result<Argon2<'static>, StoreError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(unhashable)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn unhashable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("a password that cannot be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_with_its_own_hash_only() {
        let hash = hash("correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
        assert!(verify("correct horse battery", Some(&hash)));
        assert!(!verify("correct horse batterz", Some(&hash)));
        assert!(!verify("correct horse battery", None));
        assert!(!verify("correct horse battery", Some("not a hash")));
    }

    #[test]
    fn an_unknown_account_costs_a_check_of_full_strength() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!is_dated(NOBODY));
    }

    #[test]
    fn a_hash_of_another_strength_is_dated() {
        assert!(!is_dated(&hash("correct horse battery").unwrap()));
        assert!(is_dated(&NOBODY.replace("m=47104", "m=19456")));
        assert!(is_dated(&NOBODY.replace("t=1", "t=2")));
        assert!(is_dated(&NOBODY.replace("argon2id", "argon2i")));
    }
}
