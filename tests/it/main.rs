//! Tests of Sockeye as a whole, in one binary. Tests of one room stand beside its code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod browser;
mod columns;
mod commands;
mod data;
mod differential;

mod documentation;
mod encode;
mod explain;
mod export;
mod follow;
mod fragments;
mod hostile;
mod layering;
mod output;
mod packets;
mod page;
mod properties;
mod rules;
mod samples;
mod scenarios;
mod secrets;
mod stats;
mod threads;
mod totality;
mod traffic;
#[cfg(unix)]
mod workflow;
