//! The loads: who sends what, in which order.

mod bulk;
mod chat;
mod churn;
mod disorder;
mod feed;
mod fragments;
mod haystack;
mod long;
mod open;

use std::io;

use sockeye::base::Direction;

use crate::connection::WebSocket;
use crate::random::Random;
use crate::tap::Tap;
use crate::truth::Truth;

/// A kind of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Many connections open at once, small JSON both ways.
    Chat,
    /// The server sends JSON to few connections, many frames in a write.
    Feed,
    /// Large masked binary messages.
    Bulk,
    /// Chat over a bad network: retransmissions and reordering.
    Dirty,
    /// Chat among twenty times as much other TCP.
    Haystack,
    /// One connection with very many tiny frames.
    Long,
    /// Very many short connections.
    Churn,
    /// Feed, compressed with permessage-deflate.
    Deflate,
    /// One connection whose small segments come in the wrong order.
    Disorder,
    /// Very many connections that never end.
    Open,
    /// One message of very many tiny fragments.
    Fragments,
}

impl Load {
    /// What is to be fast.
    pub const ALL: [Load; 8] = [
        Load::Chat,
        Load::Feed,
        Load::Bulk,
        Load::Dirty,
        Load::Haystack,
        Load::Long,
        Load::Churn,
        Load::Deflate,
    ];

    /// What is legal and meant to cost more than it should.
    pub const HOSTILE: [Load; 3] = [Load::Disorder, Load::Open, Load::Fragments];

    /// What the load is called.
    pub fn name(self) -> &'static str {
        match self {
            Load::Chat => "chat",
            Load::Feed => "feed",
            Load::Bulk => "bulk",
            Load::Dirty => "dirty",
            Load::Haystack => "haystack",
            Load::Long => "long",
            Load::Churn => "churn",
            Load::Deflate => "deflate",
            Load::Disorder => "disorder",
            Load::Open => "open",
            Load::Fragments => "fragments",
        }
    }

    /// [`Load::ALL`], then [`Load::HOSTILE`].
    pub fn each() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Self::HOSTILE)
    }

    /// The load of that name.
    ///
    /// # Errors
    /// What to say if there is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let names = || Self::each().map(Self::name).collect::<Vec<_>>().join(", ");
        Self::each().find(|load| load.name() == name).ok_or_else(|| format!("one of {}", names()))
    }
}

/// Plays a load until the capture has about `size` bytes; what was sent.
pub fn play(load: Load, size: u64, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    match load {
        Load::Chat | Load::Dirty => chat::play(size, tap, random),
        Load::Feed => feed::play(size, false, tap, random),
        Load::Deflate => feed::play(size, true, tap, random),
        Load::Bulk => bulk::play(size, tap, random),
        Load::Haystack => haystack::play(size, tap, random),
        Load::Long => long::play(size, tap, random),
        Load::Churn => churn::play(size, tap, random),
        Load::Disorder => disorder::play(size, tap, random),
        Load::Open => open::play(size, tap, random),
        Load::Fragments => fragments::play(size, tap, random),
    }
}

/// Bytes that the end of a connection takes in the capture.
const CLOSING: u64 = 500;

/// How many connections are open at once: `most`, if there is so much to send.
fn open_at_once(size: u64, most: usize, bytes_for_each: u64) -> usize {
    most.min((size / bytes_for_each) as usize).max(1)
}

/// Opens connections of WebSocket, numbered from 0.
fn open(
    count: usize,
    compressed: bool,
    tap: &mut Tap<'_>,
    random: &mut Random,
) -> io::Result<Vec<WebSocket>> {
    (0..count).map(|number| WebSocket::open(number, compressed, tap, random)).collect()
}

/// Closes connections, and tells what was sent on them.
fn close(connections: Vec<WebSocket>, tap: &mut Tap<'_>, random: &mut Random) -> io::Result<Truth> {
    let mut truth = Truth::default();
    for connection in connections {
        truth.done(connection.close(tap, random)?);
    }
    Ok(truth)
}

fn either(random: &mut Random) -> Direction {
    Direction::BOTH[random.below(2)]
}
