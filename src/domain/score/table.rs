//! The tables in which scores are shown: rights and flags, kinds with who was taken for whom, languages.

use std::fmt;

use super::{LanguageScores, Scores, Tally, share};
use crate::domain::classification::Kind;

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        tallies(f, "right", self.rights.iter().map(|(id, tally)| (id.as_str(), *tally)))?;
        writeln!(f, "macro-F1 of rights {:.3}\n", self.macro_f1())?;
        if !self.flags.is_empty() {
            tallies(f, "flag", self.flags.iter().map(|(id, tally)| (id.as_str(), *tally)))?;
            writeln!(f)?;
        }
        let seen = |kind: &Kind| {
            self.confusion
                .keys()
                .any(|(labelled, answer)| labelled == kind || answer == kind)
        };
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(seen).collect();
        tallies(f, "kind", kinds.iter().map(|kind| (kind.as_str(), self.kind(*kind))))?;
        writeln!(f)?;
        self.confusion_matrix(f, &kinds)?;
        writeln!(f)?;
        self.languages(f)?;
        writeln!(f)?;
        let mails = self.mails;
        for (what, right) in [
            ("kind", self.kinds),
            ("case or no case", self.cases),
            ("language", self.languages),
            ("on behalf", self.on_behalf),
        ] {
            writeln!(f, "{what}: {right} of {mails} ({:.1} %)", 100.0 * share(right, mails))?;
        }
        writeln!(f, "for a person to look at: {} of {mails}", self.triaged)?;
        let (right, others) = (self.unaided, mails - self.triaged);
        let percent = 100.0 * share(right, others);
        writeln!(
            f,
            "of the others, kind and rights all right: {right} of {others} ({percent:.1} %)"
        )?;
        match self.lost.as_slice() {
            [] => writeln!(f, "no request, complaint or question lost"),
            lost => writeln!(f, "LOST: {}", lost.join(", ")),
        }
    }
}

impl Scores {
    /// A row for every kind that was labelled, a column for every kind that was answered.
    fn confusion_matrix(&self, f: &mut fmt::Formatter<'_>, kinds: &[Kind]) -> fmt::Result {
        write!(f, "{:<16}", "is \\ taken for")?;
        for kind in kinds {
            write!(f, " {:>10}", kind.as_str())?;
        }
        writeln!(f)?;
        for labelled in kinds {
            write!(f, "{:<16}", labelled.as_str())?;
            for answer in kinds {
                match self.confusion.get(&(*labelled, *answer)) {
                    Some(count) => write!(f, " {count:>10}")?,
                    None => write!(f, " {:>10}", ".")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn languages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<20} {:>5} {:>8} {:>8} {:>8} {:>7} {:>5}",
            "language", "mails", "told", "kind", "macro-F1", "person", "lost"
        )?;
        for (tag, scores) in &self.by_language {
            let LanguageScores {
                mails, triaged, lost, ..
            } = scores;
            writeln!(
                f,
                "{tag:<20} {mails:>5} {:>6.1} % {:>6.1} % {:>8.3} {triaged:>7} {lost:>5}",
                100.0 * share(scores.languages, *mails),
                100.0 * scores.kind_accuracy(),
                scores.macro_f1(),
            )?;
        }
        Ok(())
    }
}

fn tallies<'a>(f: &mut fmt::Formatter<'_>, what: &str, rows: impl Iterator<Item = (&'a str, Tally)>) -> fmt::Result {
    writeln!(
        f,
        "{what:<20} {:>5} {:>5} {:>5} {:>9} {:>7} {:>6}",
        "hit", "miss", "false", "precision", "recall", "F1"
    )?;
    for (id, tally) in rows {
        writeln!(
            f,
            "{id:<20} {:>5} {:>5} {:>5} {:>9.3} {:>7.3} {:>6.3}",
            tally.hits,
            tally.misses,
            tally.false_alarms,
            tally.precision(),
            tally.recall(),
            tally.f1()
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::domain::classification::Classification;
    use crate::domain::score::{Label, score};

    #[test]
    fn the_tables_name_the_kind_a_mail_was_taken_for_its_language_and_what_was_lost() {
        let label: Label = serde_json::from_str(
            r#"{"file": "7.eml", "rights": ["deletion"], "kind": "request", "language": "zh-Hans"}"#,
        )
        .expect("a label");
        let shown = score([(&label, &Classification::unrelated("en"))]).to_string();
        let row = |start: &str| {
            let line = shown.lines().rfind(|line| line.starts_with(start));
            line.unwrap_or_default()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(row("is \\ taken for"), "is \\ taken for request unrelated");
        assert_eq!(row("request"), "request . 1");
        assert_eq!(row("zh-Hans"), "zh-Hans 1 0.0 % 0.0 % 0.000 0 1");
        assert_eq!(row("LOST"), "LOST: 7.eml");
    }
}
