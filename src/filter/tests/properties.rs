//! What holds for all texts and all trees.

use proptest::prelude::*;

use super::samples::*;
use crate::base::Timestamp;
use crate::filter::arithmetic::Operation;
use crate::filter::function::{FUNCTIONS, Function};
use crate::filter::literal::Literal;
use crate::filter::number::Number;
use crate::filter::pattern::{Needle, Pattern};
use crate::filter::slice::{End, Range};
use crate::filter::tree::{Comparison, Every, Expr, Member, Operand, Reference, Relation};
use crate::filter::value::Value;
use crate::filter::{FIELDS, Field, FieldType, Filter};
use crate::record::{Record, Side};
use crate::websocket::FrameHeader;

fn field() -> impl Strategy<Value = &'static Field> {
    (0..FIELDS.len()).prop_map(|index| FIELDS[index])
}

fn literal(field_type: FieldType) -> BoxedStrategy<Literal> {
    let fixed = |value: BoxedStrategy<Value<'static>>| value.prop_map(Literal::Fixed).boxed();
    let text = || any::<String>().prop_map(|text| Literal::Text(text.into())).boxed();
    let bytes = |length| {
        let byte = prop_oneof![any::<u8>(), b' '..=b'~'];
        prop::collection::vec(byte, length).prop_map(|bytes| Literal::Bytes(bytes.into())).boxed()
    };
    let integer = || {
        let value = any::<i64>().prop_map(|value| Number::Integer(value.into()).value().unwrap());
        fixed(value.boxed())
    };
    let float = || {
        let finite = any::<f64>().prop_filter("finite", |value| value.is_finite());
        fixed(finite.prop_map(Value::Float).boxed())
    };
    let boolean = || fixed(any::<bool>().prop_map(Value::Boolean).boxed());
    match field_type {
        FieldType::Boolean => boolean(),
        FieldType::Unsigned { bits } => fixed(
            any::<u64>().prop_map(move |value| Value::Unsigned(value >> (64 - u32::from(bits)))).boxed(),
        ),
        FieldType::Signed => integer(),
        FieldType::Float => float(),
        FieldType::Text => text(),
        FieldType::Protocol | FieldType::Label | FieldType::Bytes => bytes(0..8),
        FieldType::Ethernet => bytes(6..7),
        FieldType::Ipv4 => {
            fixed((any::<u32>(), 0..=32_u8).prop_map(|(a, p)| Value::Ipv4(a.into(), p)).boxed())
        }
        FieldType::Ipv6 => {
            fixed((any::<u128>(), 0..=128_u8).prop_map(|(a, p)| Value::Ipv6(a.into(), p)).boxed())
        }
        FieldType::Time => {
            fixed(any::<i64>().prop_map(|nanos| Value::Time(Timestamp::from_nanos(nanos))).boxed())
        }
        FieldType::Duration => fixed(any::<i64>().prop_map(Value::Duration).boxed()),
        FieldType::Json => {
            prop_oneof![integer(), float(), text(), boolean(), Just(Literal::Fixed(Value::Null))].boxed()
        }
    }
}

fn ranges() -> impl Strategy<Value = Vec<Range>> {
    let range = (any::<i32>(), any::<u32>(), 0..3).prop_map(|(start, length, end)| match end {
        0 => Range { start, end: End::Length(length.max(1)) },
        1 => Range { start, end: End::With(start.saturating_add(7)) },
        _ => Range { start, end: End::Open },
    });
    prop::collection::vec(range, 1..4)
}

/// Operands of every type, from fields that are sliced, computed with and given to functions `levels` times.
fn operand(levels: u32) -> BoxedStrategy<(Operand, FieldType)> {
    if levels == 0 {
        let key = prop::option::of(any::<String>().prop_map(String::into_boxed_str));
        return (field(), key)
            .prop_map(|(field, key)| {
                let key = key.filter(|_| field.takes_key());
                (Operand::Field(Reference { field, key }), field.field_type)
            })
            .boxed();
    }
    operand(levels - 1).prop_flat_map(|(of, field_type)| around(of, field_type)).boxed()
}

fn around(of: Operand, field_type: FieldType) -> BoxedStrategy<(Operand, FieldType)> {
    let mut choices = vec![Just((of.clone(), field_type)).boxed()];
    if Function::Length.result(field_type).is_some() && field_type != FieldType::Json {
        let of = of.clone();
        let sliced = move |ranges| (Operand::Slice(Box::new(of.clone()), ranges), FieldType::Bytes);
        choices.push(ranges().prop_map(sliced).boxed());
    }
    if let Some(result) = Operation::Subtract.result(field_type) {
        choices.push(Just((Operand::Negated(Box::new(of.clone())), result)).boxed());
    }
    for (operation, _) in Operation::SPELLINGS {
        let Some(result) = operation.result(field_type) else { continue };
        let of = of.clone();
        let other =
            if matches!(field_type, FieldType::Unsigned { .. }) { FieldType::Signed } else { field_type };
        let computed = move |(literal, order): (Literal, u8)| {
            let (of, literal) = (Box::new(of.clone()), Box::new(Operand::Literal(literal)));
            let operand = match order {
                0 => Operand::Arithmetic(of, operation, literal),
                1 => Operand::Arithmetic(literal, operation, of),
                _ => Operand::Arithmetic(of.clone(), operation, of),
            };
            (operand, result)
        };
        choices.push((literal(other), 0..3_u8).prop_map(computed).boxed());
    }
    for (function, ..) in FUNCTIONS {
        let Some(result) = function.result(field_type) else { continue };
        let is_field = matches!(of, Operand::Field(_));
        if function == Function::Count && !is_field {
            continue;
        }
        let count = if function.takes_several() && field_type != FieldType::Protocol { 2 } else { 1 };
        choices.push(Just((Operand::Call(function, vec![of.clone(); count]), result)).boxed());
    }
    prop::strategy::Union::new(choices).boxed()
}

