//! What is right and what is not.
//!
//! In come handshakes, frame headers and ends of messages as the `websocket` room decoded them; out come
//! [`Violation`]s, each of one [`Rule`] of the [`registry`], to which the analyzer adds their place. What has to be
//! remembered of a connection is in [`conduct`]. This room decodes nothing, and never blames a peer for what the capture
//! does not show.
//!
//! Protocol: RFC 6455, RFC 7692; RFC 9110 and RFC 9112 where a handshake is HTTP.

pub mod capture;
pub mod conduct;
mod deflate;
mod example;
pub mod frame;
pub mod handshake;
mod head;
mod keys;
pub mod message;
mod refusal;
pub mod registry;
mod request;
mod response;
mod rule;
mod selection;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod violation;
pub mod waiting;

pub use deflate::agreed as agreed_parameters;
pub use example::{Edit, Example, Opening, REQUEST, RESPONSE, Step, edited};
pub use keys::KeyMemory;
pub use rule::Rule;
pub use selection::{Selection, UnknownPattern};
pub use violation::Violation;
