//! Several captures as one.

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
            Reader::open(std::io::Cursor::new(bytes), &Limits::default()).unwrap()
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
        .map(|bytes| Reader::open(std::io::Cursor::new(bytes.to_vec()), &Limits::default()).unwrap());
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

proptest! {
    #[test]
    fn merging_takes_the_earliest_head(captures in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..8)) {
        let captures: Vec<&[u8]> = captures.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(merge(&captures).0, model(&captures));
    }
}
