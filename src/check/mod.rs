//! What is right and what is not.
//!
//! In come handshakes, frame headers and ends of messages as the `websocket` room decoded them; out come findings,
//! each with the code of one rule of the registry. This room decodes nothing, and never blames a peer for what the
//! capture does not show.
//!
//! Protocol: RFC 6455, RFC 7692; RFC 9110 and RFC 9112 where a handshake is HTTP.
