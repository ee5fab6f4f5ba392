//! `sockeye fields`: what filters and `--fields` can name.

use std::io::{self, BufWriter, Write};

use clap::Args as ClapArgs;

use super::args::ListFormat;
use super::failure::{Failure, visible};
use super::terminal;
use crate::filter::{FIELDS, Field};
use crate::report::{write_fields, write_fields_json};

#[derive(Debug, ClapArgs)]
pub(super) struct FieldsArgs {
    /// Print only fields whose names begin so: `tcp`, `websocket.payload`
    #[arg(value_name = "PREFIX")]
    pub prefixes: Vec<String>,
    /// How to write them
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
}

/// Runs the command.
pub(super) fn run(args: &FieldsArgs) -> Result<(), Failure> {
    let fields = selected(&args.prefixes)?;
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        ListFormat::Json => write_fields_json(&fields, &mut out)?,
        ListFormat::Text => write_fields(&fields, terminal::width(), &mut out)?,
    }
    Ok(out.flush()?)
}

/// The fields whose names begin with one of the prefixes; all, if there is none.
fn selected(prefixes: &[String]) -> Result<Vec<&'static Field>, Failure> {
    let begins = |field: &Field, prefix: &String| field.name.starts_with(prefix.as_str());
    if let Some(unknown) = prefixes.iter().find(|prefix| !FIELDS.iter().any(|field| begins(field, prefix))) {
        let mut protocols: Vec<&str> =
            FIELDS.iter().filter_map(|field| field.name.split('.').next()).collect();
        protocols.dedup();
        let protocols = protocols.join(", ");
        let what = format!("no field begins with `{}`", visible(unknown));
        return Err(Failure::Usage(format!("{what}\n  the protocols are {protocols}")));
    }
    let wanted = |field: &&&Field| prefixes.is_empty() || prefixes.iter().any(|prefix| begins(field, prefix));
    Ok(FIELDS.iter().filter(wanted).copied().collect())
}
