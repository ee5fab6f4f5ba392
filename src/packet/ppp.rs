//! PPP (RFC 1661 §2), in HDLC-like framing (RFC 1662 §3.1) or in an Ethernet session (RFC 2516 §4).

use super::NotTcp;
use super::link::Layer;

/// Address and control of HDLC-like framing; peers may agree to leave them out.
const HDLC: [u8; 2] = [0xff, 0x03];

const IPV4: u16 = 0x0021;
const IPV6: u16 = 0x0057;
/// MPLS unicast and multicast (RFC 3032 §4.3).
const MPLS: [u16; 2] = [0x0281, 0x0283];

/// Goes past the header of a PPPoE session packet. Its length is not needed: IP has its own.
pub(super) fn session(data: &[u8], cut: usize) -> Result<(Layer, &[u8]), NotTcp> {
    let (header, rest) = data.split_first_chunk::<6>().ok_or(NotTcp::too_short("PPPoE header", cut))?;
    match header {
        [0x11, 0x00, ..] => Ok((Layer::Ppp, rest)),
        _ => Err(NotTcp::Malformed("PPPoE header")),
    }
}

/// Goes past the header of a PPP packet, whose protocol field takes one byte if that is odd (RFC 1661 §6.5).
pub(super) fn header(data: &[u8], cut: usize) -> Result<(Layer, &[u8]), NotTcp> {
    let data = data.strip_prefix(&HDLC).unwrap_or(data);
    let (protocol, rest) = match data {
        [low, rest @ ..] if low & 1 == 1 && *low != HDLC[0] => (u16::from(*low), rest),
        [high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
        _ => return Err(NotTcp::too_short("PPP header", cut)),
    };
    match protocol {
        IPV4 => Ok((Layer::IPV4, rest)),
        IPV6 => Ok((Layer::IPV6, rest)),
        number if MPLS.contains(&number) => Ok((Layer::MPLS, rest)),
        other => Err(NotTcp::Ppp(other)),
    }
}
