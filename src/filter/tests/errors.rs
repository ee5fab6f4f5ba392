//! What is said of each mistake, and where its carets stand.

use crate::filter::Filter;

/// The filter is the second line, from its third column on. A list of fields is not written out: `~` stands for it.
pub(super) fn check(mistakes: &[[&str; 3]]) {
    for expected in mistakes {
        let filter = &expected[1][2..];
        let error = Filter::parse(filter).map(|filter| filter.to_string()).unwrap_err().to_string();
        let expected = format!("in the filter, {}", expected.join("\n"));
        match expected.strip_suffix('~') {
            Some(beginning) => assert!(error.starts_with(beginning), "{error}"),
            None => assert_eq!(error, expected),
        }
    }
}

#[test]
fn fields_that_do_not_exist() {
    check(&[
        ["unknown field `tcp.prot`", "  tcp.prot == 3000", "  ^^^^^^^^ did you mean `tcp.port`?"],
        ["unknown field `TCP.Port`", "  TCP.Port == 1", "  ^^^^^^^^ did you mean `tcp.port`?"],
        ["unknown field `websockets`", "  websockets", "  ^^^^^^^^^^ did you mean `websocket`?"],
        [
            "unknown field `tls.handshake.nonsense`",
            "  tls.handshake.nonsense == 1",
            "  ^^^^^^^^^^^^^^^^^^^^^^ ~",
        ],
        ["unknown field `udp`", "  udp", "  ^^^ ~"],
        ["unknown field `tcp.prot`", "  len(tcp.prot) == 1", "      ^^^^^^^^ did you mean `tcp.port`?"],
        [
            "unknown field `tcp.port-1`",
            "  tcp.port-1 == 2999",
            "  ^^^^^^^^^^ write a blank before the minus: tcp.port - 1",
        ],
        [
            "`tcp.dsport` is not a number",
            "  tcp.srcport == tcp.dsport",
            "                 ^^^^^^^^^^ did you mean `tcp.dstport`?",
        ],
        [
            "`tcp.dsport` is not a number",
            "  tcp.port in {tcp.dsport}",
            "               ^^^^^^^^^^ did you mean `tcp.dstport`?",
        ],
    ]);
}

#[test]
fn operators_of_other_languages_and_of_wireshark_that_are_not_ours() {
    check(&[
        ["`=` is not an operator here", "  tcp.port = 3000", "           ^ did you mean `==`?"],
        ["`tcp` cannot be computed with `&`", "  tcp & http", "      ^ did you mean `&&`?"],
        ["`|` is not an operator here", "  tcp | http", "      ^ did you mean `||`?"],
        ["`^` is not an operator here", "  tcp ^ http", "      ^ did you mean `^^`?"],
        ["`AND` is not an operator here", "  tcp AND http", "      ^^^ did you mean `and`?"],
        ["`NOT` is not an operator here", "  NOT tcp", "  ^^^ did you mean `not`?"],
        [
            "`#` is not supported",
            "  ip.addr#1 == 1.1.1.1",
            "         ^ a row has one layer of each protocol: leave out `#` and the number",
        ],
        [
            "`@` is not supported",
            "  @ip.addr",
            "  ^ raw bytes of a field: take a slice of its protocol, as in `tcp[0:2]`",
        ],
        [
            "`$` is not supported",
            "  ${tcp.port} == 1",
            "  ^ references to a selected packet: no packet is selected here",
        ],
        ["`(` does not group a computation", "  (tcp.port + 1) * 2 == 4", "  ^ write `{` and `}` around it"],
        [
            "`wlan0` is not an IPv6 address",
            "  ipv6.addr == fe80::1%wlan0",
            "                       ^^^^^ `ipv6.addr` is an address such as fe80::1, or in a network such as fe80::/10",
        ],
    ]);
}

