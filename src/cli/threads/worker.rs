//! What a thread does.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use super::batch::Batch;
use super::output::SharedOutput;
use crate::analyzer::{Analyzer, Member, Options, Team};
use crate::cli::reading::Rows;
use crate::record::{Record, Summary};
use crate::report::Report;

/// What a thread is told to do.
pub(super) enum Job {
    /// Comes first.
    Begin(Member),
    Batch(Arc<Batch>),
}

/// What a thread says.
pub(super) enum Event {
    /// It is done with a batch; with the last one, these are the totals.
    Done { index: usize, failed: Option<io::Error>, summary: Option<Summary> },
    /// It waits until its rows are written, for which the time has come.
    Full { index: usize },
    /// It does nothing any more.
    Ended,
}

/// What a thread has.
pub(super) struct Worker {
    pub index: usize,
    pub rows: Rows,
    pub report: Box<dyn Report + Send>,
    pub output: Arc<SharedOutput>,
    pub written: Receiver<()>,
    pub events: Sender<Event>,
}

/// Says so when a thread ends, whatever the reason.
struct Farewell(Sender<Event>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let _ = self.0.send(Event::Ended);
    }
}

impl Worker {
    /// Does what it is told to until there is nobody to tell it.
    pub fn run(mut self, options: Options, jobs: &Receiver<Job>) {
        let Ok(Job::Begin(member)) = jobs.recv() else { return };
        let (team, _) = member.team();
        let _farewell = Farewell(self.events.clone());
        let mut analyzer = Analyzer::of_team(options, member);
        while let Ok(Job::Batch(batch)) = jobs.recv() {
            let (mut failed, mut summary) = (None, None);
            batch.replay(&mut analyzer, &mut |record| match record {
                Record::Summary(part) => summary = Some(part.clone()),
                _ if failed.is_none() => failed = self.write(record, &team).err(),
                _ => {}
            });
            // Whoever hears that it is done may fill it again.
            drop(batch);
            if self.events.send(Event::Done { index: self.index, failed, summary }).is_err() {
                return;
            }
        }
    }

    fn write(&mut self, record: &Record<'_>, team: &Team) -> io::Result<()> {
        if !self.rows.include(record) {
            return Ok(());
        }
        let tick = team.tick(self.index);
        let Self { rows, report, .. } = self;
        let is_full = self.output.lock().add(tick, |bytes| rows.write(record, &mut **report, bytes))?;
        if is_full {
            team.await_turn(self.index);
            if self.events.send(Event::Full { index: self.index }).is_ok() {
                // An error means that nobody writes any more, which the next event will show.
                let _ = self.written.recv();
            }
        }
        Ok(())
    }
}
