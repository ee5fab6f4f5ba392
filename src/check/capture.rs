//! What the capture does not show. Nothing is judged here: the caller knows, and these find the words.

use super::text::{json, shown, shown_list};
use super::{Rule, Violation, registry};
use crate::base::{Direction, GapReason, PacketId, Span};
use crate::record::{Side, SidesKnownBy};
use crate::websocket::Evidence;

/// WS901, or WS902 if the snap length is to blame: a gap in the stream of `from`, told once for each gap.
pub fn missing_bytes(from: Direction, gap: &Span, why: GapReason) -> Violation {
    let is_cut = why == GapReason::Cut;
    let (why, reason) = match why {
        GapReason::Acknowledged => {
            ("acknowledged by the other end, so missed by the capture", "acknowledged")
        }
        GapReason::Cut => ("cut off by the snap length", "cut"),
        GapReason::Limit => ("given up because too much was waiting behind", "limit"),
        GapReason::Undecrypted => ("in encrypted records that could not be read", "undecrypted"),
        GapReason::End => ("still missing when the connection or the capture ended", "end"),
    };
    let rule = if is_cut { &registry::PACKETS_CUT } else { &registry::MISSING_BYTES };
    let text = format!(
        "{} from the {} {} missing at offset {}, between packets {} and {}: {why}",
        bytes(gap.length),
        from.sender(),
        if gap.length == 1 { "is" } else { "are" },
        gap.offset,
        gap.first,
        gap.last
    );
    Violation::of_span(rule, Side::Capture, gap, text).with("from", from.sender()).with("why", reason)
}

/// WS903: WebSocket frames of `from` were found, and the handshake before them is not in the capture, or not whole;
/// `skipped` captured bytes before them are not decoded.
pub fn handshake_not_captured(
    packet: PacketId,
    sides_known_by: SidesKnownBy,
    from: Direction,
    skipped: u64,
) -> Violation {
    let sides = match sides_known_by {
        SidesKnownBy::Syn => "the SYN",
        SidesKnownBy::Handshake => "the HTTP before it",
        SidesKnownBy::Mask => "the masks of the frames",
        SidesKnownBy::Port => "the ports",
    };
    let skips = match skipped {
        0 => String::new(),
        skipped => format!("; {} captured before them are not decoded", bytes(skipped)),
    };
    let text = format!(
        "WebSocket frames begin, and the handshake before them was not captured, or not whole: which extensions were \
         agreed on is not known, nor whether RSV1 means a compressed message; client and server are told apart by \
         {sides}{skips}"
    );
    let packets = [packet.number, packet.number];
    Violation::of_packets(&registry::HANDSHAKE_NOT_CAPTURED, Side::Capture, packets, text)
        .with("from", from.sender())
        .with("skipped", skipped)
}

/// WS901: behind a loss, `skipped` captured bytes of `from` were not found to be frames, up to the end.
pub fn not_framed(from: Direction, skipped: u64, last: PacketId) -> Violation {
    let text = format!(
        "behind missing bytes, {} from the {} were captured and are not decoded: nothing shows where frames begin",
        bytes(skipped),
        from.sender()
    );
    let packets = [last.number, last.number];
    Violation::of_packets(&registry::MISSING_BYTES, Side::Capture, packets, text)
        .with("from", from.sender())
        .with("skipped", skipped)
}

/// WS909: after a loss, frames of `from` were found again at `start`; `skipped` captured bytes before it are not
/// decoded.
pub fn resynchronised(
    from: Direction,
    start: u64,
    skipped: u64,
    evidence: &Evidence,
    packet: PacketId,
) -> Violation {
    let Evidence { frames, bits, .. } = *evidence;
    let skips = match skipped {
        0 => String::new(),
        skipped => format!(", behind {} captured and not decoded", bytes(skipped)),
    };
    let headers = match frames {
        1 => "one plausible header".to_owned(),
        frames => format!("{frames} plausible headers in a row"),
    };
    let text = format!(
        "frames of the {} were found by evidence at offset {start}{skips}: {headers} (by chance once in 2^{bits})",
        from.sender()
    );
    let packets = [packet.number, packet.number];
    let mut violation = Violation::of_packets(&registry::RESYNCHRONISED, Side::Capture, packets, text);
    violation.stream_offset = Some(start);
    violation.with("from", from.sender()).with("skipped", skipped).with("frames", frames).with("bits", bits)
}

/// WS904: all that was captured of a connection, in the packets `[first, last]`, came from one end.
pub fn one_direction_only(captured: Direction, packets: [u64; 2]) -> Violation {
    let text = format!(
        "the capture holds only what the {} sent, and nothing from the {}",
        captured.sender(),
        captured.reverse().sender()
    );
    let violation = Violation::of_packets(&registry::ONE_DIRECTION_ONLY, Side::Capture, packets, text);
    violation.with("captured", captured.sender())
}

/// WS905: the TLS records of `from` at `records` cannot be decrypted: this `secret`, of that label and client random, is
/// not known; `any` says whether any secret is.
pub fn no_tls_keys(
    from: Direction,
    records: &Span,
    (label, random): (&str, &[u8; 32]),
    any: bool,
) -> Violation {
    let random = hex(random);
    let secret = format!("{label} of the client random {random}");
    let why = if any {
        format!("no key log has the secret {secret}")
    } else {
        format!(
            "no key log has secrets (SSLKEYLOGFILE=/tmp/keys.log makes a browser write them, --keylog /tmp/keys.log reads \
             them); looked for {secret}"
        )
    };
    let text = format!("TLS records of the {} are not decrypted: {why}", from.sender());
    not_decrypted(&registry::NO_TLS_KEYS, from, records, text)
        .with("label", label)
        .with("client_random", random)
}

