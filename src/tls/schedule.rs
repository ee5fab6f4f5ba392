//! From a secret of the key log to the keys of one direction (RFC 8446 §7, RFC 5246 §5 and §6.3).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384};

use super::keylog::{Random, Secret};
use super::suite::{Bulk, Hash, MacHash, Protection};
use crate::base::Direction;

/// The longest key: AES-256 and ChaCha20.
const KEY: usize = 32;

/// The longest MAC key: SHA-384.
const MAC_KEY: usize = 48;

/// The keys of one direction; what is not used by the suite is zero.
pub(super) struct TrafficKeys {
    key: [u8; KEY],
    mac_key: [u8; MAC_KEY],
    /// The part of the nonce that does not change.
    pub iv: [u8; 12],
    lengths: Lengths,
}

impl TrafficKeys {
    pub fn key(&self) -> &[u8] {
        self.key.get(..self.lengths.key).unwrap_or_default()
    }

    pub fn mac_key(&self) -> &[u8] {
        self.mac_key.get(..self.lengths.mac_key).unwrap_or_default()
    }

    /// `[sender]_write_key` and `[sender]_write_iv` of a traffic secret (RFC 8446 §7.3); `None` if the secret is too short
    /// for the suite's hash.
    pub fn tls13(protection: Protection, secret: &Secret) -> Option<Self> {
        let mut keys = Self::empty(protection.bulk);
        expand_label(protection.hash, secret.bytes(), b"key", keys.key.get_mut(..keys.lengths.key)?)?;
        expand_label(protection.hash, secret.bytes(), b"iv", &mut keys.iv)?;
        Some(keys)
    }

    /// The sender's part of the key block (RFC 5246 §6.3).
    pub fn tls12(
        protection: Protection,
        master: &Secret,
        client: &Random,
        server: &Random,
        sender: Direction,
    ) -> Option<Self> {
        let mut keys = Self::empty(protection.bulk);
        let Lengths { key, mac_key, iv } = keys.lengths;
        let mut block = [0; 2 * (KEY + MAC_KEY + 12)];
        prf(protection.hash, master.bytes(), b"key expansion", &[server, client], &mut block)?;
        let own = usize::from(sender == Direction::ServerToClient);
        let part = |before: usize, length: usize| block.get(2 * before + own * length..)?.get(..length);
        keys.mac_key.get_mut(..mac_key)?.copy_from_slice(part(0, mac_key)?);
        keys.key.get_mut(..key)?.copy_from_slice(part(mac_key, key)?);
        keys.iv.get_mut(..iv)?.copy_from_slice(part(mac_key + key, iv)?);
        Some(keys)
    }

    fn empty(bulk: Bulk) -> Self {
        Self { key: [0; KEY], mac_key: [0; MAC_KEY], iv: [0; 12], lengths: Lengths::of(bulk) }
    }
}

/// Bytes of each kind of key in the key block of TLS 1.2.
#[derive(Clone, Copy)]
struct Lengths {
    key: usize,
    mac_key: usize,
    iv: usize,
}

impl Lengths {
    fn of(bulk: Bulk) -> Self {
        let mac = |mac| match mac {
            MacHash::Sha1 => 20,
            MacHash::Sha256 => 32,
            MacHash::Sha384 => 48,
        };
        let (key, mac_key, iv) = match bulk {
            Bulk::Aes128Gcm | Bulk::Aes128Ccm | Bulk::Aes128Ccm8 => (16, 0, 4),
            Bulk::Aes256Gcm | Bulk::Aes256Ccm | Bulk::Aes256Ccm8 => (32, 0, 4),
            Bulk::ChaCha20Poly1305 => (32, 0, 12),
            Bulk::Aes128Cbc(hash) => (16, mac(hash), 0),
            Bulk::Aes256Cbc(hash) => (32, mac(hash), 0),
        };
        Self { key, mac_key, iv }
    }
}

