//! permessage-deflate in the opening handshake (RFC 7692 §5, §7).

use proptest::prelude::*;

use super::*;
use crate::record::Side;

/// What is found if the client offers this and the server accepts that; empty for no such field.
fn negotiate(offer: &str, answer: &str) -> Vec<Violation> {
    heads(&with_extensions(REQUEST, offer), &with_extensions(RESPONSE, answer))
}

fn with_extensions(head: &str, extensions: &str) -> String {
    match extensions {
        "" => head.to_owned(),
        list => edit(head, "", &format!("Sec-WebSocket-Extensions: {list}")),
    }
}

/// The codes of what is found if permessage-deflate has these parameters.
fn of_params(offer: &str, answer: &str) -> Vec<&'static str> {
    codes(&negotiate(&format!("permessage-deflate{offer}"), &format!("permessage-deflate{answer}")))
}

/// The codes found in an offer that the server declines.
fn offered(params: &str) -> Vec<&'static str> {
    codes(&negotiate(&format!("permessage-deflate{params}"), ""))
}

/// The codes found in an answer by itself, and the rule for which the client has to fail the connection.
fn answered(answer: &str) -> (Vec<&'static str>, Option<&'static str>) {
    let (found, must_fail) = judge(None, Some(&with_extensions(RESPONSE, answer)), COMPLETE);
    (codes(&found), must_fail.map(|rule| rule.code))
}

#[test]
fn rfc7692_7_1_2_window_bits_are_8_to_15() {
    for name in ["server_max_window_bits", "client_max_window_bits"] {
        for bits in 8..=15 {
            for value in [format!("{bits}"), format!("\"{bits}\""), format!(" \"{bits}\" ")] {
                assert!(offered(&format!("; {name}={value}")).is_empty(), "{name}={value}");
                assert_eq!(answered(&format!("permessage-deflate;{name}={value}")), (vec![], None));
            }
        }
        for value in ["7", "16", "0", "08", "010", "015", "+9", "-9", "1e1", "x", "256", "99999999999", "9.0"]
        {
            assert_eq!(offered(&format!("; {name}={value}")), ["WS602"], "{name}={value}");
            let answer = format!("permessage-deflate; {name}={value}");
            assert_eq!(answered(&answer), (vec!["WS602"], Some("WS602")), "{answer}");
        }
    }
}

#[test]
fn rfc7692_7_1_2_2_client_max_window_bits_stands_without_value_in_offers_only() {
    assert!(offered("; client_max_window_bits").is_empty());
    assert_eq!(answered("permessage-deflate; client_max_window_bits"), (vec!["WS602"], Some("WS602")));
    assert_eq!(offered("; server_max_window_bits"), ["WS602"]);
    assert_eq!(answered("permessage-deflate; server_max_window_bits"), (vec!["WS602"], Some("WS602")));
}

#[test]
fn rfc7692_7_1_1_context_takeover_has_no_value() {
    for name in ["server_no_context_takeover", "client_no_context_takeover"] {
        assert!(offered(&format!("; {name}")).is_empty());
        assert_eq!(offered(&format!("; {name}=1")), ["WS602"]);
        let answer = format!("permessage-deflate; {name}=true");
        assert_eq!(answered(&answer), (vec!["WS602"], Some("WS602")));
    }
}

#[test]
fn rfc7692_7_unknown_and_repeated_parameters() {
    assert_eq!(offered("; foo=1"), ["WS601"]);
    assert_eq!(offered("; foo; foo"), ["WS601", "WS603"]);
    assert_eq!(offered("; client_max_window_bits=9; client_max_window_bits"), ["WS603"]);
    assert_eq!(offered("; server_no_context_takeover; Server_No_Context_Takeover"), ["WS603"]);
    assert_eq!(answered("permessage-deflate; foo"), (vec!["WS601"], Some("WS601")));
    let twice = "permessage-deflate; server_no_context_takeover; server_no_context_takeover";
    assert_eq!(answered(twice), (vec!["WS603"], Some("WS603")));
    let all = "permessage-deflate; foo; client_max_window_bits; client_max_window_bits=10";
    assert_eq!(answered(all), (vec!["WS601", "WS602", "WS603"], Some("WS601")));
}