fn comparison() -> impl Strategy<Value = (Comparison, Every)> {
    prop::sample::select(&Comparison::SPELLINGS[..]).prop_flat_map(|(_, comparison, every)| {
        prop_oneof![Just((comparison, every)), Just((comparison, Every::All))]
    })
}

/// Tests of every kind that fits an operand.
fn test() -> impl Strategy<Value = Expr> {
    let every = prop_oneof![Just(Every::Any), Just(Every::All)];
    ((0..4_u32).prop_flat_map(operand), comparison(), every).prop_flat_map(
        |((left, field_type), (comparison, compared), every)| {
            let mut choices = Vec::new();
            if !matches!(left, Operand::Call(..)) {
                choices.push(Just(Expr::Test(left.clone())).boxed());
            }
            if !matches!(field_type, FieldType::Protocol | FieldType::Label) {
                let left = left.clone();
                let with_literal = move |literal: Literal| {
                    let unordered = matches!(literal.value(), Value::Boolean(_) | Value::Null);
                    let comparison = if unordered { Comparison::NotEqual } else { comparison };
                    let right = Operand::Literal(literal);
                    Expr::Relation(left.clone(), Relation::Compare(comparison, right), compared)
                };
                choices.push(literal(field_type).prop_map(with_literal).boxed());
            }
            if !matches!(field_type, FieldType::Protocol | FieldType::Label | FieldType::Boolean) {
                let with_itself = Relation::Compare(comparison, left.clone());
                choices.push(Just(Expr::Relation(left.clone(), with_itself, compared)).boxed());
            }
            if !matches!(field_type, FieldType::Protocol | FieldType::Label) {
                let left = left.clone();
                let within = move |pairs: Vec<(Literal, Literal)>| {
                    let members = pairs.into_iter().map(|(one, other)| member(one, other)).collect();
                    Expr::Relation(left.clone(), Relation::In(members), every)
                };
                let pairs = prop::collection::vec((literal(field_type), literal(field_type)), 1..4);
                choices.push(pairs.prop_map(within).boxed());
            }
            let searched = match field_type {
                FieldType::Text | FieldType::Json => Some(FieldType::Text),
                FieldType::Protocol | FieldType::Bytes | FieldType::Ethernet => Some(FieldType::Bytes),
                _ => None,
            };
            if let Some(searched) = searched {
                let contains = {
                    let left = left.clone();
                    move |literal: Literal| {
                        Expr::Relation(
                            left.clone(),
                            Relation::Contains(Box::new(Needle::new(literal))),
                            every,
                        )
                    }
                };
                let full = |literal: &Literal| !matches!(literal.value(), Value::Text("") | Value::Bytes([]));
                choices.push(literal(searched).prop_filter("not empty", full).prop_map(contains).boxed());
                let matches = move |source: &str| {
                    let pattern = Pattern::new(source, searched == FieldType::Text).unwrap();
                    Expr::Relation(left.clone(), Relation::Matches(Box::new(pattern)), every)
                };
                let sources = prop::sample::select(
                    &["", "a", r"^\d+$", "\"", r#"\""#, "é|\n", r"\\", "(?-i)[a-z]"][..],
                );
                choices.push(sources.prop_map(matches).boxed());
            }
            prop::strategy::Union::new(choices)
        },
    )
}

/// A range from the smaller to the larger, where there is one.
fn member(one: Literal, other: Literal) -> Member {
    match one.value().compare(other.value()) {
        Some(std::cmp::Ordering::Less) if !matches!(one.value(), Value::Boolean(_)) => {
            Member::Range(one, other)
        }
        _ => Member::One(one),
    }
}

fn tree() -> impl Strategy<Value = Expr> {
    test().prop_recursive(6, 40, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            parts.clone().prop_map(Expr::And),
            parts.clone().prop_map(Expr::Xor),
            parts.prop_map(Expr::Or),
        ]
    })
}

