//! What is said of values, operators and functions that do not fit each other.

use super::errors::check;

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
        ["`-1` is too small for `tcp.port`", "  tcp.port == -1", "              ^^ the smallest is 0"],
        [
            "`08` is not a number",
            "  tcp.port == 08",
            "              ^^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "`65535 + 1` is too big for `tcp.port`",
            "  tcp.port == 65535 + 1",
            "              ^^^^^^^^^ the largest is 65535",
        ],
        [
            "`1 / 0` cannot be computed",
            "  tcp.port == 1 / 0",
            "              ^^^^^ there is no result, or none that fits into 64 bits",
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
            "  ::1/129 == ipv6.addr",
            "  ^^^^^^^ behind the `/` stands how many bits count, 0 to 128",
        ],
        [
            "`tcp.port` and `ip.src` cannot be compared",
            "  tcp.port == ip.src",
            "              ^^^^^^ the one is a number, the other an IPv4 address",
        ],
        [
            "`tcp` is a protocol and has no value to compare",
            "  tcp === http",
            "  ^^^ use it alone, or compare one of its fields: ~",
        ],
        [
            "`http` is a protocol and has no value to compare",
            "  http > 1",
            "  ^^^^ use it alone, or compare one of its fields: ~",
        ],
        [
            "`tcp` is a protocol and has no value to compare",
            "  tcp.port == tcp",
            "              ^^^ use it alone, or compare one of its fields: ~",
        ],
        [
            "`2020` is not a time",
            "  frame.time > 2020",
            r#"               ^^^^ `frame.time` is a time such as "2026-11-20 09:30:00.5""#,
        ],
        [
            r#"`"yesterday"` is not a time"#,
            r#"  frame.time > "yesterday""#,
            r#"               ^^^^^^^^^^^ `frame.time` is a time such as "2026-11-20 09:30:00.5""#,
        ],
        [
            "`1s` is not a number of seconds",
            "  frame.time_relative > 1s",
            "                        ^^ `frame.time_relative` is a number of seconds such as 0.25",
        ],
        [
            "`xy` is not bytes",
            "  websocket.payload == xy",
            "                       ^^ `websocket.payload` is bytes such as 0d:0a, or text in quotation marks",
        ],
        [
            "`x` is not a JSON value",
            r#"  websocket.json["a"] == x"#,
            r#"                         ^ `websocket.json["a"]` is a number, text in quotation marks, true, false or null"#,
        ],
        [
            "`>` cannot compare this",
            r#"  websocket.json["a"] > true"#,
            "                      ^ use `==` or `!=`",
        ],
        [
            "`localhost` is not text",
            "  tls.handshake.extensions_server_name == localhost",
            "                                          ^^^^^^^^^ `tls.handshake.extensions_server_name` is text, in quotation marks",
        ],
        [
            r#"`"\xff"` is not UTF-8, as all of `tls.handshake.extensions_server_name` is"#,
            r#"  tls.handshake.extensions_server_name == "\xff""#,
            r#"                                          ^^^^^^ write characters above \x7f as they are, or as \u00e9"#,
        ],
        ["`1` is compared with no field", "  1 == 2", "  ^ try `websocket` or `tcp.port == 3000`"],
        [
            "`1 + 2` is compared with no field",
            "  1 + 2 == 3",
            "  ^^^^^ try `websocket` or `tcp.port == 3000`",
        ],
        ["`3000` alone asks for nothing", "  3000", "  ^^^^ try `websocket` or `tcp.port == 3000`"],
        [r#"`"x"` alone asks for nothing"#, r#"  "x""#, "  ^^^ try `websocket` or `tcp.port == 3000`"],
    ]);
}