#[test]
fn rfc7692_7_every_offered_element_is_judged_and_no_other_extension() {
    let offer = "x-a; foo, permessage-deflate, permessage-bzip2; client_max_window_bits=99";
    assert!(negotiate(offer, "").is_empty());
    let found = negotiate("permessage-deflate; a=1, Permessage-Deflate; b; c, permessage-deflate", "");
    assert_eq!(codes(&found), ["WS601"]);
    assert_eq!(found[0].side, Side::Client);
    for part in ["\"a\"", "\"permessage-deflate; a=1\"", "3 of the kind"] {
        assert!(found[0].text.contains(part), "{part}: {}", found[0].text);
    }
}

#[test]
fn a_finding_stands_in_the_field_of_its_element() {
    let fields = "permessage-deflate\r\nX: y\r\nSec-WebSocket-Extensions: permessage-deflate; foo";
    let found = negotiate(fields, "");
    let request = with_extensions(REQUEST, fields);
    assert_eq!(found[0].stream_offset, request.rfind("Sec-WebSocket-Ext").map(|at| at as u64));
}

#[test]
fn rfc7692_7_1_what_a_server_may_answer() {
    for (offer, answer) in [
        ("", ""),
        ("", "; server_no_context_takeover"),
        ("", "; client_no_context_takeover"),
        ("", "; server_max_window_bits=8"),
        ("; client_no_context_takeover", ""),
        ("; client_max_window_bits", ""),
        ("; client_max_window_bits=10", ""),
        ("; client_max_window_bits", "; client_max_window_bits=15"),
        ("; client_max_window_bits=10", "; client_max_window_bits=12"),
        ("; client_max_window_bits=12", "; client_max_window_bits=10"),
        ("; server_max_window_bits=10", "; server_max_window_bits=\"10\""),
        ("; server_max_window_bits=10", "; server_max_window_bits=8"),
        ("; server_no_context_takeover", "; client_no_context_takeover; server_no_context_takeover"),
        ("; server_max_window_bits=15", "; SERVER_MAX_WINDOW_BITS=15"),
        ("; server_max_window_bits=10, permessage-deflate", ""),
        ("; server_max_window_bits=10, permessage-deflate", "; server_max_window_bits=11"),
        ("; foo, permessage-deflate; client_max_window_bits", "; client_max_window_bits=9"),
    ] {
        let found = negotiate(&format!("permessage-deflate{offer}"), &format!("permessage-deflate{answer}"));
        let of_server: Vec<_> = found.iter().filter(|violation| violation.side == Side::Server).collect();
        assert!(of_server.is_empty(), "{offer:?} {answer:?} {of_server:?}");
    }
    assert!(negotiate("permessage-deflate; server_max_window_bits=10", "").is_empty());
}

#[test]
fn rfc7692_7_1_an_answer_that_fits_no_offer() {
    for (offer, answer, part) in [
        ("", "; client_max_window_bits=15", "client_max_window_bits was not offered"),
        ("; server_no_context_takeover", "", "server_no_context_takeover is missing"),
        ("; server_max_window_bits=10", "", "server_max_window_bits=10 is missing"),
        ("; server_max_window_bits=10", "; server_max_window_bits=11", "is 11, more than the 10 offered"),
        (
            "; server_max_window_bits=10, permessage-deflate; server_no_context_takeover",
            "; client_no_context_takeover",
            "server_max_window_bits=10 is missing; server_no_context_takeover is missing",
        ),
        (
            "; client_max_window_bits; server_no_context_takeover, permessage-deflate",
            "; client_max_window_bits=10",
            "server_no_context_takeover is missing; client_max_window_bits was not offered",
        ),
    ] {
        let found = negotiate(&format!("permessage-deflate{offer}"), &format!("permessage-deflate{answer}"));
        assert_eq!(codes(&found), ["WS604"], "{offer:?} {answer:?}");
        assert!(found[0].text.contains(part), "{}", found[0].text);
        assert_eq!(found[0].side, Side::Server);
    }
}

