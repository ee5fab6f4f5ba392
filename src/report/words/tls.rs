//! What is said of TLS: of records, alerts, and connections that nobody can read.

use crate::record::{Tls, TlsContent};
use crate::report::escape::{Buffer, escape_into};
use crate::tls::{alert_name, version_name};

/// Appends what stands in a TLS record, in Wireshark's words.
pub(super) fn record(text: &mut impl Buffer, content: &TlsContent) {
    match content {
        TlsContent::Named(name) => text.push_str(name),
        TlsContent::ServerHello(_) => text.push_str("Server Hello"),
        TlsContent::ClientHello(hello) => {
            text.push_str("Client Hello");
            if let Some(host) = &hello.server_name {
                text.push_str(" (SNI=");
                escape_into(text, host.as_bytes(), false);
                text.push(')');
            }
        }
        TlsContent::Alert(content) => alert(text, *content),
    }
}

/// Appends `Alert (Level: Warning, Description: Close Notify)`.
pub(super) fn alert(text: &mut impl Buffer, [level, description]: [u8; 2]) {
    text.push_str("Alert (Level: ");
    let _ = match level {
        1 => write!(text, "Warning"),
        2 => write!(text, "Fatal"),
        other => write!(text, "{other}"),
    };
    text.push_str(", Description:");
    match alert_name(description) {
        Some(name) => name.split('_').for_each(|word| capitalized(text, word)),
        None => {
            let _ = write!(text, " {description}");
        }
    }
    text.push(')');
}

/// Appends a word as it stands in a title.
fn capitalized(text: &mut impl Buffer, word: &str) {
    text.push(' ');
    if matches!(word, "mac" | "ca" | "psk" | "ech") {
        return text.push_str(&word.to_uppercase());
    }
    let mut letters = word.chars();
    letters.next().iter().for_each(|first| text.push(first.to_ascii_uppercase()));
    text.push_str(letters.as_str());
}

/// Appends what TLS says in clear text of a connection that nobody can read.
pub(super) fn connection(text: &mut impl Buffer, tls: Option<&Tls<'_>>) {
    let Some(Tls { hello, decrypted }) = tls else { return text.push_str("TLS") };
    text.push_str(hello.version.and_then(version_name).unwrap_or("TLS"));
    if let Some(name) = &hello.server_name {
        text.push_str(" with ");
        escape_into(text, name.as_bytes(), false);
    }
    if let Some(suite) = hello.cipher_suite {
        let _ = match suite.name() {
            Some(name) => write!(text, ", {name}"),
            None => write!(text, ", cipher suite 0x{:04x}", suite.0),
        };
    }
    if let Some(protocol) = &hello.alpn {
        text.push_str(", ALPN ");
        escape_into(text, protocol.as_bytes(), false);
    } else if !hello.alpn_offered.is_empty() {
        text.push_str(", ALPN offered:");
        for protocol in &hello.alpn_offered {
            text.push(' ');
            escape_into(text, protocol.as_bytes(), false);
        }
    }
    text.push_str(if *decrypted { ", no HTTP/1.1 or WebSocket seen" } else { ", not decrypted" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_worded_as_wireshark_does() {
        let worded = |content| {
            let mut text = String::new();
            alert(&mut text, content);
            text
        };
        assert_eq!(worded([1, 0]), "Alert (Level: Warning, Description: Close Notify)");
        assert_eq!(worded([2, 20]), "Alert (Level: Fatal, Description: Bad Record MAC)");
        assert_eq!(worded([2, 48]), "Alert (Level: Fatal, Description: Unknown CA)");
        assert_eq!(worded([3, 200]), "Alert (Level: 3, Description: 200)");
    }

    #[test]
    fn the_name_in_a_hello_does_not_control_the_terminal() {
        let mut text = String::new();
        let hello = crate::tls::Hello { server_name: Some("a\u{1b}[2Jb".to_owned()), ..Default::default() };
        record(&mut text, &TlsContent::ClientHello(Box::new(hello)));
        assert!(text.starts_with("Client Hello (SNI=a") && !text.contains('\u{1b}'), "{text}");
    }
}
