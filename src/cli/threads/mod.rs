//! Analysis in several threads, whose output is that of one.
//!
//! ```text
//!                    batches, the same for all            rows with their ticks
//!   this thread ──┬──────► Analyzer, filter, report ──────► Output ──┬──► rows in order
//!   reads packets └──────► Analyzer, filter, report ──────► Output ──┘    this thread writes them
//! ```
//!
//! Every thread follows all connections and looks into some (see [`Team`]). At no time are more than [`IN_FLIGHT`] batches
//! on their way, and no thread holds more rows than `output` allows, so memory stays bounded.
//!
//! Nobody waits for ever. This thread waits only for events, which every thread sends when it is done with a batch, when it
//! can go on only if its rows are written, and when it ends, whatever the reason. A thread whose rows have to be written
//! says so when all others are where it is, so that they can be. And threads that wait for each other do so in the order of
//! their ticks. When this thread ends, all channels close, and the others end with their batch.

mod batch;
mod output;
mod worker;

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, Scope};

use super::failure::Failure;
use super::reading::{Analysis, Printer, Rows};
use crate::analyzer::{Options, Team, total};
use crate::base::SHARDS;
use crate::capture::{End, Packet};
use crate::record::{Record, Summary};
use crate::report::Report;

use batch::Batch;
use output::{Queue, SharedOutput, merge};
use worker::{Event, Job, Worker};

/// Batches that are read ahead. Once there are as many, half of them are done before there are more: threads that wake up for
/// each single batch may all be put on one core, as each is done before the next one wakes up.
const IN_FLIGHT: usize = 16;
/// Bytes of them, if their packets are large.
const BYTES_IN_FLIGHT: usize = 4 << 20;

/// The threads, and what this one knows of them.
pub(super) struct Crew<'r, W: Write> {
    printer: Printer<'r, W>,
    team: Arc<Team>,
    hands: Vec<Hand>,
    queues: Vec<Queue>,
    events: Receiver<Event>,
    /// The batch that is being filled.
    batch: Batch,
    in_flight: VecDeque<Arc<Batch>>,
    /// Bytes of those.
    bytes: usize,
    /// Batches that all are done with, to be filled again.
    spare: Vec<Batch>,
    /// Whether to wait for more packets can take long.
    waits: bool,
    failed: Option<Failure>,
}

/// A thread.
struct Hand {
    jobs: Sender<Job>,
    /// Says that its rows have been written.
    written: Sender<()>,
    output: Arc<SharedOutput>,
    /// Batches it has and has not done.
    batches: usize,
    summary: Option<Summary>,
}

/// Threads that have begun and wait for something to do.
pub(super) struct Hired {
    hands: Vec<Hand>,
    team: Arc<Team>,
    events: Receiver<Event>,
}

/// Begins as many threads as are asked for and can be had; `None` if that is not more than one, or if the report of `printer`
/// is made by one.
pub(super) fn hire<'s>(
    scope: &'s Scope<'s, '_>,
    threads: usize,
    options: &Options,
    printer: &Printer<'_, impl Write>,
) -> Option<Hired> {
    if threads < 2 {
        return None;
    }
    let (send, events) = channel();
    let hands: Vec<Hand> = (0..threads.min(SHARDS))
        .map_while(|index| {
            let report = printer.report.fork()?;
            begin(scope, index, options, (printer.rows.clone(), report), &send)
        })
        .collect();
    let members = Team::of(hands.len());
    let (team, _) = members.first()?.team();
    for (hand, member) in hands.iter().zip(members) {
        // It cannot have ended before it has begun.
        let _ = hand.jobs.send(Job::Begin(member));
    }
    (hands.len() > 1).then_some(Hired { hands, team, events })
}

impl Hired {
    /// Lets them work. `waits` says whether to wait for more packets can take long.
    pub fn work<W: Write>(self, printer: Printer<'_, W>, waits: bool) -> Crew<'_, W> {
        let Self { hands, team, events } = self;
        Crew {
            printer,
            team,
            queues: hands.iter().map(|_| Queue::default()).collect(),
            hands,
            events,
            batch: Batch::default(),
            in_flight: VecDeque::new(),
            bytes: 0,
            spare: Vec::new(),
            waits,
            failed: None,
        }
    }
}

/// Begins a thread.
fn begin<'s>(
    scope: &'s Scope<'s, '_>,
    index: usize,
    options: &Options,
    (rows, report): (Rows, Box<dyn Report + Send>),
    events: &Sender<Event>,
) -> Option<Hand> {
    let (jobs, to_do) = channel();
    let (written, wait) = channel();
    let output = Arc::new(SharedOutput::default());
    let worker =
        Worker { index, rows, report, output: Arc::clone(&output), written: wait, events: events.clone() };
    let options = options.clone();
    Builder::new().spawn_scoped(scope, move || worker.run(options, &to_do)).ok()?;
    Some(Hand { jobs, written, output, batches: 0, summary: None })
}

