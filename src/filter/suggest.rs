//! What somebody may have meant.

use super::error::{Mistake, quoted};
use super::fields::{FIELDS, Field};
use super::function::FUNCTIONS;
use super::tree::{Comparison, Every};

/// Tokens that are no operators, with the operator that their writers mean.
const MISTAKEN_OPERATORS: [(&str, &str); 11] = [
    ("=", "=="),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("|", "||"),
    ("^", "^^"),
    ("AND", "and"),
    ("OR", "or"),
    ("XOR", "xor"),
    ("NOT", "not"),
    ("IN", "in"),
];

/// Signs of Wireshark's language that are not in ours, with the reason.
const UNSUPPORTED: [(&str, &str); 3] = [
    ("#", "a row has one layer of each protocol: leave out `#` and the number"),
    ("@", "raw bytes of a field: take a slice of its protocol, as in `tcp[0:2]`"),
    ("$", "references to a selected packet: no packet is selected here"),
];

/// Longer words are like no field, and the edit distance takes time with their length.
const LONGEST_WORD: usize = 64;

/// What is wrong with a token that looks like an operator and is none.
pub(super) fn wrong_operator(token: &str) -> Option<Mistake<'_>> {
    if let Some((_, meant)) = MISTAKEN_OPERATORS.iter().find(|(mistaken, _)| *mistaken == token) {
        let message = format!("{} is not an operator here", quoted(token));
        return Some(Mistake::new(token, message, format!("did you mean `{meant}`?")));
    }
    let (_, reason) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == token)?;
    Some(Mistake::new(token, format!("{} is not supported", quoted(token)), *reason))
}

/// What is wrong with a token that nothing begins with where it stands.
pub(super) fn unexpected<'t>(token: &'t str, help: &'static str) -> Mistake<'t> {
    wrong_operator(token)
        .unwrap_or_else(|| Mistake::new(token, format!("{} is not expected here", quoted(token)), help))
}

/// The comparison that a token spells.
pub(super) fn comparison(token: &str) -> Option<(Comparison, Every)> {
    let spelled = Comparison::SPELLINGS.iter().find(|(sign, ..)| *sign == token)?;
    Some((spelled.1, spelled.2))
}

/// What is wrong with a word that is no field where one has to be.
pub(super) fn no_such_field(word: &str) -> Mistake<'_> {
    let before_minus = word.split_once('-').filter(|(name, _)| Field::find(name).is_some());
    let help = match before_minus {
        Some((name, rest)) => format!("write a blank before the minus: {name} - {rest}"),
        None => field(word),
    };
    Mistake::new(word, format!("unknown field {}", quoted(word)), help)
}

/// Help for a word that is no function.
pub(super) fn function(word: &str) -> String {
    let names = FUNCTIONS.map(|(_, name, _)| name);
    let alike =
        |name: &&&str| word.len() <= LONGEST_WORD && strsim::osa_distance(&word.to_lowercase(), name) <= 1;
    match names.iter().find(alike) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the functions are {}", names.join(", ")),
    }
}

/// Help for a word that is no field: the field most like it, if one is alike.
pub(super) fn did_you_mean(word: &str) -> Option<String> {
    if word.len() > LONGEST_WORD || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let word = word.to_lowercase();
    let (distance, name) = FIELDS
        .iter()
        .map(|field| (strsim::osa_distance(&word, field.name), field.name))
        .min_by_key(|(distance, _)| *distance)?;
    let alike = distance <= (word.chars().count() / 3).max(1);
    alike.then(|| format!("did you mean `{name}`?"))
}

/// Help for a word that is no field: the one most like it, else those of its protocol that are most like it, else all
/// protocols.
pub(super) fn field(word: &str) -> String {
    let keyed = FIELDS.iter().filter(|field| field.takes_key()).find_map(|field| {
        let key = word
            .strip_prefix(field.name)?
            .strip_prefix('.')
            .filter(|key| word.len() <= LONGEST_WORD && !key.is_empty())?;
        Some(format!("a key stands in brackets: {}[\"{key}\"]", field.name))
    });
    keyed.or_else(|| did_you_mean(word)).unwrap_or_else(|| {
        let protocol = word.split('.').next().unwrap_or(word);
        let mut fields: Vec<&str> = names_of(protocol).collect();
        match fields.len() {
            0 => format!("the fields are those of {}", protocols().join(", ")),
            1..=LISTED => format!("the fields of `{protocol}` are {}", fields.join(", ")),
            _ => {
                let short = word.get(..LONGEST_WORD).unwrap_or(word);
                fields.sort_by_key(|name| strsim::osa_distance(short, name));
                fields.truncate(LISTED);
                fields.sort_unstable();
                format!("fields of `{protocol}` are {}, …", fields.join(", "))
            }
        }
    })
}

/// How many fields of a protocol are listed.
const LISTED: usize = 12;

/// The names of the fields right below a protocol, the first of them if there are many; listed.
pub(super) fn fields_of(protocol: &str) -> String {
    let level = |name: &str| name.split('.').count();
    let below = names_of(protocol).filter(|name| level(name) == level(protocol) + 1);
    let mut names: Vec<&str> = below.take(LISTED + 1).collect();
    if names.len() > LISTED {
        names.truncate(LISTED);
        names.push("…");
    }
    names.join(", ")
}

fn names_of(protocol: &str) -> impl Iterator<Item = &'static str> {
    let of_it = move |name: &&str| name.strip_prefix(protocol).is_some_and(|rest| rest.starts_with('.'));
    FIELDS.iter().map(|field| field.name).filter(of_it)
}

/// What stands before the first dot of the names.
fn protocols() -> Vec<&'static str> {
    let mut protocols: Vec<&str> = FIELDS.iter().filter_map(|field| field.name.split('.').next()).collect();
    protocols.dedup();
    protocols
}
