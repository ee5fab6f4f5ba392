//! xz.

use liblzma::stream::{Action, Error, Status, Stream};

use super::{Decode, Failure, State, Step};

/// What a decoder takes beside its dictionary.
const OVERHEAD: u64 = 1 << 20;

pub(super) struct Decoder {
    /// `None` if there is no memory for it.
    stream: Option<Stream>,
    window: usize,
}

impl Decoder {
    pub(super) fn new(window: usize) -> Self {
        let memory = (window as u64).saturating_add(OVERHEAD);
        Self { stream: Stream::new_stream_decoder(memory, 0).ok(), window }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let Some(stream) = &mut self.stream else {
            return Step { consumed: 0, written: 0, state: State::Failed(Failure::Window) };
        };
        let before = (stream.total_in(), stream.total_out());
        let result = stream.process(input, out, Action::Run);
        let after = (stream.total_in(), stream.total_out());
        let state = match result {
            Ok(Status::StreamEnd) => {
                *self = Self::new(self.window);
                State::Ended
            }
            Ok(_) => State::Inside,
            Err(Error::MemLimit | Error::Mem) => State::Failed(Failure::Window),
            Err(_) => State::Failed(Failure::Damaged),
        };
        Step::between(before, after, state)
    }
}
