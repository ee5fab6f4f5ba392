//! Sockeye reads packet captures and tells what their WebSocket connections did.
#![forbid(unsafe_code)]

pub mod analyzer;
pub mod base;
pub mod capture;
pub mod check;
pub mod cli;
pub mod filter;
pub mod http;
pub mod packet;
pub mod record;
pub mod report;
pub mod tcp;
pub mod websocket;