#[test]
fn searches_and_regular_expressions() {
    check(&[
        [
            "`contains` cannot search `tcp.port`, which is a number",
            r#"  tcp.port contains "x""#,
            "           ^^^^^^^^ search it as text: string(tcp.port) contains …",
        ],
        [
            "`matches` cannot search `ip.addr`, which is an IPv4 address",
            r#"  ip.addr matches "x""#,
            "          ^^^^^^^ search it as text: string(ip.addr) matches …",
        ],
        [
            "`contains` cannot search `frame.time`, which is a time",
            r#"  frame.time contains "2026""#,
            "             ^^^^^^^^ only text, bytes and protocols are searched",
        ],
        [
            "`127` is not text",
            "  tls.handshake.extensions_server_name contains 127",
            "                                                ^^^ `tls.handshake.extensions_server_name` is text, in quotation marks",
        ],
        [
            "everything contains the empty text",
            r#"  tls.handshake.extensions_server_name contains """#,
            "                                                ^^ try `websocket` or `tcp.port == 3000`",
        ],
        [
            "`contains` looks for one value, not for that of a field",
            "  websocket.payload contains http",
            "                             ^^^^ text in quotation marks, or bytes such as 0d:0a, stands here",
        ],
        [
            "`contains` looks for one value, not for that of a field",
            "  websocket.payload contains websocket.payload",
            "                             ^^^^^^^^^^^^^^^^^ text in quotation marks, or bytes such as 0d:0a, stands here",
        ],
        [
            "`abc` is no regular expression",
            "  websocket matches abc",
            r#"                    ^^^ write it in quotation marks: r"^\d+$""#,
        ],
        [
            "in the regular expression, unclosed group",
            r#"  websocket matches "a(b""#,
            r#"                      ^ regular expressions are those of Perl without look-around and back-references: r"^\d+$""#,
        ],
        [
            "look-around, `(?=`, `(?!`, `(?<=` and `(?<!`, is not supported",
            r#"  websocket matches r"\d(?=x)""#,
            r#"                        ^^^ regular expressions are those of Perl without look-around and back-references: r"^\d+$""#,
        ],
        [
            "back-references are not supported",
            r#"  websocket matches r"(a)\1""#,
            r#"                         ^^ regular expressions are those of Perl without look-around and back-references: r"^\d+$""#,
        ],
        [
            r#"`\d` is not an escape"#,
            r#"  websocket matches "\d""#,
            r#"                     ^^ write `\\` for a backslash, or r"…" for text without escapes"#,
        ],
        [
            "this regular expression is too big",
            r#"  websocket matches "\\d{1000}{1000}""#,
            r#"                    ^^^^^^^^^^^^^^^^^ regular expressions are those of Perl without look-around and back-references: r"^\d+$""#,
        ],
        [
            "text is never closed",
            r#"  websocket contains "abc"#,
            r#"                     ^^^^ add `"` at its end"#,
        ],
    ]);
}

#[test]
fn sets() {
    check(&[
        [
            "a comma is missing before `443`",
            "  tcp.port in {80 443}",
            "                  ^^^ a set is {80, 443, 8000..8999}",
        ],
        ["`{` is never closed", "  tcp.port in {80, 443", "              ^ add `}` behind the set"],
        [
            "a set is missing after `in`",
            "  tcp.port in 80",
            "              ^^ a set is {80, 443, 8000..8999}",
        ],
        [
            "a value is missing in this set",
            "  tcp.port in {}",
            "               ^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "a value is missing in this set",
            "  tcp.port in {80..}",
            "                   ^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "nothing is in this range",
            "  tcp.port in {90..80}",
            "               ^^ its smaller value stands first: 80 .. 90",
        ],
        [
            "a set has values, not fields",
            "  tcp.port in {tcp.srcport}",
            "               ^^^^^^^^^^^ compare it: tcp.port == tcp.srcport",
        ],
        [
            "`x` is not a number",
            "  tcp.port not in {x}",
            "                   ^ `tcp.port` is a number from 0 to 65535",
        ],
        [
            "`tcp` is a protocol and has no value to compare",
            "  tcp in {1}",
            "  ^^^ use it alone, or compare one of its fields: ~",
        ],
        [
            "`in` cannot compare `websocket.fin`, which is true or false",
            "  websocket.fin in {0..1}",
            "                ^^ use `==` or `!=`",
        ],
    ]);
}

