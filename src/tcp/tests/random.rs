//! Properties that hold for any input.

use proptest::prelude::*;

use super::wire::{Seen, Sent, Wire, c, s};
use crate::base::{Direction, Limits};
use crate::packet::Flags;
use crate::tcp::CloseReason;

/// What happens next in a clean conversation: who sends how many bytes, and which bytes it has sent before it repeats.
type Turn = (bool, usize, Option<(usize, usize)>);

struct End {
    first: u32,
    sent: Vec<u8>,
}

impl End {
    fn sequence(&self, offset: usize) -> u32 {
        self.first.wrapping_add(offset as u32)
    }
}

/// A conversation in clean order: data, repetitions, and the FINs with their acknowledgments.
fn conversation(turns: &[Turn], client: &mut End, server: &mut End) -> Vec<Sent> {
    let mut segments = Vec::new();
    for (from_client, length, repeat) in turns {
        let (sender, receiver, start): (_, _, fn(u32) -> Sent) =
            if *from_client { (&mut *client, &*server, c) } else { (&mut *server, &*client, s) };
        let acknowledged = receiver.sequence(receiver.sent.len());
        let offset = sender.sent.len();
        sender.sent.extend((offset..offset + length).map(|at| b'a' + (at % 26) as u8));
        let segment = |from: usize, to: usize| {
            start(sender.sequence(from)).ack(acknowledged).bytes(&sender.sent[from..to])
        };
        segments.push(segment(offset, sender.sent.len()));
        if let Some((from, length)) = repeat {
            let from = from % (sender.sent.len() + 1);
            segments.push(segment(from, sender.sent.len().min(from + length)));
        }
    }
    let (client, server) = (client.sequence(client.sent.len()), server.sequence(server.sent.len()));
    segments.push(c(client).ack(server).fin());
    segments.push(s(server).ack(client.wrapping_add(1)).fin());
    segments.push(c(client.wrapping_add(1)).ack(server.wrapping_add(1)));
    segments
}

proptest! {
    #[test]
    fn any_cutting_order_and_repetition_gives_the_same_bytes(
        first in any::<(u32, u32)>(),
        turns in prop::collection::vec(
            (any::<bool>(), 0usize..20, prop::option::of((any::<usize>(), 0usize..60))), 0..60),
        moves in prop::collection::vec((0usize..=3, any::<bool>()), 200),
        slow in any::<bool>(),
    ) {
        let mut client = End { first: first.0, sent: Vec::new() };
        let mut server = End { first: first.1, sent: Vec::new() };
        let clean = conversation(&turns, &mut client, &mut server);
        let mut captured: Vec<(usize, usize, &Sent)> = Vec::new();
        for (at, (sent, (places, twice))) in clean.iter().zip(&moves).enumerate() {
            captured.push((at + places, at, sent));
            if *twice {
                captured.push((at + places, at, sent));
            }
        }
        captured.sort_by_key(|(place, ..)| *place);

        let mut wire = Wire::new();
        wire.all([
            c(client.first.wrapping_sub(1)).syn(),
            s(server.first.wrapping_sub(1)).syn().ack(client.first),
            c(client.first).ack(server.first),
        ]);
        for (_, at, sent) in captured {
            // A slow conversation: the time of a packet moves with it, and no grace of time protects what is late.
            if slow { wire.send_at(at as i64 * 1_000_000_000, sent.clone()) } else { wire.send(sent.clone()) }
        }
        let text = |end: &End| String::from_utf8_lossy(&end.sent).into_owned() + ".";
        prop_assert_eq!(wire.client(), text(&client));
        prop_assert_eq!(wire.server(), text(&server));
        let closed: Vec<_> = wire.closed().into_iter().map(|(.., why)| why).collect();
        prop_assert_eq!(closed, [CloseReason::Fin]);
        prop_assert_eq!(wire.seen.iter().find(|(_, seen)| matches!(seen, Seen::Conflict { .. })), None);
        wire.finish();
    }

    #[test]
    fn garbage_keeps_every_promise(
        segments in prop::collection::vec(garbage(), 0..300),
        connections in 1usize..4,
        out_of_order in prop_oneof![Just(0usize), 0usize..2000, Just(1usize << 20)],
        out_of_order_total in prop_oneof![0u64..1000, Just(1u64 << 20)],
        history_total in prop_oneof![Just(0u64), 0u64..40_000],
    ) {
        let limits = Limits { connections, out_of_order, out_of_order_total, history_total, ..Limits::default() };
        let [once, again] = [0, 1].map(|_| {
            let mut wire = Wire::with(limits);
            for (nanos, sent) in &segments {
                wire.send_at(*nanos, sent.clone());
                assert!(wire.held() <= out_of_order_total && wire.history() <= history_total);
            }
            wire.finish();
            assert_eq!(wire.notes.len(), segments.len());
            wire.seen
        });
        prop_assert_eq!(once, again);
    }

    #[test]
    fn connections_that_nobody_watches_begin_and_end_as_others_do(
        segments in prop::collection::vec(garbage(), 0..300),
        connections in 1usize..4,
        out_of_order in prop_oneof![Just(0usize), 0usize..2000, Just(1usize << 20)],
    ) {
        let limits = Limits { connections, out_of_order, ..Limits::default() };
        let [watched, unwatched] = [false, true].map(|unwatched| {
            let mut wire = Wire::with(limits);
            wire.unwatched = unwatched;
            for (nanos, sent) in &segments {
                wire.send_at(*nanos, sent.clone());
            }
            wire.finish();
            let bounds = |(_, seen): &(u64, Seen)| {
                matches!(seen, Seen::Opened { .. } | Seen::Closed(..) | Seen::Released)
            };
            wire.seen.into_iter().filter(bounds).collect::<Vec<_>>()
        });
        prop_assert_eq!(watched, unwatched);
    }

    #[test]
    fn nothing_is_told_of_bytes_that_nobody_watches(segments in prop::collection::vec(garbage(), 1..100)) {
        let mut wire = Wire::new();
        wire.unwatched = true;
        for (_, sent) in &segments {
            wire.send(sent.clone());
        }
        wire.finish();
        // What the first segment of a connection tells comes before anybody can say that nobody watches.
        let begun = wire.seen.iter().filter(|(_, seen)| matches!(seen, Seen::Opened { .. })).count();
        prop_assert_eq!(wire.notes.len(), begun);
    }
}

