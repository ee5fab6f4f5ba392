//! What a pcapng says about the interface that captured a packet (draft-ietf-opsawg-pcapng §4.2).

use super::LinkType;
use super::order::Order;
use crate::base::Timestamp;

const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// An interface.
#[derive(Debug)]
pub(super) struct Interface {
    pub(super) link_type: LinkType,
    /// The most bytes captured of a packet; 0 if there is no limit.
    snap_length: u32,
    resolution: Resolution,
    /// What is added to every time.
    offset_nanos: i128,
}

/// How long a unit of time is.
#[derive(Debug, Clone, Copy)]
enum Resolution {
    /// So many nanoseconds.
    Nanos(i128),
    /// So many of them are a nanosecond.
    PerNano(i128),
    /// 2^n of them are a second; n < 128.
    Binary(u32),
}

impl Interface {
    /// Reads the body of an interface description block; `None` if its fixed fields are not there.
    pub(super) fn parse(order: Order, body: &[u8]) -> Option<Self> {
        let mut interface = Interface {
            link_type: LinkType(order.u16(body, 0)?),
            snap_length: order.u32(body, 4)?,
            resolution: Resolution::Nanos(1_000),
            offset_nanos: 0,
        };
        let mut rest = body.get(8..)?;
        while let Some((code, value, behind)) = next_option(order, rest) {
            match code {
                IF_TSRESOL => {
                    interface.resolution = value.first().map_or(interface.resolution, |v| Resolution::of(*v));
                }
                IF_TSOFFSET => {
                    let seconds = order.i64(value, 0).unwrap_or_default();
                    interface.offset_nanos = i128::from(seconds) * NANOS_PER_SECOND;
                }
                _ => {}
            }
            rest = behind;
        }
        Some(interface)
    }

    /// The time of a packet whose block says `units`.
    pub(super) fn time(&self, units: u64) -> Timestamp {
        let units = i128::from(units);
        // 2^64 units of at most a second are below 2^94 ns, and the offset is below 2^93 ns.
        let nanos = match self.resolution {
            Resolution::Nanos(nanos) => units * nanos,
            Resolution::PerNano(per_nano) => units / per_nano,
            Resolution::Binary(exponent) => (units * NANOS_PER_SECOND) >> exponent,
        } + self.offset_nanos;
        let saturated = nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Timestamp::from_nanos(saturated as i64)
    }

    /// How many bytes were captured of a packet of `original` bytes.
    pub(super) fn captured(&self, original: u32) -> u32 {
        match self.snap_length {
            0 => original,
            limit => original.min(limit),
        }
    }
}

impl Resolution {
    /// The highest bit tells the base, 2 or 10; the others are the negated exponent.
    fn of(if_tsresol: u8) -> Self {
        let exponent = u32::from(if_tsresol & 0x7f);
        if if_tsresol & 0x80 != 0 {
            return Resolution::Binary(exponent);
        }
        match exponent {
            0..=9 => Resolution::Nanos(10_i128.pow(9 - exponent)),
            // Beyond 10^-38 s all times that fit in 64 bits are 0.
            _ => Resolution::PerNano(10_i128.checked_pow(exponent - 9).unwrap_or(i128::MAX)),
        }
    }
}

/// The first option in `bytes`: its code, its value, and what follows its padding. `None` at the end of the options,
/// or where they cannot be read.
fn next_option(order: Order, bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let code = order.u16(bytes, 0).filter(|code| *code != 0)?;
    let length = usize::from(order.u16(bytes, 2)?);
    let (value, behind) = bytes.get(4..)?.split_at_checked(length)?;
    let padding = length.next_multiple_of(4) - length;
    Some((code, value, behind.get(padding..).unwrap_or_default()))
}
