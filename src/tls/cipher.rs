//! One record's protection taken off (RFC 8446 §5.2, RFC 5246 §6.2.3).

use std::fmt;
use std::ops::Range;

use aes::{Aes128, Aes256};
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use ccm::Ccm;
use ccm::consts::{U8, U12, U16};
use chacha20poly1305::ChaCha20Poly1305;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384};

use super::header::Header;
use super::schedule::TrafficKeys;
use super::suite::{Bulk, MacHash};

/// Takes the protection off the records of one direction, as long as its keys do not change.
pub(super) struct Opener {
    cipher: Cipher,
    style: Style,
    keys: TrafficKeys,
}

/// How a record is laid out around its ciphertext.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// TLS 1.3: the nonce from the sequence number, the header as additional data.
    Tls13,
    /// TLS 1.2: eight bytes of the nonce in front (RFC 5288 §3).
    ExplicitNonce,
    /// TLS 1.2: the nonce from the sequence number (RFC 7905 §2).
    ImplicitNonce,
    /// TLS 1.2: an initialization vector in front, then content, MAC and padding (RFC 5246 §6.2.3.2).
    MacThenEncrypt,
    /// The MAC behind what is encrypted (RFC 7366).
    EncryptThenMac,
}

enum Cipher {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
    Aes128Ccm(Box<Ccm<Aes128, U16, U12>>),
    Aes256Ccm(Box<Ccm<Aes256, U16, U12>>),
    Aes128Ccm8(Box<Ccm<Aes128, U8, U12>>),
    Aes256Ccm8(Box<Ccm<Aes256, U8, U12>>),
    Cbc(MacHash, CbcKey),
}

#[derive(Clone, Copy)]
enum CbcKey {
    Aes128,
    Aes256,
}

const BLOCK: usize = 16;

impl Opener {
    /// For records of TLS 1.3; `None` for a cipher that TLS 1.3 does not have.
    pub fn tls13(bulk: Bulk, keys: TrafficKeys) -> Option<Self> {
        let cipher = Cipher::new(bulk, &keys)?;
        (!matches!(cipher, Cipher::Cbc(..))).then_some(Self { cipher, style: Style::Tls13, keys })
    }

    /// For records of TLS 1.2. Encrypt-then-MAC concerns CBC only.
    pub fn tls12(bulk: Bulk, keys: TrafficKeys, encrypt_then_mac: bool) -> Option<Self> {
        let cipher = Cipher::new(bulk, &keys)?;
        let style = match cipher {
            Cipher::ChaCha20Poly1305(_) => Style::ImplicitNonce,
            Cipher::Cbc(..) if encrypt_then_mac => Style::EncryptThenMac,
            Cipher::Cbc(..) => Style::MacThenEncrypt,
            _ => Style::ExplicitNonce,
        };
        Some(Self { cipher, style, keys })
    }

    /// Bytes that protection adds to the content at least; exactly these, unless padding comes with it.
    pub fn overhead(&self) -> usize {
        match self.style {
            Style::Tls13 => self.cipher.tag() + 1,
            Style::ExplicitNonce => self.cipher.tag() + 8,
            Style::ImplicitNonce => self.cipher.tag(),
            Style::MacThenEncrypt | Style::EncryptThenMac => BLOCK + self.cipher.tag() + 1,
        }
    }

    /// Whether the length of a record tells that of its content.
    pub fn is_exact(&self) -> bool {
        matches!(self.style, Style::ExplicitNonce | Style::ImplicitNonce)
    }

    /// The counter that a record carries in clear text, which grows with its sequence number in practice.
    pub fn explicit_nonce(&self, body: &[u8]) -> Option<u64> {
        let nonce = body.first_chunk::<8>().filter(|_| self.style == Style::ExplicitNonce)?;
        Some(u64::from_be_bytes(*nonce))
    }

    /// Takes the protection off `body`, the record with this sequence number, into `out`. Where the content is in it, or
    /// `None` if the record is not what its sender made with these keys and this number.
    pub fn open(
        &self,
        sequence: u64,
        header: Header,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        out.clear();
        match self.style {
            Style::Tls13 => self.aead(self.nonce(sequence), &header.bytes(), body, out),
            Style::ImplicitNonce => self.aead12(self.nonce(sequence), sequence, header, body, out),
            Style::ExplicitNonce => {
                let (explicit, rest) = body.split_first_chunk::<8>()?;
                let mut nonce = self.keys.iv;
                nonce.last_chunk_mut::<8>()?.copy_from_slice(explicit);
                self.aead12(nonce, sequence, header, rest, out)
            }
            Style::MacThenEncrypt => self.mac_then_encrypt(sequence, header, body, out),
            Style::EncryptThenMac => self.encrypt_then_mac(sequence, header, body, out),
        }
    }

