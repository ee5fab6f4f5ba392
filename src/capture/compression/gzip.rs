//! gzip (RFC 1952).

use flate2::{Decompress, FlushDecompress, Status};

use super::{Decode, Failure, State, Step};

pub(super) struct Decoder(Decompress);

impl Decoder {
    pub(super) fn new() -> Self {
        Self(Decompress::new_gzip(15))
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let before = (self.0.total_in(), self.0.total_out());
        let result = self.0.decompress(input, out, FlushDecompress::None);
        let after = (self.0.total_in(), self.0.total_out());
        let state = match result {
            Ok(Status::Ok | Status::BufError) => State::Inside,
            Ok(Status::StreamEnd) => {
                *self = Self::new();
                State::Ended
            }
            Err(_) => State::Failed(Failure::Damaged),
        };
        Step::between(before, after, state)
    }
}
