//! What holds for all input.

use proptest::prelude::*;

use super::*;

/// A conversation and, cut anyhow, the acts that carry it.
fn cut(bytes: &[u8], sizes: &[usize], direction: Direction) -> Vec<Act> {
    let mut acts = Vec::new();
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().copied().unwrap_or(1).clamp(1, rest.len());
        acts.push(Act::Says(direction, rest[..size].to_vec()));
        rest = &rest[size..];
    }
    acts
}

/// Mixes two sequences of acts in the order that `turns` says.
fn mix(client: Vec<Act>, server: Vec<Act>, turns: &[bool]) -> Vec<Act> {
    let (mut client, mut server) = (client.into_iter(), server.into_iter());
    let mut acts: Vec<_> =
        turns.iter().filter_map(|turn| if *turn { client.next() } else { server.next() }).collect();
    acts.extend(client);
    acts.extend(server);
    acts
}

/// What was told, in a form that does not depend on packets or on the order between the directions: requests,
/// responses and marks, then the bytes passed of each direction.
fn essence(acts: &[Act]) -> Vec<String> {
    let (mut requests, mut others, mut passed) = (Vec::new(), Vec::new(), PerDirection::<String>::default());
    for event in told(acts) {
        match event.split_once(": ") {
            Some((place, bytes)) if place.starts_with("client #") => passed.client.push_str(bytes),
            Some((place, bytes)) if place.starts_with("server #") => passed.server.push_str(bytes),
            _ if event.starts_with("request") => requests.push(event),
            _ => others.push(event),
        }
    }
    [requests, others, vec![passed.client, passed.server]].concat()
}

const OVERTAKING: usize = 2;

fn conversations() -> [(String, String); 6] {
    let post = "POST /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: t\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let refusal = "HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nno!";
    let folded = "\r\nGET /f HTTP/1.1\nUpgrade:\n websocket\nno colon\n\n";
    let proxy = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 80\r\n";
    [
        (format!("{GET}{post}{UPGRADE}frames"), format!("{OK}{chunked}{SWITCHING}answers")),
        (format!("{UPGRADE}{UPGRADE}frames"), format!("{refusal}{SWITCHING}answers")),
        (format!("{GET}{GET}{UPGRADE}frames"), format!("{SWITCHING}{OK}{OK}\u{1}answers")),
        (format!("{proxy}{folded}frames"), format!("HTTP/1.1 103\r\n\r\n{SWITCHING}answers")),
        (format!("CONNECT h:1 HTTP/1.1\r\n\r\n{UPGRADE}"), format!("HTTP/1.1 200 OK\r\n\r\n{SWITCHING}")),
        (format!("{UPGRADE}\u{1}frames"), refusal.to_owned()),
    ]
}

/// Bytes that are HTTP here and there.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        GET,
        UPGRADE,
        SWITCHING,
        OK,
        "\r\n",
        "\n",
        "GET ",
        " HTTP/1.1\r\n",
        "HTTP/1.1 ",
        "101\r\n\r\n",
        "CONNECT a ",
        "Content-Length: 18446744073709551615\r\n",
        "Transfer-Encoding: chunked\r\n\r\n",
        "PROXY TCP4 ",
        "HTTP/1.1 204 x\r\n\r\n",
        "fffffffffffffffff\r\n",
        "0\r\n\r\n",
        "HTTP/1.1 100\r\n\r\n",
        " fold\r\n",
    ]);
    prop_oneof![known.prop_map(|text| text.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 0..20)]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let direction = any::<bool>().prop_map(|client| if client { ClientToServer } else { ServerToClient });
    let act =
        (direction, 0..20u8, pieces(), any::<u64>()).prop_map(
            |(direction, kind, bytes, number)| match kind {
                0 => Act::Gap(direction, number % 100),
                1 => Act::Fin(direction),
                2 => Act::Reset(direction),
                3 => Act::Acks(direction, number % 1000, bytes),
                _ => Act::Says(direction, bytes),
            },
        );
    prop::collection::vec(act, 0..60)
}

proptest! {
    #[test]
    fn the_cut_and_the_order_of_the_directions_change_nothing(
        which in 0..6usize,
        client_sizes in prop::collection::vec(1..60usize, 1..20),
        server_sizes in prop::collection::vec(1..60usize, 1..20),
        turns in prop::collection::vec(any::<bool>(), 0..200),
    ) {
        let (asked, answered) = &conversations()[which];
        let whole = [client(asked), server(answered)];
        // A 101 that overtakes other responses is known for what it is only once its request is there.
        let turns = if which == OVERTAKING { vec![true; asked.len()] } else { turns };
        let cut = mix(
            cut(asked.as_bytes(), &client_sizes, ClientToServer),
            cut(answered.as_bytes(), &server_sizes, ServerToClient),
            &turns,
        );
        prop_assert_eq!(essence(&cut), essence(&whole));
    }

    #[test]
    fn any_input_ends_with_an_empty_budget_and_every_upgrade_decided(acts in acts(), wait in 100..5000usize) {
        let limits = Limits { http_wait: wait, http_head: 400, http_pipeline: 4, held_total: 20_000, ..Limits::default() };
        let told = told_within(&limits, &acts);
        let count = |what: &str| told.iter().filter(|event| event.starts_with(what)).count();
        let asked = told.iter().filter(|event| *event == "request GET /chat").count();
        let decided = told
            .iter()
            .filter(|event| event.ends_with(" to GET /chat") || *event == "unanswered GET /chat")
            .filter(|event| !event.starts_with("interim"))
            .count();
        prop_assert_eq!(asked, decided);
        prop_assert!(count("switched") + count("limit") <= 1);
    }

    #[test]
    fn everything_behind_the_switch_is_passed_as_it_came(behind in acts()) {
        let start = [client(UPGRADE), server(SWITCHING)];
        let told = told(&[&start[..], &behind].concat());
        prop_assert_eq!(told.len(), 3 + behind.len());
    }
}
