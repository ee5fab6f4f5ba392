//! Tests of Sockeye as a whole, in one binary. Tests of one room stand beside its code.

mod commands;
mod layering;
mod output;
mod samples;
mod totality;
