//! Keyed digests by which stored values are found again without being readable: addresses, Message-IDs, threads, tokens.

use super::Vault;

/// A keyed digest of 32 bytes. Only this house can compute it.
pub type Mark = [u8; 32];

/// Of a mail address, whatever its letter case.
pub fn address(vault: &Vault, address: &str) -> Mark {
    vault.digest("address", address.trim().to_lowercase().as_bytes())
}

/// Of a Message-ID without angle brackets.
pub fn message_id(vault: &Vault, message_id: &str) -> Mark {
    vault.digest("message-id", message_id.as_bytes())
}

/// Of a thread token.
pub fn token(vault: &Vault, token: &str) -> Mark {
    vault.digest("token", token.as_bytes())
}

/// Of what makes two mails one conversation to a person: the sender and the subject without its reply marks.
pub fn thread(vault: &Vault, sender: &str, subject: &str) -> Mark {
    of_parts(vault, "thread", &[&sender.trim().to_lowercase(), subject])
}

/// Of what makes two deliveries one message: Message-ID, sender, and normalised subject and text.
pub fn fingerprint(vault: &Vault, message_id: &str, sender: &str, subject: &str, text: &str) -> Mark {
    of_parts(
        vault,
        "fingerprint",
        &[message_id, &sender.trim().to_lowercase(), subject, text],
    )
}

/// Of raw bytes.
pub fn raw(vault: &Vault, raw: &[u8]) -> Mark {
    vault.digest("raw", raw)
}

/// Each part with its length before it, so that no two lists of parts give the same bytes.
fn of_parts(vault: &Vault, domain: &str, parts: &[&str]) -> Mark {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    vault.digest(domain, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_does_not_make_another_address_and_parts_do_not_run_together() {
        let vault = Vault::from_bytes(&[1; 32]);
        assert_eq!(
            address(&vault, "Mei.Lin@Example.org"),
            address(&vault, "mei.lin@example.org ")
        );
        assert_ne!(thread(&vault, "a", "bc"), thread(&vault, "ab", "c"));
        assert_ne!(
            fingerprint(&vault, "", "a", "b", ""),
            fingerprint(&vault, "", "a", "", "b")
        );
    }
}
