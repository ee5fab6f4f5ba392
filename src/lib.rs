//! Sockeye reads packet captures and tells what their WebSocket connections did.
//!
//! In come the bytes of pcap and pcapng files; out go [`Record`](record::Record)s: handshakes, frames, messages,
//! findings, connections. The command `sockeye` prints them; a program can use them as they are.
//!
//! ```text
//!  capture ─► packet ─► tcp ─► tls ─► http ─► websocket ─► check
//!     │         │        │      │       │         │          │
//!     └─────────┴────────┴── analyzer ──┴─────────┴──────────┘
//!                               │ records
//!                            filter ─► stats, explain ─► report
//!
//!  encode ─► packet ─► capture       the way back
//! ```
//!
//! - [`capture`] cuts files into packets, [`packet`] finds TCP segments, [`tcp`] puts their bytes in order.
//! - [`tls`] decrypts, if it is given the secrets.
//! - [`http`] finds the opening handshake, [`websocket`] decodes frames and messages, compressed ones too, [`check`] judges
//!   what both have found.
//! - [`analyzer`] composes these stages and says what they found as [`record`]s.
//! - [`filter`] selects records, [`stats`] counts and measures them, [`explain`] says what every bit of them means.
//! - [`report`] writes all of that: timelines, results of checks, conversations, tables, files for other programs.
//!   [`cli`] is the command.
//! - [`encode`] is the way back: frames and captures from a description.
//! - [`base`] holds the words that all of them use.
//!
//! Analysis cannot fail and holds a bounded amount of memory, whatever the bytes are; only opening a capture returns an
//! error. No stage opens a file or prints.
//!
//! # Example
//!
//! The texts that a capture holds, with their senders:
//!
//! ```
//! use std::fs::File;
//!
//! use sockeye::analyzer::{Analyzer, Options, Rows};
//! use sockeye::base::{Error, Limits};
//! use sockeye::capture::Reader;
//! use sockeye::record::{Payload, Record};
//!
//! fn texts(path: &str) -> Result<Vec<String>, Error> {
//!     let limits = Limits::default();
//!     let mut reader = Reader::open(File::open(path)?, &limits)?;
//!     let mut analyzer = Analyzer::new(Options { rows: Rows::Messages, payload: usize::MAX, limits, ..Options::default() });
//!     let mut texts = Vec::new();
//!     let mut take = |record: &Record<'_>| {
//!         if let Record::Message(message) = record
//!             && let Some(Payload::Text(text)) = message.payload
//!         {
//!             texts.push(format!("{}: {text}", message.from.sender()));
//!         }
//!     };
//!     loop {
//!         while let Some(packet) = reader.next_packet() {
//!             analyzer.push(&packet, &mut take);
//!         }
//!         if !reader.fill() {
//!             break;
//!         }
//!     }
//!     analyzer.finish(&mut take);
//!     Ok(texts)
//! }
//!
//! let texts = texts("samples/echo.pcap")?;
//! assert_eq!(texts, ["client: something", "server: message from server: something"]);
//! # Ok::<(), Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod analyzer;
pub mod base;
pub mod capture;
pub mod check;
pub mod cli;
pub mod encode;
pub mod explain;
pub mod filter;
pub mod http;
pub mod packet;
pub mod record;
pub mod report;
pub mod stats;
pub mod tcp;
pub mod tls;
pub mod websocket;
