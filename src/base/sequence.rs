//! TCP sequence numbers, whose wrap-around stays in here.

/// A TCP sequence number: 32 bits, modulo 2^32 (RFC 9293 §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// How far `self` lies behind `earlier`, in -2^31 .. 2^31: negative if `self` is the earlier one.
    pub fn distance_from(self, earlier: SeqNumber) -> i32 {
        self.0.wrapping_sub(earlier.0) as i32
    }

    /// The number `count` further on.
    #[must_use]
    pub fn advance(self, count: u32) -> SeqNumber {
        SeqNumber(self.0.wrapping_add(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_across_the_wrap_around() {
        let before = SeqNumber(u32::MAX - 1);
        let after = before.advance(5);
        assert_eq!(after, SeqNumber(3));
        assert_eq!(after.distance_from(before), 5);
        assert_eq!(before.distance_from(after), -5);
    }
}