#[test]
fn rfc7692_7_1_a_mismatch_does_not_oblige_the_client_to_fail() {
    let request = with_extensions(REQUEST, "permessage-deflate; server_no_context_takeover");
    let response = with_extensions(RESPONSE, "permessage-deflate");
    let (found, must_fail) = judge(Some(&request), Some(&response), COMPLETE);
    assert_eq!((codes(&found), must_fail), (vec!["WS604"], None));
}

#[test]
fn an_invalid_value_is_not_told_as_a_mismatch_too() {
    assert_eq!(of_params("; server_max_window_bits=10", "; server_max_window_bits=16"), ["WS602"]);
    assert_eq!(of_params("; server_max_window_bits=10", "; server_max_window_bits"), ["WS602"]);
    assert_eq!(of_params("; server_no_context_takeover", "; foo"), ["WS601", "WS604"]);
}

#[test]
fn rfc7692_7_an_offer_that_had_to_be_declined() {
    assert_eq!(of_params("; server_max_window_bits=7", ""), ["WS602", "WS610"]);
    assert_eq!(of_params("; foo", "; server_max_window_bits=9"), ["WS601", "WS610"]);
    assert_eq!(
        of_params("; foo, permessage-deflate; client_max_window_bits=1", ""),
        ["WS601", "WS602", "WS610"]
    );
    assert_eq!(of_params("; foo, permessage-deflate", ""), ["WS601"]);
    let found = negotiate("permessage-deflate; foo; foo", "permessage-deflate; client_max_window_bits=10");
    assert_eq!(codes(&found), ["WS601", "WS603", "WS610"]);
    assert!(found[2].text.contains("WS601, WS603"), "{}", found[2].text);
}

#[test]
fn rfc6455_4_1_what_was_not_offered_at_all_is_told_once() {
    assert_eq!(codes(&negotiate("", "permessage-deflate; client_max_window_bits=10")), ["WS127"]);
    assert_eq!(codes(&negotiate("x-a", "permessage-deflate")), ["WS127"]);
}

#[test]
fn what_cannot_be_read_of_an_offer_may_be_what_was_accepted() {
    for offer in
        ["permessage-deflate;", "permessage-deflate; server_max_window_bits=", "permessage-deflate x"]
    {
        assert_eq!(codes(&negotiate(offer, "permessage-deflate")), ["WS113", "WS131"], "{offer}");
        let offer = format!("{offer}, permessage-deflate; server_no_context_takeover");
        assert_eq!(codes(&negotiate(&offer, "permessage-deflate")), ["WS113", "WS131"], "{offer}");
    }
}

#[test]
fn rfc7692_5_rsv1_is_claimed_once() {
    let offer = "permessage-deflate, x-webkit-deflate-frame, deflate-frame, permessage-bzip2, x-a";
    for answer in [
        "permessage-deflate, permessage-deflate",
        "x-a, Permessage-Deflate, x-webkit-deflate-frame",
        "deflate-frame; no_context_takeover, permessage-deflate",
        "permessage-bzip2, permessage-deflate",
        "permessage-deflate\r\nX: y, x-a",
    ] {
        let found = negotiate(offer, answer);
        let expected: &[&str] = if answer.contains("X: y") { &[] } else { &["WS611"] };
        assert_eq!(codes(&found), expected, "{answer}");
    }
    let both = "permessage-deflate, deflate-frame";
    assert_eq!(answered(both), (vec!["WS611"], Some("WS611")));
    for answer in
        ["x-webkit-deflate-frame, x-a", "permessage-deflate, x-a", "deflate-frame, x-webkit-deflate-frame"]
    {
        assert_eq!(answered(answer), (vec![], None), "{answer}");
    }
}

#[test]
fn without_a_certain_pair_only_the_answer_itself_is_judged() {
    let request = with_extensions(REQUEST, "permessage-deflate; server_no_context_takeover");
    let response = with_extensions(RESPONSE, "permessage-deflate; foo");
    let lost = PerDirection { client: true, server: false };
    assert_eq!(codes(&judge(Some(&request), Some(&response), lost).0), ["WS601"]);
    assert_eq!(codes(&judge(None, Some(&response), COMPLETE).0), ["WS601"]);
}