/// WS905: likewise, as the hello of `whose` was not captured.
pub fn no_tls_hello(from: Direction, records: &Span, whose: Direction) -> Violation {
    let text = format!(
        "TLS records of the {} are not decrypted: the hello of the {} was not captured",
        from.sender(),
        whose.sender()
    );
    not_decrypted(&registry::NO_TLS_KEYS, from, records, text)
}

/// WS905: likewise, as nobody has written down how to read this version or cipher suite.
pub fn tls_not_supported(records: &Span, what: &str) -> Violation {
    let text = format!("TLS is not decrypted: {what} is not supported");
    let packets = [records.first, records.last];
    Violation::of_packets(&registry::NO_TLS_KEYS, Side::Capture, packets, text)
}

/// WS910: there is such a secret, and the record of `from` at `record` cannot be decrypted with it; `worked` says that
/// others could.
pub fn decryption_failed(
    from: Direction,
    record: &Span,
    (label, random): (&str, &[u8; 32]),
    worked: bool,
) -> Violation {
    let random = hex(random);
    let likely =
        if worked { "records before it fit: it is damaged, or one is missing" } else { "none has fitted" };
    let text = format!(
        "a TLS record of the {} does not fit the secret {label} of the client random {random}; {likely}",
        from.sender()
    );
    not_decrypted(&registry::DECRYPTION_FAILED, from, record, text)
        .with("label", label)
        .with("client_random", random)
        .with("worked", worked)
}

fn not_decrypted(rule: &'static Rule, from: Direction, records: &Span, text: String) -> Violation {
    let packets = [records.first, records.last];
    Violation::of_packets(rule, Side::Capture, packets, text).with("from", from.sender())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// WS906: a cap of `base::limits` acted. `limit` is its name, `left_out` says what is not judged because of it.
pub fn limit_reached(limit: &'static str, left_out: &str, packets: [u64; 2]) -> Violation {
    let text = format!("the limit {limit} was reached: {left_out}");
    Violation::of_packets(&registry::LIMIT_REACHED, Side::Capture, packets, text).with("limit", limit)
}

/// WS907: the bytes at `second` came before, in the packet `first`, with other content.
pub fn conflicting_retransmission(
    from: Direction,
    second: &Span,
    first: PacketId,
    kept: &[u8],
    refused: &[u8],
) -> Violation {
    let differs = kept.iter().zip(refused).position(|(kept, refused)| kept != refused).unwrap_or(0);
    let behind = |bytes: &[u8]| shown(bytes.get(differs..).unwrap_or_default());
    let text = format!(
        "the {} sent {} at offset {} twice with different content: {} in packet {}, which counts, {} in packet {}; \
         further ones on this connection are not told",
        from.sender(),
        bytes(second.length),
        second.offset,
        behind(kept),
        first.number,
        behind(refused),
        second.end.number
    );
    let mut violation =
        Violation::of_span(&registry::CONFLICTING_RETRANSMISSION, Side::Capture, second, text);
    violation.packets = [second.first.min(first.number), second.last.max(first.number)];
    violation
        .with_bytes(kept)
        .with("from", from.sender())
        .with("kept", json(kept))
        .with("refused", json(refused))
}

/// WS908: the file could not be read any further than `offset`, in bytes; `last_packet` is the last that was read,
/// and `why` what is wrong there.
pub fn capture_cut(file: &str, offset: u64, last_packet: u64, why: &str) -> Violation {
    let read = match last_packet {
        0 => "no packet could be read".to_owned(),
        last => format!("the last packet read is {last}"),
    };
    let text = format!("{}: {why}; {read}", shown(file.as_bytes()));
    Violation::of_packets(&registry::CAPTURE_CUT, Side::Capture, [last_packet, last_packet], text)
        .with("file", json(file.as_bytes()))
        .with("file_offset", offset)
}

/// WS911: the response at `response` agreed to these extensions, which
/// [`Extension::is_known`](crate::websocket::Extension::is_known) does not know, or whose names could not be read.
pub fn extensions_not_understood(names: &[&[u8]], response: &Span) -> Violation {
    let text = format!(
        "an extension was negotiated which Sockeye does not know: {}; \
         rules about reserved bits, opcodes and text are silent for this connection",
        shown_list(names.iter().copied())
    );
    let packets = [response.first, response.last];
    Violation::of_packets(&registry::EXTENSION_NOT_UNDERSTOOD, Side::Capture, packets, text)
        .with("extensions", names.iter().map(|name| json(name)).collect::<Vec<_>>())
}

/// `1 byte`, `2 bytes`.
fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Direction::{ClientToServer, ServerToClient};
    use crate::check::testing::packet;

    #[test]
    fn one_is_told_as_one() {
        let gap = Span { last: 12, ..Span::of(packet(10), 300, 1) };
        assert_eq!(
            missing_bytes(ClientToServer, &gap, GapReason::Cut).text,
            "1 byte from the client is missing at offset 300, between packets 10 and 12: cut off by the snap length"
        );
        let evidence = Evidence { frames: 1, bits: 24, masked: false };
        assert_eq!(
            resynchronised(ServerToClient, 900, 1, &evidence, packet(12)).text,
            "frames of the server were found by evidence at offset 900, behind 1 byte captured and not decoded: one \
             plausible header (by chance once in 2^24)"
        );
    }
}
