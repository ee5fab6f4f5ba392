//! zstd (RFC 8878).

use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

use super::{Decode, Failure, State, Step};

/// Bytes of a block's header (RFC 8878 §3.1.1.2).
const BLOCK_HEADER: usize = 3;

pub(super) struct Decoder {
    /// `None` if there is no memory for it.
    context: Option<DCtx<'static>>,
    /// Bytes that the decoder would like next.
    wanted: usize,
}

impl Decoder {
    pub(super) fn new(window: usize) -> Self {
        let mut context = DCtx::try_create();
        if let Some(context) = &mut context {
            // The range that the parameter has on every platform. Its default is that of `Limits`.
            let log = window.max(1).ilog2().clamp(10, 30);
            let _ = context.set_parameter(DParameter::WindowLogMax(log));
        }
        Self { context, wanted: 0 }
    }
}

impl Decode for Decoder {
    fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let Some(context) = &mut self.context else {
            return Step { consumed: 0, written: 0, state: State::Failed(Failure::Window) };
        };
        // When it fails, it does not tell what it wrote in that call. So it gets one block at a time, without the
        // header of the next one, which it always asks for with a block.
        let portion = self.wanted.checked_sub(BLOCK_HEADER).filter(|p| *p > 0).unwrap_or(BLOCK_HEADER);
        let mut from = InBuffer::around(input.get(..portion).unwrap_or(input));
        let mut to = OutBuffer::around(out);
        let state = match context.decompress_stream(&mut to, &mut from) {
            Ok(wanted) => {
                self.wanted = wanted;
                if wanted == 0 { State::Ended } else { State::Inside }
            }
            Err(code) if is(code, ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge) => {
                State::Failed(Failure::Window)
            }
            Err(code) if is(code, ZSTD_ErrorCode::ZSTD_error_memory_allocation) => {
                State::Failed(Failure::Window)
            }
            Err(_) => State::Failed(Failure::Damaged),
        };
        Step { consumed: from.pos(), written: to.pos(), state }
    }
}

/// Errors are returned as their numbers, negated.
fn is(code: usize, error: ZSTD_ErrorCode) -> bool {
    code == (error as usize).wrapping_neg()
}