proptest! {
    #[test]
    fn the_short_cut_changes_nothing(
        first in any::<(u32, u32)>(),
        syns in 0usize..4,
        turns in prop::collection::vec(
            (any::<bool>(), prop_oneof![Just(0usize), 1usize..20], Just(None)), 0..80),
        ways in prop::collection::vec(way(), 100),
        history_total in prop_oneof![Just(0u64), Just(1u64 << 20)],
        watched in 0usize..100,
        reset in prop::option::of(0usize..100),
    ) {
        let mut client = End { first: first.0, sent: Vec::new() };
        let mut server = End { first: first.1, sent: Vec::new() };
        let clean = conversation(&turns, &mut client, &mut server);
        let handshake = [
            c(client.first.wrapping_sub(1)).syn(),
            s(server.first.wrapping_sub(1)).syn().ack(client.first),
            c(client.first).ack(server.first),
        ];
        let on_wire = clean.into_iter().zip(&ways).flat_map(|(sent, way)| way.of(sent));
        let mut captured: Vec<Sent> = handshake.into_iter().skip(syns).chain(on_wire).collect();
        if let Some(after) = reset {
            captured.truncate(after);
            captured.push(c(client.first).rst());
        }
        let [short, long] = [false, true].map(|long| {
            let mut wire = Wire::with(Limits { history_total, ..Limits::default() });
            if long {
                wire.take_long_way();
            }
            wire.step = 30_000_000;
            for (at, sent) in captured.iter().enumerate() {
                wire.unwatched = at >= watched;
                wire.send(sent.clone());
            }
            wire.finish();
            (wire.seen, format!("{:?}", wire.notes))
        });
        prop_assert_eq!(short, long);
    }
}

/// What becomes of a segment on its way into the capture.
#[derive(Debug, Clone)]
enum Way {
    Straight,
    Lost,
    Twice,
    Cut,
    NoWindow,
    NoAck,
    EarlyAck(u32),
    AfterKeepAlive,
    Late(u32),
    Flags(u8),
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![
        60 => Just(Way::Straight),
        2 => Just(Way::Lost),
        4 => Just(Way::Twice),
        2 => Just(Way::Cut),
        2 => Just(Way::NoWindow),
        2 => Just(Way::NoAck),
        2 => (0u32..30).prop_map(Way::EarlyAck),
        3 => Just(Way::AfterKeepAlive),
        3 => (0u32..30).prop_map(Way::Late),
        2 => any::<u8>().prop_map(Way::Flags),
    ]
}

impl Way {
    fn of(&self, sent: Sent) -> Vec<Sent> {
        let (before, half) = (sent.sequence.wrapping_sub(1), sent.data.len() / 2);
        match *self {
            Way::Straight => vec![sent],
            Way::Lost => Vec::new(),
            Way::Twice => vec![sent.clone(), sent],
            Way::Cut => vec![sent.cut(half)],
            Way::NoWindow => vec![sent.window(0)],
            Way::NoAck => vec![Sent { ack: None, flags: Flags(sent.flags.0 & !Flags::ACK.0), ..sent }],
            Way::EarlyAck(by) => vec![Sent { ack: sent.ack.map(|ack| ack.wrapping_add(by)), ..sent }],
            Way::AfterKeepAlive => {
                vec![Sent { sequence: before, data: Vec::new(), ..sent.clone() }, sent]
            }
            Way::Late(by) => vec![Sent { sequence: sent.sequence.wrapping_sub(by), ..sent }],
            Way::Flags(flags) => vec![Sent { flags: Flags(flags), ..sent }],
        }
    }
}

/// Segments whose numbers are close enough to each other to meet, or anything.
fn garbage() -> impl Strategy<Value = (i64, Sent)> {
    let number =
        || prop_oneof![8 => 0u32..40, 1 => (0u32..40).prop_map(u32::wrapping_neg), 1 => any::<u32>()];
    let flags =
        prop_oneof![6 => Just(0x10u8), 1 => Just(0x02), 1 => Just(0x12), 1 => Just(0x11), 1 => any::<u8>()];
    let nanos = prop_oneof![9 => 0i64..5_000_000_000, 1 => any::<i64>()];
    let missing = prop_oneof![6 => Just(0u32), 2 => 0u32..20, 1 => any::<u32>().prop_map(|any| any / 2)];
    (any::<bool>(), 0u16..4, number(), number(), flags, 0usize..20, missing, nanos).prop_map(
        |(client, port, sequence, ack, flags, length, missing, nanos)| {
            let from = if client { Direction::ClientToServer } else { Direction::ServerToClient };
            let data = vec![sequence as u8; length];
            let sent = Sent { from, port, flags: Flags(flags), missing, data, ..c(sequence).ack(ack) };
            (nanos, Sent { flags: Flags(flags), ..sent })
        },
    )
}
