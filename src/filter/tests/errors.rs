//! What is said of each mistake, and where its carets stand.

use crate::filter::{FIELDS, Filter};

/// The filter is the second line, from its third column on.
fn check(mistakes: &[[&str; 3]]) {
    let named = |prefix: &str| {
        let names: Vec<&str> =
            FIELDS.iter().map(|field| field.name).filter(|name| name.starts_with(prefix)).collect();
        names.join(", ")
    };
    for expected in mistakes {
        let filter = &expected[1][2..];
        let error = Filter::parse(filter).map(|filter| filter.to_string()).unwrap_err().to_string();
        let expected = expected.join("\n").replace("{all}", &named("")).replace("{http.}", &named("http."));
        assert_eq!(error, format!("in the filter, {expected}"));
    }
}

#[test]
fn fields_that_do_not_exist() {
    check(&[
        ["unknown field `tcp.prot`", "  tcp.prot == 3000", "  ^^^^^^^^ did you mean `tcp.port`?"],
        ["unknown field `TCP.Port`", "  TCP.Port == 1", "  ^^^^^^^^ did you mean `tcp.port`?"],
        ["unknown field `websockets`", "  websockets", "  ^^^^^^^^^^ did you mean `websocket`?"],
        [
            "unknown field `tcp.flags.syn`",
            "  tcp.flags.syn == 1",
            "  ^^^^^^^^^^^^^ the fields of `tcp` are tcp.dstport, tcp.port, tcp.srcport, tcp.stream",
        ],
        ["unknown field `ip`", "  ip", "  ^^ the fields of `ip` are ip.addr, ip.dst, ip.src"],
        ["unknown field `foo.bar`", "  foo.bar", "  ^^^^^^^ the fields are {all}"],
        ["unknown field `世界`", "  世界 == 1", "  ^^^^ the fields are {all}"],
        ["unknown field `世界`", "  tcp and 世界 tcp", "          ^^^^ the fields are {all}"],
    ]);
}