#[test]
fn slices_and_keys() {
    check(&[
        [
            "`tcp.port` cannot be sliced",
            "  tcp.port[0] == 1",
            "  ^^^^^^^^^^^ it is a number: only bytes, text, protocols and addresses have slices",
        ],
        [
            "a slice of no bytes is equal to nothing",
            "  websocket.payload[0:0] == 1",
            "                    ^^^ a slice is [start:length], [first-last], [:length], [start:] or [index]",
        ],
        [
            "a slice ends behind its beginning",
            "  websocket.payload[3-2] == 1",
            "                    ^^^ a slice is [start:length], [first-last], [:length], [start:] or [index]",
        ],
        [
            "`a` is not a slice",
            "  websocket.payload[a] == 1",
            "                    ^ a slice is [start:length], [first-last], [:length], [start:] or [index]",
        ],
        [
            "`[` is never closed",
            "  websocket.payload[0:2 == 1",
            "                   ^ add `]` behind the slice",
        ],
        [
            "`'ab'` is not one byte",
            "  websocket.payload[0] == 'ab'",
            r#"                          ^^^^ text stands between "…""#,
        ],
        [
            "`websocket.payload` takes no key",
            r#"  websocket.payload["a"] == 1"#,
            "  ^^^^^^^^^^^^^^^^^^^^^^ a slice is written with numbers: [0:2]",
        ],
        ["`[` is never closed", r#"  websocket.json["a" == 1"#, "                ^ add `]` behind the key"],
        [
            "text is never closed",
            r#"  websocket.json["a] == 1"#,
            r#"                 ^^^^^^^^ add `"` at its end"#,
        ],
        [
            "`price` is not a slice",
            "  websocket.json[price] > 1",
            r#"                 ^^^^^ a key stands in quotation marks: websocket.json["price"]"#,
        ],
        [
            "unknown field `http.header.Origin`",
            "  http.header.Origin",
            r#"  ^^^^^^^^^^^^^^^^^^ a key stands in brackets: http.header["Origin"]"#,
        ],
    ]);
}

#[test]
fn functions_and_operations() {
    check(&[
        [
            "unknown function `foo`",
            "  foo(tcp.port) == 1",
            "  ^^^ the functions are len, count, lower, upper, string, max, min, abs",
        ],
        ["unknown function `lem`", "  lem(tcp.port) == 1", "  ^^^ did you mean `len`?"],
        ["`len` takes text or bytes", "  len(tcp.port) == 1", "      ^^^^^^^^ `tcp.port` is a number"],
        ["`len` takes one argument", "  len() == 1", "  ^^^^^ it takes text or bytes"],
        [
            "`len` takes one argument",
            "  len(websocket.payload, tcp) > 1",
            "  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ it takes text or bytes",
        ],
        [
            "`len(websocket.payload)` alone asks for nothing",
            "  len(websocket.payload)",
            "  ^^^ compare what it gives: len(websocket.payload) > 0",
        ],
        [
            "`count` takes a field",
            "  count(tcp.port + 1) == 1",
            "        ^^^^^^^^^^^^ `tcp.port + 1` is a number",
        ],
        ["`lower` takes text", r#"  lower(tcp.port) == "x""#, "        ^^^^^^^^ `tcp.port` is a number"],
        ["`abs` of no field is always the same", "  abs(-3) == 3", "  ^^^^^^^ it takes a number"],
        [
            "`tcp.port` and `ip.addr` cannot be compared",
            "  max(tcp.port, ip.addr) == 1",
            "                ^^^^^^^ the one is a number, the other an IPv4 address",
        ],
        [
            "`string` takes a number or an address",
            r#"  string(websocket.fin) == "x""#,
            "         ^^^^^^^^^^^^^ `websocket.fin` is true or false",
        ],
        ["`http` cannot be computed with `+`", "  tcp.port + http == 4", "           ^ it is a protocol"],
        [
            r#"`"x"` is not a number"#,
            r#"  tcp.port - "x" == 4"#,
            "             ^^^ a whole number such as 7 or -7 fits beside `tcp.port`",
        ],
        [
            "`websocket.fin` cannot be computed with `+`",
            "  websocket.fin + 1 == 2",
            "                ^ it is true or false",
        ],
        [
            "`frame.time` cannot be computed with `+`",
            r#"  frame.time + 1 > "2020-01-01""#,
            "             ^ it is a time",
        ],
        [
            "`frame.time_relative` cannot be computed with `*`",
            "  frame.time_relative * 2 > 1",
            "                      ^ it is a number of seconds",
        ],
    ]);
}
