//! Connections by hand, point by point of what a reassembler must get right.

mod bounds;
mod conflicts;
mod ends;
mod random;
mod stream;
mod wire;