#[test]
fn operators_of_other_languages_and_of_wireshark_that_are_not_ours() {
    check(&[
        ["`=` is not an operator here", "  tcp.port = 3000", "           ^ did you mean `==`?"],
        ["`&` is not an operator here", "  tcp & http", "      ^ did you mean `&&`?"],
        ["`|` is not an operator here", "  tcp | http", "      ^ did you mean `||`?"],
        ["`AND` is not an operator here", "  tcp AND http", "      ^^^ did you mean `and`?"],
        ["`NOT` is not an operator here", "  NOT tcp", "  ^^^ did you mean `not`?"],
        ["`===` is not an operator here", "  tcp === http", "      ^^^ did you mean `==`?"],
        [
            "`%` is not supported",
            "  ipv6.addr == fe80::1%eth0",
            "                      ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`in` is not supported",
            "  tcp.port in {80, 443}",
            "           ^^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`contains` is not supported",
            r#"  http contains "x""#,
            "       ^^^^^^^^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`matches` is not supported",
            r#"  http matches "x""#,
            "       ^^^^^^^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`~` is not supported",
            r#"  tcp ~ "x""#,
            "      ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`[` is not supported",
            "  tcp[0] == 1",
            "     ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "functions such as `len` are not supported",
            "  len(tcp.port) == 1",
            "  ^^^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`any` is not supported",
            "  any tcp.port == 1",
            "  ^^^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`+` is not supported",
            "  tcp.port + 1 == 2",
            "           ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`{` is not supported",
            "  tcp.port == {1}",
            "              ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
        [
            "`$` is not supported",
            "  $x",
            "  ^ the operators are == != > < >= <=, and, or, not, and parentheses",
        ],
    ]);
}

#[test]
fn values_that_cannot_be_compared() {
    check(&[
        [
            r#"`"x"` is not a number"#,
            r#"  tcp.port == "x""#,
            "              ^^^ `tcp.port` is a number from 0 to 65535",
        ],
        ["`x` is not a number", "  tcp.port == x", "              ^ `tcp.port` is a number from 0 to 65535"],
        [
            "`70000` is too big for `tcp.port`",
            "  tcp.port == 70000",
            "              ^^^^^ the largest is 65535",
        ],
        [
            "`0x` is not a number",
            "  tcp.port == 0x",
            "              ^^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "`-1` is not a number",
            "  tcp.port == -1",
            "              ^^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "`08` is not a number",
            "  tcp.port == 08",
            "              ^^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "`18446744073709551616` is too big for `frame.number`",
            "  frame.number > 18446744073709551616",
            "                 ^^^^^^^^^^^^^^^^^^^^ the largest is 18446744073709551615",
        ],
        [
            "`text` is not a number",
            "  websocket.opcode == text",
            "                      ^^^^ `websocket.opcode` is a number: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong (RFC 6455 §5.2)",
        ],
        [
            "`16` is too big for `websocket.opcode`",
            "  websocket.opcode == 16",
            "                      ^^ the largest is 15",
        ],
        [
            "`>` cannot compare `websocket.fin`, which is true or false",
            "  websocket.fin > 1",
            "                ^ use `==` or `!=`",
        ],
        [
            "`2` is not true or false",
            "  websocket.fin == 2",
            "                   ^ `websocket.fin` is `true` or `false` (or 1 or 0)",
        ],
        [
            "`yes` is not true or false",
            "  websocket.fin == yes",
            "                   ^^^ `websocket.fin` is `true` or `false` (or 1 or 0)",
        ],
        [
            "`300.1.1.1` is not an IPv4 address",
            "  ip.addr == 300.1.1.1",
            "             ^^^^^^^^^ `ip.addr` is an address such as 10.0.0.1, or in a network such as 10.0.0.0/8",
        ],
        ["`::1` is an IPv6 address", "  ip.addr == ::1", "             ^^^ did you mean `ipv6.addr`?"],
        [
            "`fe80::/10` is an IPv6 address",
            "  ip.src == fe80::/10",
            "            ^^^^^^^^^ did you mean `ipv6.src`?",
        ],
        [
            "`10.0.0.1` is an IPv4 address",
            "  ipv6.dst == 10.0.0.1",
            "              ^^^^^^^^ did you mean `ip.dst`?",
        ],
        [
            "`10.0.0.0/33` is not an IPv4 network",
            "  ip.addr == 10.0.0.0/33",
            "             ^^^^^^^^^^^ behind the `/` stands how many bits count, 0 to 32",
        ],
        [
            "`10.0.0.0/` is not an IPv4 network",
            "  ip.addr == 10.0.0.0/",
            "             ^^^^^^^^^ behind the `/` stands how many bits count, 0 to 32",
        ],
        [
            "`::1/129` is not an IPv6 network",
            "  ipv6.addr == ::1/129",
            "               ^^^^^^^ behind the `/` stands how many bits count, 0 to 128",
        ],
        [
            "`tcp.port` and `ip.src` cannot be compared",
            "  tcp.port == ip.src",
            "              ^^^^^^ the one is a number, the other an IPv4 address",
        ],
        [
            "`tcp.dsport` is not a number",
            "  tcp.srcport == tcp.dsport",
            "                 ^^^^^^^^^^ did you mean `tcp.dstport`?",
        ],
        [
            "`tcp` is a protocol and has no value to compare",
            "  tcp == 1",
            "  ^^^ use it alone, or compare one of its fields: tcp.dstport, tcp.port, tcp.srcport, tcp.stream",
        ],
        [
            "`http` is a protocol and has no value to compare",
            "  http > 1",
            "  ^^^^ use it alone, or compare one of its fields: {http.}",
        ],
        [
            "`tcp.port` and `tcp` cannot be compared",
            "  tcp.port == tcp",
            "              ^^^ the one is a number, the other a protocol",
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
            "a comparison begins with its field, not with `3000`",
            "  3000 == tcp.port",
            "  ^^^^ write `tcp.port == 3000`",
        ],
        [
            "a comparison begins with its field, not with `3000`",
            "  3000 < tcp.port",
            "  ^^^^ write `tcp.port > 3000`",
        ],
        [
            "a comparison begins with its field, not with `1`",
            "  1 < tcp.port < 10",
            "  ^ write `tcp.port > 1`",
        ],
        [
            "`<` cannot follow a whole test",
            "  tcp.port < 10 < 20",
            "                ^ comparisons are not chained: join two with `and`",
        ],
        [
            "`==` cannot follow a whole test",
            "  frame.number == 1 == 1",
            "                    ^^ comparisons are not chained: join two with `and`",
        ],
        [
            r#"a comparison begins with its field, not with `"x"`"#,
            r#"  "x""#,
            "  ^^^ try `websocket` or `tcp.port == 3000`",
        ],
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
    let fields = "the fields are frame.number,";
    let expected = format!(
        "in the filter, unknown field `{}…`\n  {}…\n  {} {fields}",
        "x".repeat(40),
        "x".repeat(100),
        "^".repeat(101)
    );
    assert!(long.starts_with(&expected), "{long}");
}

#[test]
fn the_longest_filter_has_64_kib() {
    let longest = format!("tcp{}", " ".repeat((64 << 10) - 3));
    assert_eq!(Filter::parse(&longest).map(|filter| filter.to_string()), Ok(String::from("tcp")));
    let error = Filter::parse(&format!("{longest} ")).unwrap_err().to_string();
    assert!(error.starts_with("in the filter, there are 65537 bytes\n"), "{error}");
    assert!(error.ends_with("^ 65536 are the most that are read"), "{error}");
}
