//! `sockeye completions` and `sockeye man`: what an installation has beside the binary.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::args::Args;
use super::failure::Failure;

/// Writes the completions of a shell to standard output.
pub(super) fn completions(shell: Shell) -> Result<(), Failure> {
    io::stdout().write_all(&script(shell)).map_err(Failure::Output)
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut Args::command(), "sockeye", &mut script);
    script
}

/// Writes the manual pages into a folder, one for each command; without a folder, the first to standard output.
pub(super) fn man(folder: Option<&Path>) -> Result<(), Failure> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        return io::stdout().write_all(&page(command, "sockeye")?).map_err(Failure::Output);
    };
    fs::create_dir_all(folder).map_err(|error| Failure::Write { path: folder.to_owned(), error })?;
    for subcommand in command.get_subcommands() {
        let name = format!("sockeye-{}", subcommand.get_name());
        write(folder, &name, subcommand.clone())?;
    }
    write(folder, "sockeye", command)
}

fn write(folder: &Path, name: &str, command: Command) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.1"));
    fs::write(&path, page(command, name)?).map_err(|error| Failure::Write { path, error })
}

fn page(command: Command, name: &str) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command.display_name(name.to_owned())).render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = String::from_utf8(script(shell)).unwrap();
            for command in Args::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }

    #[test]
    fn a_page_is_named_as_it_is_found_and_lists_the_options() {
        let command = Args::command();
        let check = command.find_subcommand("check").unwrap().clone();
        let page = String::from_utf8(page(check, "sockeye-check").unwrap()).unwrap();
        assert!(page.contains(".TH sockeye-check 1"), "{page}");
        assert!(page.contains("fail\\-on"), "{page}");
    }
}