impl<W: Write> Analysis for Crew<'_, W> {
    fn push(&mut self, packet: &Packet<'_>) {
        self.batch.packet(packet);
        self.send_full();
    }

    fn add_keys(&mut self, text: &[u8]) {
        self.batch.keys(text);
        self.send_full();
    }

    fn pause(&mut self) -> Result<(), Failure> {
        if self.waits {
            return self.flush();
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.complete();
        self.fail_on(|printer| printer.flush());
        self.failed.take().map_or(Ok(()), Err)
    }

    fn finish(mut self, ends: Vec<(String, End)>) -> Result<Summary, Failure> {
        for (file, end) in ends {
            self.batch.cut(file, end);
        }
        self.batch.finish();
        self.complete();
        if let Some(failure) = self.failed.take() {
            return Err(failure);
        }
        let summary = total(self.hands.iter_mut().filter_map(|hand| hand.summary.take()));
        self.printer.print(&Record::Summary(summary));
        self.printer.finish()
    }
}

impl<W: Write> Crew<'_, W> {
    fn send_full(&mut self) {
        if self.batch.is_full() {
            self.send();
        }
    }

    /// Gives the batch to all threads; waits first if there is too much on its way.
    fn send(&mut self) {
        if self.in_flight.len() >= IN_FLIGHT || self.bytes >= BYTES_IN_FLIGHT {
            let is_much =
                |crew: &Self| crew.in_flight.len() > IN_FLIGHT / 2 || crew.bytes > BYTES_IN_FLIGHT / 2;
            while self.failed.is_none() && is_much(self) {
                self.treat_next();
            }
        }
        let empty = self.spare.pop().unwrap_or_default();
        let batch = Arc::new(std::mem::replace(&mut self.batch, empty));
        if self.failed.is_some() {
            return;
        }
        for hand in &mut self.hands {
            // If it has ended, it has told so.
            let _ = hand.jobs.send(Job::Batch(Arc::clone(&batch)));
            hand.batches += 1;
        }
        self.bytes += batch.size();
        self.in_flight.push_back(batch);
        // Rows are written as soon as they can be, and not only when there is nothing else to do.
        while let Ok(event) = self.events.try_recv() {
            self.treat(event);
        }
    }

    /// Waits until everything is done, and its rows are written.
    fn complete(&mut self) {
        if !self.batch.is_empty() {
            self.send();
        }
        while self.failed.is_none() && !self.in_flight.is_empty() {
            self.treat_next();
        }
    }

    fn treat_next(&mut self) {
        match self.events.recv() {
            Ok(event) => self.treat(event),
            Err(_) => self.failed = Some(ended()),
        }
    }

    fn treat(&mut self, event: Event) {
        match event {
            Event::Done { index, failed, summary } => {
                if let Some(hand) = self.hands.get_mut(index) {
                    hand.batches -= 1;
                    hand.summary = summary.or(hand.summary.take());
                }
                self.fail_on(|_| failed.map_or(Ok(()), |error| Err(error.into())));
                let behind = self.hands.iter().map(|hand| hand.batches).max().unwrap_or_default();
                if behind < self.in_flight.len() {
                    self.write();
                    self.recycle();
                }
            }
            Event::Full { index } => {
                self.write();
                if let Some(hand) = self.hands.get(index) {
                    let _ = hand.written.send(());
                }
            }
            Event::Ended => self.fail_on(|_| Err(ended())),
        }
    }

    /// All are done with the oldest batch.
    fn recycle(&mut self) {
        let Some(batch) = self.in_flight.pop_front() else { return };
        self.bytes -= batch.size();
        if let Some(mut batch) = Arc::into_inner(batch) {
            batch.clear();
            self.spare.push(batch);
        }
    }

    /// Writes all rows whose place is known.
    fn write(&mut self) {
        // Whoever is at a tick has told everything before it. This has to be known first.
        let last = (0..self.hands.len()).map(|index| self.team.tick(index)).min().unwrap_or_default();
        for (queue, hand) in self.queues.iter_mut().zip(&self.hands) {
            queue.take(&hand.output);
        }
        let printer = &mut self.printer;
        merge(&mut self.queues, last, |rows| printer.join(rows));
        for (queue, hand) in self.queues.iter().zip(&self.hands) {
            queue.settle(&hand.output);
        }
        self.fail_on(|printer| printer.check());
    }

    /// Keeps the first failure.
    fn fail_on(&mut self, act: impl FnOnce(&mut Printer<'_, W>) -> Result<(), Failure>) {
        if self.failed.is_none() {
            self.failed = act(&mut self.printer).err();
        }
    }
}

/// A thread has ended before it should. What it says of that is told when all have ended.
fn ended() -> Failure {
    Failure::Output(std::io::Error::other("a thread has ended too early"))
}
