//! The display-filter language.
//!
//! In comes an expression in Wireshark's language; out comes a filter, a typed tree that says of each
//! [`Record`](crate::record::Record) whether it is wanted, or an error that points into the expression. This room
//! does not analyze anything: it sees only what records say.
