//! Cipher suites: what each is called, and how its records are protected (IANA TLS Cipher Suites).

/// A cipher suite by its number (RFC 8446 §B.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CipherSuite(pub u16);

/// How records are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bulk {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
    Aes128Ccm,
    Aes256Ccm,
    Aes128Ccm8,
    Aes256Ccm8,
    Aes128Cbc(MacHash),
    Aes256Cbc(MacHash),
}

/// The hash of a record's HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MacHash {
    Sha1,
    Sha256,
    Sha384,
}

/// The hash that keys are derived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

/// What has to be known to read the records of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Protection {
    pub bulk: Bulk,
    pub hash: Hash,
}

impl CipherSuite {
    /// Its registered name; `None` for one that is not in the table.
    pub fn name(self) -> Option<&'static str> {
        self.row().map(|row| row.1)
    }

    /// How its records are protected, if they can be decrypted.
    pub(super) fn protection(self) -> Option<Protection> {
        let (bulk, hash) = self.row()?.2?;
        Some(Protection { bulk, hash })
    }

    fn row(self) -> Option<&'static Row> {
        SUITES.iter().find(|row| row.0 == self.0)
    }
}

type Row = (u16, &'static str, Option<(Bulk, Hash)>);

const fn gcm128() -> Option<(Bulk, Hash)> {
    Some((Bulk::Aes128Gcm, Hash::Sha256))
}

const fn gcm256() -> Option<(Bulk, Hash)> {
    Some((Bulk::Aes256Gcm, Hash::Sha384))
}

const fn chacha() -> Option<(Bulk, Hash)> {
    Some((Bulk::ChaCha20Poly1305, Hash::Sha256))
}

const fn sha256(bulk: Bulk) -> Option<(Bulk, Hash)> {
    Some((bulk, Hash::Sha256))
}

const fn cbc128(mac: MacHash) -> Option<(Bulk, Hash)> {
    sha256(Bulk::Aes128Cbc(mac))
}

/// With an HMAC of SHA-384, keys are derived with SHA-384 too (RFC 5289 §3.1).
const fn cbc256(mac: MacHash) -> Option<(Bulk, Hash)> {
    match mac {
        MacHash::Sha384 => Some((Bulk::Aes256Cbc(mac), Hash::Sha384)),
        MacHash::Sha1 | MacHash::Sha256 => sha256(Bulk::Aes256Cbc(mac)),
    }
}

#[rustfmt::skip]
static SUITES: &[Row] = &[
    (0x1301, "TLS_AES_128_GCM_SHA256", gcm128()),
    (0x1302, "TLS_AES_256_GCM_SHA384", gcm256()),
    (0x1303, "TLS_CHACHA20_POLY1305_SHA256", chacha()),
    (0x1304, "TLS_AES_128_CCM_SHA256", sha256(Bulk::Aes128Ccm)),
    (0x1305, "TLS_AES_128_CCM_8_SHA256", sha256(Bulk::Aes128Ccm8)),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0xc02d, "TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0xc02e, "TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0xc031, "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0xc032, "TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x00a8, "TLS_PSK_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x00a9, "TLS_PSK_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x00aa, "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x00ab, "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384", gcm256()),
    (0x00ac, "TLS_RSA_PSK_WITH_AES_128_GCM_SHA256", gcm128()),
    (0x00ad, "TLS_RSA_PSK_WITH_AES_256_GCM_SHA384", gcm256()),
    (0xd001, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", gcm128()),
    (0xd002, "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384", gcm256()),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xccab, "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xccac, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xccad, "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xccae, "TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256", chacha()),
    (0xc09c, "TLS_RSA_WITH_AES_128_CCM", sha256(Bulk::Aes128Ccm)),
    (0xc09d, "TLS_RSA_WITH_AES_256_CCM", sha256(Bulk::Aes256Ccm)),
    (0xc09e, "TLS_DHE_RSA_WITH_AES_128_CCM", sha256(Bulk::Aes128Ccm)),
    (0xc09f, "TLS_DHE_RSA_WITH_AES_256_CCM", sha256(Bulk::Aes256Ccm)),
    (0xc0a0, "TLS_RSA_WITH_AES_128_CCM_8", sha256(Bulk::Aes128Ccm8)),
    (0xc0a1, "TLS_RSA_WITH_AES_256_CCM_8", sha256(Bulk::Aes256Ccm8)),
    (0xc0a2, "TLS_DHE_RSA_WITH_AES_128_CCM_8", sha256(Bulk::Aes128Ccm8)),
    (0xc0a3, "TLS_DHE_RSA_WITH_AES_256_CCM_8", sha256(Bulk::Aes256Ccm8)),
    (0xc0a4, "TLS_PSK_WITH_AES_128_CCM", sha256(Bulk::Aes128Ccm)),
    (0xc0a5, "TLS_PSK_WITH_AES_256_CCM", sha256(Bulk::Aes256Ccm)),
    (0xc0a8, "TLS_PSK_WITH_AES_128_CCM_8", sha256(Bulk::Aes128Ccm8)),
    (0xc0a9, "TLS_PSK_WITH_AES_256_CCM_8", sha256(Bulk::Aes256Ccm8)),
    (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM", sha256(Bulk::Aes128Ccm)),
    (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM", sha256(Bulk::Aes256Ccm)),
    (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", sha256(Bulk::Aes128Ccm8)),
    (0xc0af, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", sha256(Bulk::Aes256Ccm8)),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", cbc256(MacHash::Sha256)),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", cbc256(MacHash::Sha256)),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0x008c, "TLS_PSK_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x008d, "TLS_PSK_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x00ae, "TLS_PSK_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc035, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc036, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", cbc256(MacHash::Sha256)),
    (0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x003a, "TLS_DH_anon_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x006c, "TLS_DH_anon_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x006d, "TLS_DH_anon_WITH_AES_256_CBC_SHA256", cbc256(MacHash::Sha256)),
    (0xc004, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc005, "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0xc00e, "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc00f, "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0xc019, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0xc025, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc026, "TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0xc029, "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc02a, "TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0x0090, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x0091, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x0094, "TLS_RSA_PSK_WITH_AES_128_CBC_SHA", cbc128(MacHash::Sha1)),
    (0x0095, "TLS_RSA_PSK_WITH_AES_256_CBC_SHA", cbc256(MacHash::Sha1)),
    (0x00af, "TLS_PSK_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0x00b2, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x00b3, "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0x00b6, "TLS_RSA_PSK_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0x00b7, "TLS_RSA_PSK_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0xc037, "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", cbc128(MacHash::Sha256)),
    (0xc038, "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384", cbc256(MacHash::Sha384)),
    (0xc0a6, "TLS_DHE_PSK_WITH_AES_128_CCM", sha256(Bulk::Aes128Ccm)),
    (0xc0a7, "TLS_DHE_PSK_WITH_AES_256_CCM", sha256(Bulk::Aes256Ccm)),
    (0xc0aa, "TLS_PSK_DHE_WITH_AES_128_CCM_8", sha256(Bulk::Aes128Ccm8)),
    (0xc0ab, "TLS_PSK_DHE_WITH_AES_256_CCM_8", sha256(Bulk::Aes256Ccm8)),
    (0xd003, "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", sha256(Bulk::Aes128Ccm8)),
    (0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256", sha256(Bulk::Aes128Ccm)),
    (0x0004, "TLS_RSA_WITH_RC4_128_MD5", None),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA", None),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", None),
    (0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", None),
    (0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", None),
    (0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", None),
    (0xc076, "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256", None),
    (0xc077, "TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384", None),
    (0xc050, "TLS_RSA_WITH_ARIA_128_GCM_SHA256", None),
    (0xc051, "TLS_RSA_WITH_ARIA_256_GCM_SHA384", None),
    (0xc060, "TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256", None),
    (0xc061, "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384", None),
    (0x003b, "TLS_RSA_WITH_NULL_SHA256", None),
    (0x00c6, "TLS_SM4_GCM_SM3", None),
    (0x00c7, "TLS_SM4_CCM_SM3", None),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_suite_is_there_once_and_its_name_says_how_it_works() {
        let numbers: BTreeSet<u16> = SUITES.iter().map(|row| row.0).collect();
        assert_eq!(numbers.len(), SUITES.len());
        for &(number, name, protection) in SUITES {
            assert_eq!(CipherSuite(number).name(), Some(name));
            let Some((bulk, hash)) = protection else { continue };
            let bulk_name = match bulk {
                Bulk::Aes128Gcm => "AES_128_GCM_SHA256",
                Bulk::Aes256Gcm => "AES_256_GCM_SHA384",
                Bulk::ChaCha20Poly1305 => "CHACHA20_POLY1305_SHA256",
                Bulk::Aes128Ccm => "AES_128_CCM",
                Bulk::Aes256Ccm => "AES_256_CCM",
                Bulk::Aes128Ccm8 => "AES_128_CCM_8",
                Bulk::Aes256Ccm8 => "AES_256_CCM_8",
                Bulk::Aes128Cbc(MacHash::Sha1) => "AES_128_CBC_SHA",
                Bulk::Aes128Cbc(_) => "AES_128_CBC_SHA256",
                Bulk::Aes256Cbc(MacHash::Sha1) => "AES_256_CBC_SHA",
                Bulk::Aes256Cbc(MacHash::Sha256) => "AES_256_CBC_SHA256",
                Bulk::Aes256Cbc(MacHash::Sha384) => "AES_256_CBC_SHA384",
            };
            let plain = name.strip_suffix("_SHA256").filter(|_| name.contains("_CCM")).unwrap_or(name);
            assert!(name.ends_with(bulk_name) || plain.ends_with(bulk_name), "{name}");
            assert_eq!(hash == Hash::Sha384, name.ends_with("_SHA384"), "{name}");
        }
    }

    #[test]
    fn an_unknown_suite_has_neither_name_nor_protection() {
        assert_eq!((CipherSuite(0x0a0a).name(), CipherSuite(0x0a0a).protection()), (None, None));
        assert_eq!(CipherSuite(0x0005).protection(), None);
    }
}
