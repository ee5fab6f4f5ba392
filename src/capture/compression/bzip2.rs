//! bzip2. A block of at most 900 kB comes as a whole, when its last byte has come; it takes less than 5 MiB.

use bzip2::{Decompress, Status};

use super::{Decode, Failure, State, Step};

pub(super) struct Decoder(Decompress);

impl Decoder {
    pub(super) fn new() -> Self {
        Self(Decompress::new(false))
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let before = (self.0.total_in(), self.0.total_out());
        let result = self.0.decompress(input, out);
        let after = (self.0.total_in(), self.0.total_out());
        let state = match result {
            Ok(Status::StreamEnd) => {
                *self = Self::new();
                State::Ended
            }
            Ok(Status::MemNeeded) => State::Failed(Failure::Window),
            Ok(_) => State::Inside,
            Err(_) => State::Failed(Failure::Damaged),
        };
        Step::between(before, after, state)
    }
}
