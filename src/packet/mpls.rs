//! MPLS label stacks (RFC 3032 §2.1).

use super::NotTcp;
use super::link::{Layer, ether_type};

/// Goes past one entry of the stack. Nothing says what lies behind the last one; its first four bits tell IP from
/// the rest (RFC 4928 §2).
pub(super) fn entry(data: &[u8], cut: usize) -> Result<(Layer, &[u8]), NotTcp> {
    let (entry, rest) = data.split_first_chunk::<4>().ok_or(NotTcp::too_short("MPLS label stack", cut))?;
    if entry[2] & 1 == 0 {
        return Ok((Layer::MPLS, rest));
    }
    match rest.first().map(|byte| byte >> 4) {
        Some(4) => Ok((Layer::IPV4, rest)),
        Some(6) => Ok((Layer::IPV6, rest)),
        Some(_) => pseudowire(rest).map(|frame| (Layer::Ethernet, frame)).ok_or(NotTcp::Mpls),
        None => Err(NotTcp::too_short("MPLS label stack", cut)),
    }
}

/// The Ethernet frame in a pseudowire, with or without a control word before it (RFC 4448 §4.6): whichever of the two
/// leads on.
fn pseudowire(data: &[u8]) -> Option<&[u8]> {
    let leads_on = |frame: &&[u8]| match frame {
        [_, _, _, _, _, _, _, _, _, _, _, _, high, low, ..] => ether_type(*high, *low).is_known(),
        _ => false,
    };
    data.get(4..).filter(leads_on).or(Some(data).filter(leads_on))
}
