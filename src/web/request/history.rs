//! What the same sender asked before and since, in figures with links: something to weigh, never a verdict.

use super::file::File;
use super::page::{HistoryLine, HistoryView};
use crate::domain::rules::Rules;
use crate::domain::serial::{DAYS, Ending, Likeness, MONTHS, Other, Series};
use crate::web::frame::say::Say;

/// The figures; `None` where the sender asked nothing else.
pub(super) fn history(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Option<HistoryView> {
    let series = file.series.as_ref()?;
    let lines = series.others.iter().map(|other| line(say, file, other, rules));
    Some(HistoryView {
        figures: figures(say, series, rules),
        lines: lines.collect(),
        note: say.words.t("history-note"),
    })
}

fn figures(say: &Say<'_>, series: &Series, rules: Rules<'_>) -> Vec<String> {
    let words = &say.words;
    let (in_a_year, lately) = (series.in_a_year.to_string(), series.lately.to_string());
    let mut figures = vec![words.a(
        "history-in-a-year",
        &[("count", &in_a_year), ("months", &MONTHS.to_string())],
    )];
    for (right, count) in series.by_right.iter().filter(|(_, count)| *count > 1) {
        let known = rules.policy.right(right);
        let name = known.map_or(right.as_str(), |right| right.name.text(say.tag()));
        figures.push(words.a("history-for-right", &[("count", &count.to_string()), ("right", name)]));
    }
    figures.push(words.a("history-lately", &[("count", &lately), ("days", &DAYS.to_string())]));
    match series.alike() {
        0 => {}
        1 => figures.push(words.t("history-alike-one")),
        alike => figures.push(words.with("history-alike", "count", &alike.to_string())),
    }
    figures
}

fn line(say: &Say<'_>, file: &File, other: &Other, rules: Rules<'_>) -> HistoryLine {
    let words = &say.words;
    let names = other.case.rights.iter().map(|right| {
        let known = rules.policy.right(right);
        known.map_or(right.as_str(), |right| right.name.text(say.tag()))
    });
    let mut about = vec![
        say.at(other.case.received_at, &file.stored.request.policy),
        names.collect::<Vec<_>>().join(" · "),
        match other.case.ending {
            Ending::Open => words.t("history-open"),
            Ending::Withdrawn => words.t("history-withdrawn"),
            Ending::Answered(None) => words.t("history-answered"),
            Ending::Answered(Some(outcome)) => words.t(&format!("outcome-{}", outcome.as_str())),
        },
    ];
    if other.likeness == Likeness::NearlyTheSame {
        about.push(words.t("history-same-words"));
    }
    about.retain(|part| !part.is_empty());
    HistoryLine {
        reference: other.case.reference.clone(),
        href: format!("/requests/{}", other.case.reference),
        about: about.join(" · "),
    }
}
