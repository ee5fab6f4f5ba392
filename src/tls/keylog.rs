//! Secrets by client random, in the format of NSS key logs (draft-ietf-tls-keylogfile).

use std::collections::HashMap;
use std::fmt;

/// The 32 bytes by which a key log names a connection (RFC 8446 §4.1.2).
pub type Random = [u8; 32];

/// Which secret of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// The master secret of TLS 1.2 and before.
    ClientRandom,
    ClientEarly,
    ClientHandshake,
    ServerHandshake,
    ClientTraffic,
    ServerTraffic,
}

impl Label {
    const ALL: [Label; 6] = [
        Label::ClientRandom,
        Label::ClientEarly,
        Label::ClientHandshake,
        Label::ServerHandshake,
        Label::ClientTraffic,
        Label::ServerTraffic,
    ];

    /// As key logs write it.
    pub fn name(self) -> &'static str {
        match self {
            Label::ClientRandom => "CLIENT_RANDOM",
            Label::ClientEarly => "CLIENT_EARLY_TRAFFIC_SECRET",
            Label::ClientHandshake => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            Label::ServerHandshake => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            Label::ClientTraffic => "CLIENT_TRAFFIC_SECRET_0",
            Label::ServerTraffic => "SERVER_TRAFFIC_SECRET_0",
        }
    }
}

/// A secret of 32 bytes (SHA-256) or 48 (SHA-384, and every master secret).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret {
    bytes: [u8; Secret::LONGEST],
    length: usize,
}

impl Secret {
    const LONGEST: usize = 48;

    /// A secret of 32 or 48 bytes; others are none.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self { bytes: [0; Self::LONGEST], length: bytes.len() };
        secret.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        matches!(bytes.len(), 32 | Self::LONGEST).then_some(secret)
    }

    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Says how long it is, and not what it is.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.length)
    }
}

/// Secrets by client random, from NSS key logs and the decryption secrets blocks of pcapng.
///
/// Labels that are not needed to read a connection are passed over, and so is whatever is no line of a key log. If a secret
/// is there twice, the later one counts.
#[derive(Default)]
pub struct KeyLog {
    secrets: HashMap<Random, [Option<Secret>; Label::ALL.len()]>,
    left_out: u64,
    complete: bool,
}

/// Connections whose secrets are kept, of about 400 bytes each: more than a browser writes in months.
const CONNECTIONS: usize = 1 << 18;

impl KeyLog {
    /// Takes whole lines, and returns how many of them hold a secret that can be used and was not known. A line cut in two is
    /// none.
    pub fn add(&mut self, text: &[u8]) -> usize {
        text.split(|&byte| matches!(byte, b'\n' | b'\r')).filter(|line| self.line(line).is_some()).count()
    }

    /// No secrets will come but those that are there when the first record is read.
    pub fn complete(&mut self) {
        self.complete = true;
    }

    /// Whether there is no secret, and none will come: nothing can be decrypted.
    pub fn stays_empty(&self) -> bool {
        self.complete && self.is_empty()
    }

    /// Whether there is no secret at all.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Secrets that were not kept, because there are those of 2^18 connections already.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn secret(&self, random: &Random, label: Label) -> Option<&Secret> {
        self.secrets.get(random)?.get(label as usize)?.as_ref()
    }

    fn line(&mut self, line: &[u8]) -> Option<()> {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (label, random, secret) = (words.next()?, words.next()?, words.next()?);
        let label = Label::ALL.into_iter().find(|known| known.name().as_bytes() == label)?;
        let (mut name, mut bytes) = ([0; 32], [0; Secret::LONGEST]);
        if words.next().is_some() || unhex(random, &mut name)? != name.len() {
            return None;
        }
        let length = unhex(secret, &mut bytes)?;
        let secret = Secret::new(bytes.get(..length)?)?;
        if label == Label::ClientRandom && length != Secret::LONGEST {
            return None;
        }
        if self.secrets.len() >= CONNECTIONS && !self.secrets.contains_key(&name) {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        let known = self.secrets.entry(name).or_default().get_mut(label as usize)?;
        (known.replace(secret) != Some(secret)).then_some(())
    }
}

/// Says how many connections it knows, and no secret.
impl fmt::Debug for KeyLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyLog({} connections)", self.secrets.len())
    }
}

