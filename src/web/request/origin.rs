//! Where a message comes from, in words: what was checked of its sender, and what about the sender deceives the eye.

use crate::domain::authenticity::{Authenticity, Check, Checked, Method, Source, Verdict};
use crate::domain::lookalike::{Mark, marks};
use crate::domain::message::{Mail, Sender};
use crate::mail::parse::sender_as_written;
use crate::mail::reading::Reading;
use crate::web::frame::look::Fact;
use crate::web::frame::words::Words;

/// Where a message comes from, for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The line that says it.
    pub said: String,
    /// What must not be concluded from it; may be empty.
    pub note: String,
    /// The class of the line: quiet, or as what needs a look.
    pub look: &'static str,
    /// What about the sender deceives the eye.
    pub marks: Vec<String>,
    /// Each check and who made it; `None` when nothing was checked.
    pub checks: Option<Fact>,
}

/// A message as far as its origin goes.
pub struct Seen<'m> {
    /// What was read of it.
    pub mail: &'m Mail,
    /// Its bytes.
    pub raw: &'m [u8],
    /// What was kept when it was read first.
    pub kept: Option<&'m Reading>,
}

impl Origin {
    /// Says where a message comes from. `known` are the domains and addresses that a forger may want to be taken for.
    pub fn of(words: &Words, seen: &Seen<'_>, known: &[String]) -> Self {
        let nothing = Authenticity::default();
        let found = seen.kept.map_or(&nothing, |kept| &kept.authenticity);
        let verdict = found.verdict();
        let note = match verdict {
            Verdict::Proven => words.t("authenticity-no-identity"),
            Verdict::Failing | Verdict::Unknown => String::new(),
        };
        let look = match verdict {
            Verdict::Failing => "remark",
            Verdict::Proven | Verdict::Unknown => "muted",
        };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        // Of what could not be read, nothing more is read.
        let written = match seen.mail.from {
            Sender::Known(_) | Sender::Ambiguous { .. } => sender_as_written(seen.raw),
            Sender::Missing => String::new(),
        };
        let marks = marks(&seen.mail.from, &written, &known);
        Self {
            said: said(words, found, verdict),
            note,
            look,
            marks: marks.iter().map(|mark| warning(words, mark)).collect(),
            checks: checks(words, found),
        }
    }
}

fn said(words: &Words, found: &Authenticity, verdict: Verdict) -> String {
    let domain = found.from.as_str();
    let mut said = match (verdict, &found.source) {
        (_, Source::Nobody) => return words.t("authenticity-unchecked"),
        (Verdict::Proven, _) => {
            let vouching = found.vouching();
            let methods: Vec<&str> = vouching.into_iter().map(Method::name).collect();
            let methods = methods.join(", ");
            words.a("authenticity-proven", &[("domain", domain), ("methods", &methods)])
        }
        (Verdict::Failing, _) => words.with("authenticity-failing", "domain", domain),
        (Verdict::Unknown, _) if found.checks.iter().any(is_unfinished) => words.t("authenticity-unfinished"),
        (Verdict::Unknown, _) => words.with("authenticity-unknown", "domain", domain),
    };
    if verdict != Verdict::Proven
        && let Some(signer) = found.other_signers().first()
    {
        said = words.a("authenticity-other-signer", &[("said", &said), ("domain", signer)]);
    }
    said
}

fn is_unfinished(checked: &Checked) -> bool {
    checked.result == Check::TemporaryError
}

/// Each check, for those who know what the letters mean.
fn checks(words: &Words, found: &Authenticity) -> Option<Fact> {
    let by = match &found.source {
        Source::Nobody => return None,
        Source::Ours => words.t("authenticity-by-us"),
        Source::Server(server) => words.with("authenticity-by-server", "server", server),
    };
    let one = |checked: &Checked| {
        let result = words.t(match checked.result {
            Check::Pass => "authenticity-passed",
            Check::Fail => "authenticity-failed",
            Check::Neutral => "authenticity-neutral",
            Check::TemporaryError | Check::NotChecked => "authenticity-no-answer",
        });
        let name = checked.method.name();
        match checked.domain.as_str() {
            "" => format!("{name}: {result}"),
            domain => format!("{name} {domain}: {result}"),
        }
    };
    let all: Vec<String> = std::iter::once(by).chain(found.checks.iter().map(one)).collect();
    Some(Fact {
        label: words.t("fact-authenticity"),
        value: all.join(" · "),
    })
}

fn warning(words: &Words, mark: &Mark) -> String {
    match mark {
        Mark::MixedScripts { word } => words.with("mark-mixed-scripts", "word", word),
        Mark::Encoded { shown } => words.with("mark-encoded", "shown", shown),
        Mark::Hidden => words.t("mark-hidden"),
        Mark::OtherAddress { real } => words.with("mark-other-address", "real", real),
        Mark::Resembles { known } => words.with("mark-resembles", "known", known),
    }
}
