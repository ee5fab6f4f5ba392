//! How TCP opens and closes, segment by segment (RFC 9293 §3.5, §3.6).

use crate::base::{Direction, PerDirection};
use crate::record::{Flags, PacketRow};

const OPENING: &str = "RFC 9293 §3.5";
const CLOSING: &str = "RFC 9293 §3.6";
const RESET: &str = "RFC 9293 §3.5.2";

/// A segment worth telling.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub what: &'static str,
    pub meaning: String,
    pub rfc: &'static str,
    /// Whether it begins or ends what its sender says, so that it stands before or behind what else its packet carries.
    pub ends: bool,
}

/// What was seen of the segments so far.
#[derive(Debug, Default)]
pub(super) struct Segments {
    opened: PerDirection<bool>,
    /// The number behind the FIN of a direction, relative to its first.
    fins: PerDirection<Option<u64>>,
    acknowledged: PerDirection<bool>,
}

impl Segments {
    /// What a segment does to the connection; `None` if it only carries data, or acknowledges them.
    pub(super) fn tell(&mut self, row: &PacketRow<'_>) -> Option<Told> {
        let told = |what, meaning: String, rfc, ends| Some(Told { what, meaning, rfc, ends });
        let sender = row.from.sender();
        if row.flags.has(Flags::RST) {
            let meaning = format!("The {sender} breaks the connection off; what is still under way is lost.");
            return told("RST", meaning, RESET, true);
        }
        if row.flags.has(Flags::SYN) {
            let again = std::mem::replace(&mut self.opened[row.from], true);
            return match (again, row.flags.has(Flags::ACK)) {
                (true, _) => told("SYN", "Sent again.".to_owned(), OPENING, false),
                (_, true) => told(
                    "SYN, ACK",
                    format!("The {sender} agrees, and counts its bytes too."),
                    OPENING,
                    false,
                ),
                _ => {
                    let meaning = format!(
                        "The {sender} asks for a connection, and says from where it counts its bytes."
                    );
                    told("SYN", meaning, OPENING, false)
                }
            };
        }
        let acknowledges = self.acknowledges(row);
        if row.flags.has(Flags::FIN) && self.fins[row.from].is_none() {
            self.fins[row.from] =
                Some(row.seq.saturating_add(u64::from(row.payload_length)).saturating_add(1));
            let meaning = match (self.fins[row.from.reverse()], acknowledges) {
                (None, _) => format!("The {sender} moves first: it has nothing more to send."),
                (Some(_), true) => {
                    format!("The {sender} acknowledges the FIN, and has nothing more to send either.")
                }
                (Some(_), false) => format!("The {sender} has nothing more to send either."),
            };
            return told("FIN, ACK", meaning, CLOSING, true);
        }
        acknowledges.then_some(())?;
        let other = row.from.reverse().sender();
        told("ACK", format!("The {sender} acknowledges the FIN of the {other}."), CLOSING, true)
    }

    /// Whether it is the first segment that acknowledges the FIN of the other side.
    fn acknowledges(&mut self, row: &PacketRow<'_>) -> bool {
        let other: Direction = row.from.reverse();
        let reaches = self.fins[other].zip(row.ack).is_some_and(|(fin, ack)| ack >= fin);
        reaches && !std::mem::replace(&mut self.acknowledged[other], true)
    }
}
