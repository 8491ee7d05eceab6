//! `habeas inspect`: what the disclosure gate finds in files, before they are given to anybody. Nothing is kept.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::disclosure::{Context, Own, Report, inspect};
use crate::mail::disclosed::open_mail;
use crate::web::frame::words::{Language, Words};
use crate::web::request::handover::words::place;

/// Looks through files for what must not leave.
#[derive(Debug, Clone, clap::Args)]
pub struct InspectArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A name, address or number of the person the files are for; may be given several times
    #[arg(long, value_name = "VALUE")]
    own: Vec<String>,
    /// The name of somebody else who must not be in the files; may be given several times
    #[arg(long, value_name = "NAME")]
    other: Vec<String>,
    /// The language of the report: en or zh-Hans
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: String,
    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
}

/// Runs the command. It fails when something was found, so that a script can stop there.
///
/// # Errors
/// When a file cannot be read.
pub fn run(args: &InspectArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let language = Language::of_tag(&args.language)
        .with_context(|| format!("There is no language {}: write en or zh-Hans.", args.language))?;
    let words = Words::of(language);
    let context = Context::new(&own(&args.own), &args.other).with_mail(open_mail);
    let mut clean = true;
    for file in &args.files {
        let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let report = inspect(&name(file), &bytes, &context);
        clean &= report.is_clean();
        match args.json {
            true => writeln!(out, "{}", serde_json::to_string(&report)?)?,
            false => write!(out, "{}", in_words(&words, &report))?,
        }
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is known of the person, by its form.
fn own(values: &[String]) -> Own {
    let mut own = Own::default();
    for value in values {
        if value.contains('@') {
            own.addresses.push(value.clone());
        } else if value.chars().any(|one| one.is_ascii_digit()) {
            own.numbers.push(value.clone());
        } else {
            own.names.push(value.clone());
        }
    }
    own
}

fn name(file: &Path) -> String {
    file.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn in_words(words: &Words, report: &Report) -> String {
    let kind = words.t(&format!("disclosure-file-{}", report.file_kind.as_str()));
    let head = words.a("disclosure-report", &[("name", &report.name), ("file", &kind)]);
    let mut lines = vec![head];
    for finding in &report.findings {
        let kind = finding.kind.as_str();
        let excerpt = match finding.excerpt.is_empty() {
            true => String::new(),
            false => format!(" “{}”", finding.excerpt),
        };
        lines.push(format!(
            "  {} — {}{excerpt} ({}; {})",
            words.t(&format!("disclosure-{kind}")),
            place(words, &finding.place),
            words.t(&format!("disclosure-severity-{}", finding.severity.as_str())),
            words.t(&format!("disclosure-remedy-{}", finding.remedy.as_str())),
        ));
    }
    if report.is_clean() {
        lines.push(format!("  {}", words.t("disclosure-clean")));
    }
    if report.more {
        lines.push(format!("  {}", words.t("disclosure-more")));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::FindingKind;

    #[test]
    fn every_kind_of_finding_has_its_words_in_both_languages() {
        for language in Language::ALL {
            let words = Words::of(language);
            for kind in FindingKind::ALL {
                for what in ["", "-why", "-mark"] {
                    let key = format!("disclosure-{}{what}", kind.as_str());
                    assert_ne!(words.t(&key), key);
                }
            }
        }
    }

    #[test]
    fn a_report_names_what_was_found_where_and_what_can_be_done() {
        let context = Context::new(&own(&["Ann Other".to_owned(), "a@example.org".to_owned()]), &["Li Wei"]);
        let report = inspect("list.txt", b"one\nLi Wei, a@example.org", &context);
        assert_eq!(
            in_words(&Words::of(Language::English), &report),
            "list.txt: a text\n  The name of another requester — line 2 “L••••” (must not leave as it is; can be removed)\n"
        );
    }
}
