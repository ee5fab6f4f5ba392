//! Several captures as one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::capture::{Reader, Recording};

/// The times of a recording's packets in seconds, each with the number of its capture.
fn merge(captures: &[&[u8]]) -> (Vec<(u8, u16)>, Vec<End>) {
    let sources = captures
        .iter()
        .enumerate()
        .map(|(index, seconds)| {
            let mut bytes = pcap_at(seconds);
            bytes[20] = index as u8; // the link type tells where a packet came from
            let open = move || Ok(io::Cursor::new(bytes.clone()));
            let limits = Limits::default();
            // Those that are opened later change nothing.
            if index % 2 == 0 {
                Reader::open(open().unwrap(), &limits)
            } else {
                Reader::open_later(open, &limits)
            }
            .unwrap()
        })
        .collect();
    let mut recording = Recording::new(sources);
    let mut packets = Vec::new();
    loop {
        while let Some(packet) = recording.next_packet() {
            packets.push((packet.data[0], packet.link_type.0));
        }
        if !recording.fill() {
            break;
        }
    }
    (packets, recording.ends().map(|end| end.cloned().expect("all have ended")).collect())
}

/// The same, obviously: take the earliest head, of equal ones the first.
fn model(captures: &[&[u8]]) -> Vec<(u8, u16)> {
    let mut rest: Vec<&[u8]> = captures.to_vec();
    let mut packets = Vec::new();
    while let Some((index, second)) = rest
        .iter()
        .enumerate()
        .filter_map(|(i, seconds)| Some((i, *seconds.first()?)))
        .min_by_key(|(_, s)| *s)
    {
        rest[index] = &rest[index][1..];
        packets.push((second, index as u16));
    }
    packets
}

#[test]
fn rotated_files_follow_each_other_whatever_their_order_on_the_command_line() {
    let (packets, ends) = merge(&[&[5, 6], &[1, 2], &[], &[3, 4]]);
    assert_eq!(packets, [(1, 1), (2, 1), (3, 3), (4, 3), (5, 0), (6, 0)]);
    assert_eq!(ends, vec![End::Complete; 4]);
}

#[test]
fn of_equal_times_the_earlier_file_comes_first() {
    assert_eq!(merge(&[&[1, 2, 2], &[1, 2, 3]]).0, [(1, 0), (1, 1), (2, 0), (2, 0), (2, 1), (3, 1)]);
}

#[test]
fn a_file_keeps_its_order_even_if_its_times_go_back() {
    assert_eq!(merge(&[&[5, 1, 6], &[4, 7]]).0, [(4, 1), (5, 0), (1, 0), (6, 0), (7, 1)]);
    assert_eq!(merge(&[&[5, 1, 6]]).0, [(5, 0), (1, 0), (6, 0)]);
}

#[test]
fn nothing_to_merge() {
    assert_eq!(merge(&[]), (vec![], vec![]));
    assert_eq!(merge(&[&[], &[]]).0, []);
}

#[test]
fn one_damaged_file_does_not_end_the_others() {
    let damaged = [pcap_at(&[1]), numbers(Order::Little, &[0, 0, u32::MAX, 0])].concat();
    let cut = pcap_at(&[2, 3]);
    let sources = [damaged.as_slice(), &cut[..cut.len() - 1], &pcap_at(&[4])]
        .map(|bytes| Reader::open(io::Cursor::new(bytes.to_vec()), &Limits::default()).unwrap());
    let mut recording = Recording::new(sources.into());
    let mut seconds = Vec::new();
    loop {
        while let Some(packet) = recording.next_packet() {
            seconds.push(packet.data[0]);
        }
        if !recording.fill() {
            break;
        }
    }
    assert_eq!(seconds, [1, 2, 4]);
    let ends: Vec<_> = recording.ends().flatten().collect();
    assert!(
        matches!(ends[..], [End::Damaged { .. }, End::Cut { missing: 1, .. }, End::Complete]),
        "{ends:?}"
    );
}

/// A file that counts how many are open.
struct Counted(io::Cursor<Vec<u8>>, Arc<AtomicUsize>);

impl io::Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn of_a_thousand_rotated_files_two_are_open_at_most() {
    let count = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let sources = (0..1_000_u32).map(|hour| {
        let mut bytes = pcap_at(&[]);
        for second in 0..3 {
            bytes.extend(pcap_record(Order::Little, 3 * hour + second, 0, b"x"));
        }
        let (count, most) = (count.clone(), most.clone());
        let open = move || {
            most.fetch_max(1 + count.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            Ok(Counted(io::Cursor::new(bytes.clone()), count.clone()))
        };
        Reader::open_later(open, &Limits::default()).unwrap()
    });
    let mut recording = Recording::new(sources.collect());
    let mut times = Vec::new();
    loop {
        while let Some(packet) = recording.next_packet() {
            times.push(packet.time.as_nanos() / 1_000_000_000);
        }
        if !recording.fill() {
            break;
        }
    }
    assert_eq!(times, (0..3_000).collect::<Vec<_>>());
    assert!(recording.ends().all(|end| end == Some(&End::Complete)));
    assert_eq!(count.load(Ordering::Relaxed), 0);
    assert!(most.load(Ordering::Relaxed) <= 2);
}

#[test]
fn a_file_that_is_gone_when_its_time_comes() {
    let opened = AtomicUsize::new(0);
    let open = move || match opened.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(io::Cursor::new(pcap_at(&[1, 2]))),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let mut reader = Reader::open_later(open, &Limits::default()).unwrap();
    assert!(reader.peek().is_some());
    assert!(reader.next_packet().is_none());
    assert!(!reader.fill());
    assert!(
        matches!(reader.end(), Some(End::ReadFailed { offset: 0, error }) if error.contains("not found"))
    );
}

proptest! {
    #[test]
    fn merging_takes_the_earliest_head(captures in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..8)) {
        let captures: Vec<&[u8]> = captures.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(merge(&captures).0, model(&captures));
    }
}
