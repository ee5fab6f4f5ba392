//! Whole connections: the example of RFC 8448, and captures made with OpenSSL.

mod captures;
mod framing;
mod harness;
mod hostile;
mod losses;
mod recovery;
mod rfc8448;
mod waiting;