#[test]
fn thousands_of_elements_and_parameters_give_a_finding_for_each_rule() {
    let many = |element: &str| vec![element; 65000 / (element.len() + 1)].join(",");
    let params = format!("permessage-deflate{}", ";a;server_max_window_bits".repeat(2600));
    for (offer, answer, expected) in [
        (many("permessage-deflate;a"), many("permessage-deflate"), &["WS601", "WS610", "WS611"][..]),
        (
            many("permessage-deflate;server_max_window_bits=8"),
            many("permessage-deflate;server_max_window_bits=9"),
            &["WS604", "WS611"],
        ),
        (params.clone(), String::new(), &["WS601", "WS602", "WS603"]),
        (params.clone(), params, &["WS601", "WS602", "WS603", "WS601", "WS602", "WS603", "WS610"]),
    ] {
        let found = negotiate(&offer, &answer);
        assert_eq!(codes(&found), expected);
        assert!(found.iter().all(|violation| violation.text.len() < 2000));
        let kept = |violation: &Violation| format!("{:?}", violation.details).len();
        assert!(found.iter().all(|violation| kept(violation) < 20_000));
    }
}

/// The parameters of an element: for each of the four whether it is there, and with which value.
fn params() -> impl Strategy<Value = (bool, bool, Option<u8>, Option<u8>)> {
    let bits = || prop::option::of(8u8..=15);
    (any::<bool>(), any::<bool>(), bits(), bits())
}

fn written((server, client, server_bits, client_bits): (bool, bool, Option<u8>, Option<u8>)) -> String {
    let flag =
        |is_set, name: &str| if is_set { format!("; {name}_no_context_takeover") } else { String::new() };
    let bits = |bits: Option<u8>, name: &str| {
        bits.map(|bits| format!("; {name}_max_window_bits={bits}")).unwrap_or_default()
    };
    let (server_bits, client_bits) = (bits(server_bits, "server"), bits(client_bits, "client"));
    format!(
        "permessage-deflate{}{server_bits}{client_bits}{}",
        flag(client, "client"),
        flag(server, "server")
    )
}

proptest! {
    /// §7.1 as a server would do it: take any of the offers, and add only what it is free to add.
    #[test]
    fn rfc7692_7_1_a_server_that_keeps_to_an_offer_is_right(
        offers in prop::collection::vec(params(), 1..5),
        chosen in any::<prop::sample::Index>(),
        (server, client, server_bits, client_bits) in params(),
    ) {
        let (asks, _, at_most, has_client_bits) = *chosen.get(&offers);
        let server_bits = match (at_most, server_bits) {
            (Some(at_most), bits) => Some(bits.unwrap_or(15).min(at_most)),
            (None, bits) => bits,
        };
        let answer = written((server || asks, client, server_bits, has_client_bits.and(client_bits)));
        let offer = offers.iter().copied().map(written).collect::<Vec<_>>().join(", ");
        prop_assert_eq!(codes(&negotiate(&offer, &answer)), Vec::<&str>::new(), "{} {}", offer, answer);
    }

    /// And one that keeps to none is not.
    #[test]
    fn rfc7692_7_1_a_server_that_keeps_to_no_offer_is_wrong(
        offers in prop::collection::vec(params(), 1..5),
        accepted in params(),
    ) {
        let (server, _, server_bits, client_bits) = accepted;
        let keeps = offers.iter().any(|&(asks, _, at_most, has_client_bits)| {
            (server || !asks)
                && at_most.is_none_or(|at_most| server_bits.is_some_and(|bits| bits <= at_most))
                && (client_bits.is_none() || has_client_bits.is_some())
        });
        let offer = offers.iter().copied().map(written).collect::<Vec<_>>().join(", ");
        let expected: &[&str] = if keeps { &[] } else { &["WS604"] };
        prop_assert_eq!(codes(&negotiate(&offer, &written(accepted))), expected);
    }
}