/// The traffic secret behind a KeyUpdate (RFC 8446 §7.2).
pub(super) fn next_secret(hash: Hash, secret: &Secret) -> Option<Secret> {
    let mut next = [0; 48];
    let next = next.get_mut(..secret.bytes().len())?;
    expand_label(hash, secret.bytes(), b"traffic upd", next)?;
    Secret::new(next)
}

/// HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
fn expand_label(hash: Hash, secret: &[u8], label: &[u8], out: &mut [u8]) -> Option<()> {
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = u8::try_from(label.len() + 6).ok()?;
    let info = [&length, &[label_length][..], b"tls13 ", label, &[0]].concat();
    match hash {
        Hash::Sha256 => Hkdf::<Sha256>::from_prk(secret).ok()?.expand(&info, out).ok(),
        Hash::Sha384 => Hkdf::<Sha384>::from_prk(secret).ok()?.expand(&info, out).ok(),
    }
}

/// The pseudorandom function of TLS 1.2 (RFC 5246 §5).
fn prf(hash: Hash, secret: &[u8], label: &[u8], seed: &[&Random; 2], out: &mut [u8]) -> Option<()> {
    let [first, second] = seed;
    let seed = [label, &first[..], &second[..]].concat();
    match hash {
        Hash::Sha256 => p_hash::<Hmac<Sha256>>(secret, &seed, out),
        Hash::Sha384 => p_hash::<Hmac<Sha384>>(secret, &seed, out),
    }
}

fn p_hash<M: Mac + KeyInit + Clone>(secret: &[u8], seed: &[u8], out: &mut [u8]) -> Option<()> {
    let keyed = <M as KeyInit>::new_from_slice(secret).ok()?;
    let mut a = keyed.clone().chain_update(seed).finalize().into_bytes();
    for part in out.chunks_mut(M::output_size()) {
        let block = keyed.clone().chain_update(&a).chain_update(seed).finalize().into_bytes();
        part.copy_from_slice(block.get(..part.len())?);
        a = keyed.clone().chain_update(&a).finalize().into_bytes();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::hex;
    use super::*;

    fn secret(digits: &str) -> Secret {
        Secret::new(&hex(digits)).unwrap()
    }

    #[test]
    fn rfc8448_3_the_servers_handshake_keys() {
        let protection = Protection { bulk: Bulk::Aes128Gcm, hash: Hash::Sha256 };
        let secret = secret("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let keys = TrafficKeys::tls13(protection, &secret).unwrap();
        assert_eq!(keys.key(), hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(keys.iv[..], hex("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn rfc8448_3_the_clients_application_keys() {
        let protection = Protection { bulk: Bulk::Aes128Gcm, hash: Hash::Sha256 };
        let secret = secret("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
        let keys = TrafficKeys::tls13(protection, &secret).unwrap();
        assert_eq!(keys.key(), hex("17422dda596ed5d9acd890e3c63f5051"));
        assert_eq!(keys.iv[..], hex("5b78923dee08579033e523d9"));
    }

    #[test]
    fn rfc8446_7_1_a_secret_too_short_for_the_hash_gives_no_keys() {
        let protection = Protection { bulk: Bulk::Aes256Gcm, hash: Hash::Sha384 };
        assert!(TrafficKeys::tls13(protection, &Secret::new(&[1; 32]).unwrap()).is_none());
        assert!(TrafficKeys::tls13(protection, &Secret::new(&[1; 48]).unwrap()).is_some());
    }

    #[test]
    fn rfc5246_5_the_pseudorandom_function_of_sha256() {
        // The vector that was published on the IETF's TLS list for P_SHA256; its label is "test label".
        let mut out = [0; 100];
        let seed = hex("a0ba9f936cda311827a6f796ffd5198c");
        let keyed = hex("9bbe436ba940f017b17652849a71db35");
        let whole = [b"test label", &seed[..]].concat();
        p_hash::<Hmac<Sha256>>(&keyed, &whole, &mut out).unwrap();
        assert_eq!(out[..16], hex("e3f229ba727be17b8d122620557cd453"));
        assert_eq!(out[96..], hex("87347b66"));
    }
}
