//! What a filter says of a connection before anything but its ends is known.
//!
//! Three-valued logic: a test that names only fields of the connection is true or false, any other one is unknown, and
//! so is one whose answer depends on who sends.

use super::eval::Row;
use super::fields::Scope;
use super::tree::Expr;
use crate::base::{Direction, Timestamp};
use crate::record::{Alert, Ends, Place, Record};

/// Whether an expression can be true for a record of a connection.
pub(super) fn may_match(tree: &Expr, ends: Ends, stream: u64) -> bool {
    let sent = |from| {
        let place = Place { stream, packet: 0, time: Timestamp::default(), time_relative: 0.0 };
        // The least that a record with a sender can say; nothing but its ends and stream are read.
        Record::Alert(Alert { place, ends, from, protocol: "", level: 0, description: 0 })
    };
    tree.known(&[sent(Direction::ClientToServer), sent(Direction::ServerToClient)]) != Some(false)
}

impl Expr {
    /// Whether the expression is true for all records of a connection or false for all; `None` if that is not known.
    fn known(&self, directions: &[Record<'_>; 2]) -> Option<bool> {
        match self {
            Expr::Test(_) | Expr::Relation(..) => {
                if self.any_field(&mut |field, _| field.scope != Scope::Connection) {
                    return None;
                }
                let [one, other] = directions;
                let holds = self.holds(&Row::new(one));
                (holds == self.holds(&Row::new(other))).then_some(holds)
            }
            Expr::Not(inner) => inner.known(directions).map(|holds| !holds),
            Expr::And(parts) => decided(parts, directions, false),
            Expr::Or(parts) => decided(parts, directions, true),
            Expr::Xor(parts) => {
                parts.iter().try_fold(false, |parity, part| Some(parity ^ part.known(directions)?))
            }
        }
    }
}

/// One part that is `decisive` decides; without one, all parts have to be known.
fn decided(parts: &[Expr], directions: &[Record<'_>; 2], decisive: bool) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part.known(directions) {
            Some(holds) if holds == decisive => return Some(decisive),
            known => all_known &= known.is_some(),
        }
    }
    all_known.then_some(!decisive)
}

#[cfg(test)]
mod tests {
    use crate::filter::Filter;
    use crate::filter::tests::samples::{ends, ends_v6};

    fn may_match(filter: &str) -> bool {
        Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).may_match(&ends(), 2)
    }

    #[test]
    fn ends_and_stream_decide() {
        for no in [
            "tcp.port == 443",
            "tcp.port != 3000",
            "tcp.stream == 3",
            "ip.addr == 172.16.0.0/12",
            "ipv6.addr",
            "tcp.port == 443 and websocket",
            "websocket and (tcp.stream in {7..9} and http)",
            "not (tcp.port == 3000 or websocket)",
            "tcp.stream == 2 xor tcp.port == 3000",
            "tcp.srcport == 443 or ip.dst == 1.1.1.1",
            "len(ip.addr) == 16",
            "count(tcp.port) == 3",
        ] {
            assert!(!may_match(no), "{no}");
        }
        for perhaps in [
            "tcp.port == 3000",
            "tcp.stream == 2",
            "websocket",
            "not websocket",
            "tcp.port == 443 or websocket",
            "tcp.port == 443 xor websocket",
            "frame.number == 1",
            "tcp.port == frame.number",
            "ip.addr == 10.0.0.0/8 and not http",
        ] {
            assert!(may_match(perhaps), "{perhaps}");
        }
        assert!(!Filter::parse("ip.addr").unwrap().may_match(&ends_v6(), 2));
    }

    #[test]
    fn who_sends_is_not_known() {
        for perhaps in [
            "tcp.srcport == 3000",
            "tcp.srcport == 40000",
            "not tcp.srcport == 40000",
            "tcp.srcport > tcp.dstport",
            "ip.src == 192.168.0.2 and ip.dst == 10.0.0.1",
        ] {
            assert!(may_match(perhaps), "{perhaps}");
        }
    }
}
