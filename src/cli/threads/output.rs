//! What one thread has written of its connections, until it is put between what others have.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that wait for other threads; then their thread waits, too.
const WAITING: usize = 4 << 20;
/// A larger buffer, which few rows need, is not kept.
const KEPT: usize = 1 << 20;

/// Records as their report has written them, in the order of their ticks.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// Bytes that were taken from here and have not found their place.
    taken: usize,
}

/// Records of one tick.
#[derive(Debug, Clone, Copy)]
struct Run {
    tick: u64,
    /// Where they end in the bytes.
    end: usize,
}

/// Shared by the thread that writes it, and the one that puts it into its place.
#[derive(Debug, Default)]
pub(super) struct SharedOutput(Mutex<Output>);

impl SharedOutput {
    /// A thread holds it for no longer than it takes to format one record.
    pub fn lock(&self) -> MutexGuard<'_, Output> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    /// Adds what `write` writes at this tick, which is not below those before. Whether it is too much to go on.
    pub fn add<E>(
        &mut self,
        tick: u64,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<bool, E> {
        write(&mut self.bytes)?;
        let end = self.bytes.len();
        match self.runs.last_mut().filter(|last| last.tick == tick) {
            Some(last) => last.end = end,
            None => self.runs.push(Run { tick, end }),
        }
        Ok(end + self.taken > WAITING)
    }
}

/// What was taken from an [`Output`], in the order of its ticks.
#[derive(Debug, Default)]
pub(super) struct Queue {
    output: Output,
    /// Runs and bytes of it that have found their place.
    runs: usize,
    bytes: usize,
}

impl Queue {
    /// Takes what there is.
    pub fn take(&mut self, shared: &SharedOutput) {
        let mut more = shared.lock();
        if self.runs == self.output.runs.len() {
            self.clear();
            mem::swap(&mut self.output, &mut more);
        } else {
            let start = self.output.bytes.len();
            self.output.bytes.append(&mut more.bytes);
            let moved = more.runs.drain(..).map(|run| Run { end: run.end + start, ..run });
            self.output.runs.extend(moved);
        }
        more.taken = self.output.bytes.len() - self.bytes;
    }

    /// Says how much of what was taken has found its place.
    pub fn settle(&self, shared: &SharedOutput) {
        shared.lock().taken = self.output.bytes.len() - self.bytes;
    }

    /// The tick of the next records.
    pub fn tick(&self) -> Option<u64> {
        self.output.runs.get(self.runs).map(|run| run.tick)
    }

    /// The next records up to this tick, and no further.
    pub fn up_to(&mut self, tick: u64) -> &[u8] {
        let start = self.bytes;
        while let Some(run) = self.output.runs.get(self.runs).filter(|run| run.tick <= tick) {
            self.bytes = run.end;
            self.runs += 1;
        }
        self.output.bytes.get(start..self.bytes).unwrap_or_default()
    }

    fn clear(&mut self) {
        (self.runs, self.bytes) = (0, 0);
        self.output.runs.clear();
        self.output.bytes.clear();
        if self.output.bytes.capacity() > KEPT {
            self.output.bytes = Vec::new();
        }
    }
}

/// Puts the records of all queues that lie at ticks up to `last` in order, and hands them to `write`.
pub(super) fn merge(queues: &mut [Queue], last: u64, mut write: impl FnMut(&[u8])) {
    loop {
        // The queue with the lowest tick, and the tick of the next one behind it.
        let (mut first, mut until) = (None, u64::MAX);
        for (index, queue) in queues.iter().enumerate() {
            let Some(tick) = queue.tick() else { continue };
            match first {
                Some((lowest, _)) if tick >= lowest => until = until.min(tick),
                _ => {
                    until = first.map_or(until, |(lowest, _)| lowest);
                    first = Some((tick, index));
                }
            }
        }
        let Some((tick, index)) = first.filter(|(tick, _)| *tick <= last) else { return };
        let Some(queue) = queues.get_mut(index) else { return };
        write(queue.up_to(until.saturating_sub(1).min(last).max(tick)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merged_records_are_in_the_order_of_their_ticks(
            owners in prop::collection::vec((0usize..4, 0usize..3), 0..60),
            steps in prop::collection::vec(0u64..70, 0..6),
        ) {
            let shared: Vec<SharedOutput> = (0..4).map(|_| SharedOutput::default()).collect();
            let mut queues: Vec<Queue> = (0..4).map(|_| Queue::default()).collect();
            let mut steps = steps;
            steps.sort_unstable();
            let mut merged = Vec::new();
            let mut told = 0;
            for last in steps.into_iter().chain([u64::MAX]) {
                // All say what they have up to the tick; some go ahead.
                for (tick, (owner, records)) in (0..).zip(&owners).skip(told) {
                    if tick > last.saturating_add(3) {
                        break;
                    }
                    told += 1;
                    for _ in 0..*records {
                        let add = |bytes: &mut Vec<u8>| { bytes.push(tick as u8); Ok::<(), ()>(()) };
                        shared[*owner].lock().add(tick, add).unwrap();
                    }
                }
                queues.iter_mut().zip(&shared).for_each(|(queue, shared)| queue.take(shared));
                merge(&mut queues, last, |bytes| merged.extend_from_slice(bytes));
                prop_assert!(merged.iter().all(|tick| u64::from(*tick) <= last));
            }
            let expected: Vec<u8> =
                (0..).zip(&owners).flat_map(|(tick, (_, records))| vec![tick; *records]).collect();
            prop_assert_eq!(merged, expected);
        }
    }

    #[test]
    fn too_much_counts_what_was_taken_and_has_not_found_its_place() {
        let (shared, mut queue) = (SharedOutput::default(), Queue::default());
        let add = |tick| {
            let write = |bytes: &mut Vec<u8>| -> Result<(), ()> {
                bytes.resize(bytes.len() + WAITING / 2 + 1, 0);
                Ok(())
            };
            shared.lock().add(tick, write).unwrap()
        };
        assert!(!add(5));
        queue.take(&shared);
        assert!(add(6));
        queue.take(&shared);
        assert_eq!(queue.up_to(5).len(), WAITING / 2 + 1);
        queue.settle(&shared);
        assert!(add(7));
        queue.take(&shared);
        queue.up_to(7);
        queue.settle(&shared);
        assert!(!add(8));
    }
}
