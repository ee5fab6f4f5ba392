//! What a compressed message inflates to (RFC 7692), or why that is not known.

use super::content::content;
use super::model::Content;
use crate::record::Inflated;
use crate::websocket::{Opcode, Undecoded};

/// What is known of the compressed message that a frame or fragments belong to.
#[derive(Debug, Clone, Default)]
pub(super) struct Inflation<'a> {
    /// What it says, or how that begins.
    pub inflated: Option<Inflated<'a>>,
    /// Why that is not known, or not all of it.
    pub why_not: Option<String>,
}

impl<'a> Inflation<'a> {
    /// Of a frame; `last` says whether its message ends with it.
    pub(super) fn of_frame(inflated: Option<Inflated<'a>>, undecoded: Option<Undecoded>, last: bool) -> Self {
        let why_not = match undecoded {
            Some(why) => Some(why_not(why)),
            None if inflated.is_some() => None,
            None if last => Some("its message is not whole".to_owned()),
            None => Some("only a whole message can be, and this one ends with a later frame".to_owned()),
        };
        Self { inflated, why_not }
    }

    /// Adds it to the content of the frame, or of the fragments joined. `of` says what the message is.
    pub(super) fn add_to(self, compressed: &mut Content, of: Opcode) {
        if let Some(Inflated { payload, truncated, assumed, .. }) = self.inflated {
            let bytes = payload.bytes();
            let mut inflated = content(of.name(), bytes, &[], bytes.len() as u64);
            if truncated {
                (inflated.truncated, inflated.text_cut, inflated.json) = (true, true, None);
            }
            compressed.inflated = Some(Box::new(inflated));
            compressed.assumed = assumed;
        }
        compressed.not_inflated = self.why_not;
    }
}

/// Why a message is not inflated.
pub(super) fn why_not(why: Undecoded) -> String {
    match why {
        Undecoded::MissingBytes => "bytes of the message are missing".to_owned(),
        Undecoded::ContextLost { message: Some(earlier) } => {
            format!("it refers to message {earlier}, which could not be inflated")
        }
        Undecoded::ContextLost { message: None } => {
            "it refers to messages before it that were not captured".to_owned()
        }
        Undecoded::Limit(cap) => format!("the cap `{}` was reached; --limit raises it", cap.name()),
        Undecoded::Invalid { at } => {
            format!("it is broken at byte {at} of the compressed payload")
        }
    }
}