#[test]
fn grammar() {
    check(&[
        [
            "a value is missing after `==`",
            "  tcp.port == ",
            "             ^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "a value is missing after `==`",
            "  tcp.port == and http",
            "              ^^^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "a value is missing after `==`",
            "  tcp.port == )",
            "              ^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "a value is missing after `>`",
            "  ip.addr >",
            "           ^ `ip.addr` is an address such as 10.0.0.1, or in a network such as 10.0.0.0/8",
        ],
        [
            "`contains` cannot follow a whole test",
            r#"  tcp.port == 3000 contains "x""#,
            "                   ^^^^^^^^ join tests with `and` or `or`",
        ],
        [
            "`==` cannot follow a whole test",
            "  tcp.port in {3000} == 1",
            "                     ^^ join tests with `and` or `or`",
        ],
        ["a comparison is missing behind `any`", "  any tcp.port", "  ^^^ try `any tcp.port == 3000`"],
        [
            "a test is missing before `not`",
            "  any not tcp",
            "      ^^^ try `websocket` or `tcp.port == 3000`",
        ],
        [
            "`==` is not expected here",
            "  {tcp.port + 1 == 4",
            "                ^^ braces hold a computation, or a set behind `in`",
        ],
        [
            "a value is missing after `+`",
            "  tcp.port + == 4",
            "             ^^ a field or number stands here",
        ],
        ["`==` is not expected here", "  len(tcp == 1", "          ^^ arguments are separated by commas"],
        ["`(` is never closed", "  (tcp", "  ^ add `)` behind what belongs together"],
        ["`(` is never closed", "  (tcp and (http)", "  ^ add `)` behind what belongs together"],
        ["`)` closes nothing", "  tcp)", "     ^ remove it, or add `(` before what belongs together"],
        ["a test is missing before `)`", "  ()", "   ^ try `websocket` or `tcp.port == 3000`"],
        ["`http` is not expected here", "  tcp http", "      ^^^^ join tests with `and` or `or`"],
        ["`not` is not expected here", "  tcp not http", "      ^^^ join tests with `and` or `or`"],
        ["`http` is not expected here", "  (tcp http)", "       ^^^^ join tests with `and` or `or`"],
        ["a test is missing at the end", "  tcp and", "         ^ try `websocket` or `tcp.port == 3000`"],
        ["a test is missing before `and`", "  and tcp", "  ^^^ try `websocket` or `tcp.port == 3000`"],
        ["a test is missing at the end", "  not", "     ^ try `websocket` or `tcp.port == 3000`"],
        ["a test is missing before `==`", "  == 3000", "  ^^ try `websocket` or `tcp.port == 3000`"],
        ["nothing is asked for", "  ", "  ^ try `websocket` or `tcp.port == 3000`"],
        ["`;` is not expected here", "  tcp;", "     ^ join tests with `and` or `or`"],
    ]);
}

#[test]
fn what_is_shown_is_escaped_cut_and_marked_in_the_right_columns() {
    let error = |filter: &str| Filter::parse(filter).unwrap_err().to_string();
    assert_eq!(
        error("tcp and\n\x1b[31m"),
        "in the filter, `\\u{1b}` is not expected here\n  tcp and\\n\\u{1b}[31m\n           ^^^^^^ try `websocket` or `tcp.port == 3000`"
    );
    let long = error(&"x".repeat(1000));
    let fields = "the fields are those of eth, frame,";
    let expected = format!(
        "in the filter, unknown field `{}…`\n  {}…\n  {} {fields}",
        "x".repeat(40),
        "x".repeat(100),
        "^".repeat(101)
    );
    assert!(long.starts_with(&expected), "{long}");
}

#[test]
fn a_filter_has_at_most_32_regular_expressions() {
    let patterns = |count| vec![r#"websocket ~ "a~b""#; count].join(" or ");
    assert_eq!(Filter::parse(&patterns(32)).map(|_| ()), Ok(()));
    let error = Filter::parse(&patterns(33)).unwrap_err().to_string();
    assert!(error.starts_with("in the filter, there are too many regular expressions\n"), "{error}");
}

#[test]
fn the_longest_filter_has_64_kib() {
    let longest = format!("tcp{}", " ".repeat((64 << 10) - 3));
    assert_eq!(Filter::parse(&longest).map(|filter| filter.to_string()), Ok(String::from("tcp")));
    let error = Filter::parse(&format!("{longest} ")).unwrap_err().to_string();
    assert!(error.starts_with("in the filter, there are 65537 bytes\n"), "{error}");
    assert!(error.ends_with("^ 65536 are the most that are read"), "{error}");
}
