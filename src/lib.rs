//! Sockeye reads packet captures and tells what their WebSocket connections did.
#![forbid(unsafe_code)]

pub mod base;
pub mod capture;
pub mod check;
pub mod filter;
pub mod http;
pub mod packet;
pub mod record;
pub mod tcp;
pub mod websocket;
