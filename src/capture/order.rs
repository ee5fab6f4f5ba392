//! The byte order of a capture file, which is that of the machine that wrote it.

/// A byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The 16-bit number at `offset`, if it is there.
    pub(super) fn u16(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let number = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Order::Little => u16::from_le_bytes(number),
            Order::Big => u16::from_be_bytes(number),
        })
    }

    /// The 32-bit number at `offset`, if it is there.
    pub(super) fn u32(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let number = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Order::Little => u32::from_le_bytes(number),
            Order::Big => u32::from_be_bytes(number),
        })
    }

    /// The signed 64-bit number at `offset`, if it is there.
    pub(super) fn i64(self, bytes: &[u8], offset: usize) -> Option<i64> {
        let number = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Order::Little => i64::from_le_bytes(number),
            Order::Big => i64::from_be_bytes(number),
        })
    }
}
