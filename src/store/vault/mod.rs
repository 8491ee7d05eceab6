//! Seals personal values under keys that are themselves sealed under a master key kept outside the database.
//!
//! XChaCha20-Poly1305 with random nonces. What is sealed is bound to the place where it stands, so that it opens
//! nowhere else; a cut tail does not open.

pub mod keys;
pub mod texts;

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::StoreError;

/// The first byte of everything sealed: the form it has.
const FORM: u8 = 1;
const NONCE: usize = 24;

/// A key that seals values. Wiped from memory when dropped.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(bytes.as_mut_slice());
        Self(bytes)
    }
}

/// What the master key is used for: wrapping keys, and digests that only this house can compute.
pub struct Vault {
    wrapping: Key,
    digesting: Key,
}

impl Vault {
    /// Takes the master key from a file, or makes it at the first start: 32 random bytes in hex, readable by its owner
    /// alone. A file that others can read, or that holds anything else, is refused.
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Self::create(path),
            Err(error) => return Err(refusal(path, &format!("cannot be read: {error}"))),
        };
        refuse_when_others_can_read(path)?;
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_ascii(), bytes.as_mut_slice())
            .map_err(|_| refusal(path, "does not hold 64 hexadecimal digits; put the right file back"))?;
        Ok(Self::from_bytes(&bytes))
    }

    /// A vault over the master key itself.
    pub fn from_bytes(master: &[u8; 32]) -> Self {
        Self {
            wrapping: derive(master, b"habeas wrapping 1"),
            digesting: derive(master, b"habeas digests 1"),
        }
    }

    /// A fresh key, and its wrapped form for the row `key_id` of the keys.
    pub fn new_key(&self, key_id: i64) -> Result<(Key, Vec<u8>), StoreError> {
        let key = Key::random();
        let wrapped = self.seal(&self.wrapping, &key_place(key_id), key.0.as_slice())?;
        Ok((key, wrapped))
    }

    /// The key that was wrapped for the row `key_id`.
    pub fn unwrap_key(&self, wrapped: &[u8], key_id: i64) -> Result<Key, StoreError> {
        let place = key_place(key_id);
        let bytes = Zeroizing::new(self.open(&self.wrapping, &place, wrapped)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| StoreError::Sealed { place })?;
        Ok(Key(Zeroizing::new(bytes)))
    }

    /// Seals `plain` for one place, such as `messages/17/raw`.
    pub fn seal(&self, key: &Key, place: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce);
        let body = cipher(key)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: place.as_bytes(),
                },
            )
            .map_err(|_| StoreError::Sealed {
                place: place.to_owned(),
            })?;
        let mut sealed = Vec::with_capacity(1 + NONCE + body.len());
        sealed.push(FORM);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what was sealed with the same key for the same place.
    pub fn open(&self, key: &Key, place: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let opened = match sealed.split_first() {
            Some((&FORM, rest)) => rest.split_first_chunk::<NONCE>().and_then(|(nonce, body)| {
                cipher(key)
                    .decrypt(
                        &XNonce::from(*nonce),
                        Payload {
                            msg: body,
                            aad: place.as_bytes(),
                        },
                    )
                    .ok()
            }),
            _ => None,
        };
        opened.ok_or_else(|| StoreError::Sealed {
            place: place.to_owned(),
        })
    }

    /// A keyed digest, for finding a value again without storing it: HMAC-SHA-256 under a key of this house. The same
    /// data in another `domain` gives another digest.
    pub fn digest(&self, domain: &str, data: &[u8]) -> [u8; 32] {
        mac(
            &self.digesting.0,
            &[&(domain.len() as u64).to_be_bytes(), domain.as_bytes(), data],
        )
    }

    /// Written under a temporary name, flushed, then named: a crash leaves a whole key or none.
    fn create(path: &Path) -> Result<Self, StoreError> {
        let key = Key::random();
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let temporary = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&temporary)?;
            file.write_all(Zeroizing::new(hex::encode(key.0.as_slice()) + "\n").as_bytes())?;
            file.sync_all()?;
            fs::hard_link(&temporary, path)?;
            fs::remove_file(&temporary)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|error| refusal(path, &format!("cannot be made: {error}")))?;
        Ok(Self::from_bytes(&key.0))
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.0).into())
}