/// Reads hexadecimal digits of either case; how many bytes they are, if they fit.
fn unhex(digits: &[u8], out: &mut [u8]) -> Option<usize> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    for (index, pair) in pairs.iter().enumerate() {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *out.get_mut(index)? = u8::try_from(high? << 4 | low?).ok()?;
    }
    Some(pairs.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    fn random() -> Random {
        let mut random = [0; 32];
        assert_eq!(unhex(RANDOM.as_bytes(), &mut random), Some(32));
        random
    }

    #[test]
    fn lines_of_browsers_and_libraries_are_read() {
        let secret = "5A".repeat(32);
        let master = "a5".repeat(48);
        let text = format!(
            "# SSL/TLS secrets log file, generated by NSS\r\n\r\nCLIENT_HANDSHAKE_TRAFFIC_SECRET {RANDOM} {secret}\r\n\
             SERVER_TRAFFIC_SECRET_0  {RANDOM}\t{secret} \nCLIENT_RANDOM {} {master}\n\
             EXPORTER_SECRET {RANDOM} {secret}\nRSA 0011223344556677 {master}\n",
            RANDOM.to_lowercase()
        );
        let mut keys = KeyLog::default();
        assert!(keys.is_empty());
        assert_eq!(keys.add(text.as_bytes()), 3);
        assert_eq!(keys.secret(&random(), Label::ClientHandshake).unwrap().bytes(), [0x5a; 32]);
        assert_eq!(keys.secret(&random(), Label::ServerTraffic).unwrap().bytes(), [0x5a; 32]);
        assert_eq!(keys.secret(&random(), Label::ClientRandom).unwrap().bytes(), [0xa5; 48]);
        assert_eq!(keys.secret(&random(), Label::ClientTraffic), None);
        assert_eq!(keys.secret(&[0; 32], Label::ClientRandom), None);
    }

    #[test]
    fn every_label_is_read_with_either_length_case_and_line_end() {
        let secrets =
            Label::ALL.map(|label| if label == Label::ClientRandom { vec![48] } else { vec![32, 48] });
        for (label, length) in
            Label::ALL.iter().zip(&secrets).flat_map(|(l, s)| s.iter().map(move |s| (*l, *s)))
        {
            for (end, upper) in [("\n", false), ("\r\n", true), ("", false), (" \n\n", true)] {
                let line = format!("{RANDOM} {}", "c7".repeat(length));
                let line = if upper { line.to_uppercase() } else { line.to_lowercase() };
                let mut keys = KeyLog::default();
                assert_eq!(keys.add(format!("# made by\r\n\n{} {line}{end}", label.name()).as_bytes()), 1);
                assert_eq!(
                    keys.secret(&random(), label).unwrap().bytes(),
                    vec![0xc7; length],
                    "{label:?} {end:?}"
                );
            }
        }
    }

    #[test]
    fn labels_that_read_nothing_are_passed_over() {
        let mut keys = KeyLog::default();
        for label in [
            "EXPORTER_SECRET",
            "EARLY_EXPORTER_SECRET",
            "EARLY_EXPORTER_MASTER_SECRET",
            // What OpenSSL writes behind a KeyUpdate; it follows from the secret before.
            "CLIENT_TRAFFIC_SECRET_N",
            "SERVER_TRAFFIC_SECRET_N",
            "SERVER_TRAFFIC_SECRET_1",
            "ECH_SECRET",
            "ECH_CONFIG",
            "PMS_CLIENT_RANDOM",
            "QUIC_CLIENT_TRAFFIC_SECRET_0",
            "client_random",
            "#CLIENT_RANDOM",
        ] {
            for length in [32, 48] {
                let line = format!("{label} {RANDOM} {}\n", "a5".repeat(length));
                assert_eq!(keys.add(line.as_bytes()), 0, "{label}");
            }
        }
        assert_eq!(
            keys.add(format!("RSA Session-ID:{RANDOM} Master-Key:{}\n", "a5".repeat(48)).as_bytes()),
            0
        );
        assert!(keys.is_empty());
    }

    #[test]
    fn what_is_no_secret_is_passed_over() {
        let mut keys = KeyLog::default();
        for line in [
            format!("CLIENT_RANDOM {RANDOM} {}", "a5".repeat(32)),
            format!("CLIENT_RANDOM {RANDOM} {}", "a5".repeat(49)),
            format!("CLIENT_RANDOM {RANDOM} {}", "g5".repeat(48)),
            format!("CLIENT_RANDOM {RANDOM} {} more", "a5".repeat(48)),
            format!("CLIENT_RANDOM {RANDOM}00 {}", "a5".repeat(48)),
            format!("CLIENT_RANDOM {} {}", &RANDOM[..62], "a5".repeat(48)),
            format!("SERVER_TRAFFIC_SECRET_0 {RANDOM} {}5", "a5".repeat(31)),
            format!("SERVER_TRAFFIC_SECRET_1 {RANDOM} {}", "a5".repeat(32)),
            "CLIENT_RANDOM".to_owned(),
            "\u{fffd}\0".to_owned(),
        ] {
            assert_eq!(keys.add(line.as_bytes()), 0, "{line}");
        }
        assert!(keys.is_empty());
    }

    #[test]
    fn a_later_secret_counts_and_none_is_shown() {
        let mut keys = KeyLog::default();
        for (digit, news) in [("11", 1), ("22", 1), ("22", 0)] {
            let line = format!("CLIENT_TRAFFIC_SECRET_0 {RANDOM} {}", digit.repeat(32));
            assert_eq!(keys.add(line.as_bytes()), news);
        }
        let secret = keys.secret(&random(), Label::ClientTraffic).unwrap();
        assert_eq!(secret.bytes(), [0x22; 32]);
        assert_eq!(format!("{secret:?} {keys:?}"), "Secret(32 bytes) KeyLog(1 connections)");
    }
}