    /// The sequence number, padded to the left, over the initialization vector (RFC 8446 §5.3).
    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.keys.iv;
        for (byte, number) in nonce.iter_mut().skip(4).zip(sequence.to_be_bytes()) {
            *byte ^= number;
        }
        nonce
    }

    fn aead12(
        &self,
        nonce: [u8; 12],
        sequence: u64,
        header: Header,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        let content = body.len().checked_sub(self.cipher.tag())?;
        self.aead(nonce, &mac_header(sequence, header, content)?, body, out)
    }

    fn aead(&self, nonce: [u8; 12], aad: &[u8], body: &[u8], out: &mut Vec<u8>) -> Option<Range<usize>> {
        match &self.cipher {
            Cipher::Aes128Gcm(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Aes256Gcm(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::ChaCha20Poly1305(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Aes128Ccm(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Aes256Ccm(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Aes128Ccm8(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Aes256Ccm8(cipher) => open(&**cipher, nonce, aad, body, out),
            Cipher::Cbc(..) => None,
        }
    }

    fn mac_then_encrypt(
        &self,
        sequence: u64,
        header: Header,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        let padded = self.decrypt_blocks(body, out)?;
        let content = padded.checked_sub(self.cipher.tag())?;
        let (text, mac) = out.get(..padded)?.split_at_checked(content)?;
        let aad = mac_header(sequence, header, content)?;
        self.verify(&[&aad, text], mac).then_some(0..content)
    }

    fn encrypt_then_mac(
        &self,
        sequence: u64,
        header: Header,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        let (encrypted, mac) = body.split_at_checked(body.len().checked_sub(self.cipher.tag())?)?;
        let aad = mac_header(sequence, header, encrypted.len())?;
        if !self.verify(&[&aad, encrypted], mac) {
            return None;
        }
        Some(0..self.decrypt_blocks(encrypted, out)?)
    }

    /// Decrypts a vector and the blocks behind it; how many bytes stand before the padding, if that is whole. A capture
    /// is no place for a timing attack, so nothing here takes the same time for all inputs.
    fn decrypt_blocks(&self, body: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let (iv, blocks) = body.split_first_chunk::<BLOCK>()?;
        out.extend_from_slice(blocks);
        let Cipher::Cbc(_, key) = self.cipher else { return None };
        match key {
            CbcKey::Aes128 => cbc::Decryptor::<Aes128>::new_from_slices(self.keys.key(), iv)
                .ok()?
                .decrypt_padded::<NoPadding>(out)
                .ok()?
                .len(),
            CbcKey::Aes256 => cbc::Decryptor::<Aes256>::new_from_slices(self.keys.key(), iv)
                .ok()?
                .decrypt_padded::<NoPadding>(out)
                .ok()?
                .len(),
        };
        let padding = *out.last()?;
        let content = out.len().checked_sub(usize::from(padding) + 1)?;
        out.get(content..)?.iter().all(|&byte| byte == padding).then_some(content)
    }

    fn verify(&self, parts: &[&[u8]], mac: &[u8]) -> bool {
        let Cipher::Cbc(hash, _) = self.cipher else { return false };
        let key = self.keys.mac_key();
        match hash {
            MacHash::Sha1 => verify::<Hmac<Sha1>>(key, parts, mac),
            MacHash::Sha256 => verify::<Hmac<Sha256>>(key, parts, mac),
            MacHash::Sha384 => verify::<Hmac<Sha384>>(key, parts, mac),
        }
    }
}

/// Says nothing of the keys.
impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

impl Cipher {
    fn new(bulk: Bulk, keys: &TrafficKeys) -> Option<Self> {
        let key = keys.key();
        Some(match bulk {
            Bulk::Aes128Gcm => Cipher::Aes128Gcm(keyed(key)?),
            Bulk::Aes256Gcm => Cipher::Aes256Gcm(keyed(key)?),
            Bulk::ChaCha20Poly1305 => Cipher::ChaCha20Poly1305(keyed(key)?),
            Bulk::Aes128Ccm => Cipher::Aes128Ccm(keyed(key)?),
            Bulk::Aes256Ccm => Cipher::Aes256Ccm(keyed(key)?),
            Bulk::Aes128Ccm8 => Cipher::Aes128Ccm8(keyed(key)?),
            Bulk::Aes256Ccm8 => Cipher::Aes256Ccm8(keyed(key)?),
            Bulk::Aes128Cbc(mac) => Cipher::Cbc(mac, CbcKey::Aes128),
            Bulk::Aes256Cbc(mac) => Cipher::Cbc(mac, CbcKey::Aes256),
        })
    }

    /// Bytes of the tag or MAC.
    fn tag(&self) -> usize {
        match self {
            Cipher::Aes128Ccm8(_) | Cipher::Aes256Ccm8(_) => 8,
            Cipher::Cbc(MacHash::Sha1, _) => 20,
            Cipher::Cbc(MacHash::Sha256, _) => 32,
            Cipher::Cbc(MacHash::Sha384, _) => 48,
            _ => 16,
        }
    }
}

fn keyed<C: KeyInit>(key: &[u8]) -> Option<Box<C>> {
    C::new_from_slice(key).ok().map(Box::new)
}

/// What a MAC or tag covers besides the content (RFC 5246 §6.2.3.1 and §6.2.3.3).
fn mac_header(sequence: u64, header: Header, content: usize) -> Option<[u8; 13]> {
    let mut covered = [0; 13];
    let length = u16::try_from(content).ok()?;
    let (number, rest) = covered.split_first_chunk_mut::<8>()?;
    *number = sequence.to_be_bytes();
    rest.copy_from_slice(&Header { length, ..header }.bytes());
    Some(covered)
}

fn open<C: AeadInOut>(
    cipher: &C,
    nonce: [u8; 12],
    aad: &[u8],
    body: &[u8],
    out: &mut Vec<u8>,
) -> Option<Range<usize>> {
    let content = body.len().checked_sub(Tag::<C>::default().len())?;
    let (text, tag) = body.split_at_checked(content)?;
    out.extend_from_slice(text);
    let nonce = Nonce::<C>::try_from(&nonce[..]).ok()?;
    let tag = Tag::<C>::try_from(tag).ok()?;
    cipher.decrypt_inout_detached(&nonce, aad, out.as_mut_slice().into(), &tag).ok()?;
    Some(0..content)
}

fn verify<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], mac: &[u8]) -> bool {
    let Ok(mut keyed) = <M as KeyInit>::new_from_slice(key) else { return false };
    for part in parts {
        keyed.update(part);
    }
    keyed.verify_slice(mac).is_ok()
}