fn key_place(key_id: i64) -> String {
    format!("keys/{key_id}")
}

fn derive(master: &[u8; 32], purpose: &[u8]) -> Key {
    Key(Zeroizing::new(mac(master, &[purpose])))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC fills a short key with zeros up to the block; done here, the length is right by its type (RFC 2104).
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn refusal(path: &Path, reason: &str) -> StoreError {
    StoreError::MasterKey(format!("The master key file {} {reason}.", path.display()))
}

#[cfg(unix)]
fn refuse_when_others_can_read(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)
        .map_err(|error| refusal(path, &format!("cannot be read: {error}")))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(refusal(path, "can be read by others; run chmod 600 on it"))
}

#[cfg(not(unix))]
fn refuse_when_others_can_read(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::from_bytes(&[7; 32])
    }

    #[test]
    fn what_was_sealed_opens_at_its_own_place_only() {
        let (vault, (key, _)) = (vault(), vault().new_key(1).unwrap());
        let sealed = vault.seal(&key, "messages/1/raw", b"hello").unwrap();
        assert_eq!(vault.open(&key, "messages/1/raw", &sealed).unwrap(), b"hello");
        assert!(matches!(
            vault.open(&key, "messages/2/raw", &sealed),
            Err(StoreError::Sealed { .. })
        ));
        let (other_key, _) = vault.new_key(1).unwrap();
        assert!(vault.open(&other_key, "messages/1/raw", &sealed).is_err());
    }

    #[test]
    fn a_changed_or_cut_value_does_not_open() {
        let (vault, (key, _)) = (vault(), vault().new_key(1).unwrap());
        let sealed = vault.seal(&key, "texts/1", b"a text of some length").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.open(&key, "texts/1", &changed).is_err(), "byte {at}");
            assert!(vault.open(&key, "texts/1", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike_twice() {
        let (vault, (key, _)) = (vault(), vault().new_key(1).unwrap());
        assert_ne!(
            vault.seal(&key, "texts/1", b"x").unwrap(),
            vault.seal(&key, "texts/1", b"x").unwrap()
        );
    }

    #[test]
    fn a_wrapped_key_opens_under_its_own_number_and_master_key_only() {
        let (_, wrapped) = vault().new_key(3).unwrap();
        assert!(vault().unwrap_key(&wrapped, 3).is_ok());
        assert!(vault().unwrap_key(&wrapped, 4).is_err());
        assert!(Vault::from_bytes(&[8; 32]).unwrap_key(&wrapped, 3).is_err());
    }

    #[test]
    fn digests_differ_by_domain_and_by_house() {
        let digest = vault().digest("sender", b"a@example.org");
        assert_eq!(digest, vault().digest("sender", b"a@example.org"));
        assert_ne!(digest, vault().digest("thread", b"a@example.org"));
        assert_ne!(vault().digest("a", b"bc"), vault().digest("ab", b"c"));
        assert_ne!(digest, Vault::from_bytes(&[8; 32]).digest("sender", b"a@example.org"));
    }

    #[test]
    fn digests_are_hmac_sha_256() {
        // RFC 4231, test case 2, needs a key of four bytes; the construction is the same with zeros behind it.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        assert_eq!(
            hex::encode(mac(&key, &[b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn the_master_key_file_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let made = Vault::open_or_create(&path).unwrap();
        let read = Vault::open_or_create(&path).unwrap();
        assert_eq!(made.digest("x", b"y"), read.digest("x", b"y"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_master_key_that_others_can_read_or_that_is_malformed_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        Vault::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Vault::open_or_create(&path), Err(StoreError::MasterKey(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for content in ["", "abc", &"0".repeat(63), &"0".repeat(66), &"z".repeat(64)] {
            fs::write(&path, content).unwrap();
            assert!(
                matches!(Vault::open_or_create(&path), Err(StoreError::MasterKey(_))),
                "{content:?}"
            );
        }
    }
}