/// Texts made of what filters are made of, in no order.
fn word_salad() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        field().prop_map(|field| field.name.to_string()),
        prop::sample::select(
            &[
                "(",
                ")",
                "not",
                "!",
                "and",
                "&&",
                "or",
                "||",
                "xor",
                "^^",
                "==",
                "!=",
                "===",
                "!==",
                "~=",
                "~",
                "<",
                ">=",
                "eq",
                "=",
                "in",
                "contains",
                "matches",
                "any",
                "all",
                "1",
                "0x",
                "70000",
                "::1",
                "10.0.0.0/8",
                "/",
                "+",
                "-",
                "*",
                "%",
                "&",
                "\"a\"",
                "\"",
                "r\"",
                "'a'",
                "'",
                "{",
                "}",
                "[",
                "[0:2]",
                "[-1]",
                "[\"a\"]",
                "]",
                "..",
                ",",
                "len(",
                "count(",
                "max(",
                "lower(",
                "foo(",
                "世",
                "\u{202e}",
                "\n",
                "-1",
                "true",
                "2026-11-20",
                "aa:bb",
                "#",
                "@",
                "$"
            ][..]
        )
        .prop_map(String::from),
    ];
    (prop::collection::vec(word, 0..30), any::<bool>())
        .prop_map(|(words, spaced)| words.join(if spaced { " " } else { "" }))
}

/// The error of a text that is no filter points into what it shows.
fn check_shown(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = Filter::parse(text) else { return Ok(()) };
    let shown = error.to_string();
    let lines: Vec<&str> = shown.split('\n').collect();
    prop_assert_eq!(lines.len(), 3, "{}", shown);
    prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{}", shown);
    prop_assert!(
        lines[0].starts_with("in the filter, ") && !lines[0].contains("cannot be read"),
        "{}",
        shown
    );
    let carets = lines[2].trim_start();
    prop_assert!(carets.starts_with('^') && carets.trim_start_matches('^').len() > 3, "{}", shown);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(tree in tree()) {
        let filter = Filter { tree };
        let printed = filter.to_string();
        prop_assert!(printed.chars().all(|character| !character.is_control()), "{}", printed);
        prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
    }

    #[test]
    fn every_tree_is_true_or_false_for_every_record_and_what_cannot_match_does_not(tree in tree()) {
        let filter = Filter { tree };
        for record in records() {
            let matches = filter.matches(&record);
            let may_match = filter.may_match(&ends(), 2);
            prop_assert!(may_match || !matches, "{} on {:?}", filter, record);
            prop_assert_eq!(Filter { tree: Expr::Not(Box::new(filter.tree.clone())) }.matches(&record), !matches);
        }
    }

    #[test]
    fn any_text_is_a_filter_or_a_mistake_that_can_be_shown(text in any::<String>()) {
        check_shown(&text)?;
    }

    #[test]
    fn any_mixture_of_words_is_a_filter_or_a_mistake_that_can_be_shown(text in word_salad()) {
        check_shown(&text)?;
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn not_equal_is_the_opposite_of_equal_where_both_sides_exist(field in field(), number in any::<u16>()) {
        let test = format!("{} == {number}", field.name);
        prop_assume!(Filter::parse(&test).is_ok());
        let different = Filter::parse(&test.replace("==", "!=")).unwrap();
        let same = Filter::parse(&test).unwrap();
        let exists = Filter::parse(field.name).unwrap();
        for record in [opened(), handshake(true), message(true), finding(Side::Client)] {
            let expected = exists.matches(&record) && !same.matches(&record);
            prop_assert_eq!(different.matches(&record), expected);
        }
    }

    #[test]
    fn fields_are_compared_as_if_pair_by_pair(
        values in prop::collection::vec((0..16_u8, any::<bool>(), any::<bool>(), 0..20_u64), 0..60),
    ) {
        let headers: Vec<_> = values.iter().map(|&(opcode, fin, mask, length)| header(opcode, fin, mask, length)).collect();
        let completed = frames(headers.iter().copied());
        let record = packet(ends(), CLIENT, "WebSocket", &completed);
        for (sign, comparison, every) in Comparison::SPELLINGS {
            let mut pairs = headers.iter().flat_map(|one| headers.iter().map(move |other| (one, other)));
            let holds = |(one, other): (&FrameHeader, &FrameHeader)| {
                let (opcode, length) = (u64::from(one.opcode.value()), other.payload_length);
                match comparison {
                    Comparison::Equal => opcode == length,
                    Comparison::NotEqual => opcode != length,
                    Comparison::Greater => opcode > length,
                    Comparison::Less => opcode < length,
                    Comparison::GreaterOrEqual => opcode >= length,
                    Comparison::LessOrEqual => opcode <= length,
                }
            };
            let expected = match every {
                Every::All => !headers.is_empty() && pairs.all(holds),
                Every::Any => pairs.any(holds),
            };
            let filter = format!("websocket.opcode {sign} websocket.payload_length");
            prop_assert_eq!(Filter::parse(&filter).unwrap().matches(&record), expected, "{}", filter);
        }
    }
}

fn records() -> Vec<Record<'static>> {
    vec![
        packet_between(ends(), SERVER),
        opened(),
        request(),
        switched(),
        handshake(true),
        frame(CLIENT, header(1, true, true, 9)),
        message(true),
        finding(Side::Client),
        connection(),
    ]
}
