//! What the same sender asked before and since, in figures with links: something to weigh, never a verdict.

use super::file::File;
use super::page::{HistoryLine, HistoryView};
use crate::domain::policy::Policy;
use crate::domain::rules::Rules;
use crate::domain::serial::{self, DAYS, Ending, Likeness, MONTHS, Series};
use crate::store::requests::Stored;
use crate::web::frame::say::Say;

/// So many of the other requests are shown at once; the earlier ones are folded away.
const SHOWN: usize = 5;

/// The figures and the other requests; `None` where the sender asked nothing else.
pub(super) fn history(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Option<HistoryView> {
    if file.others.is_empty() {
        return None;
    }
    let mut lines: Vec<HistoryLine> = file.others.iter().map(|other| line(say, file, other, rules)).collect();
    let earlier = lines.split_off(lines.len().min(SHOWN));
    Some(HistoryView {
        figures: file
            .series
            .as_ref()
            .map(|series| figures(say, series, rules.policy))
            .unwrap_or_default(),
        lines,
        earlier,
        note: say.words.t("history-note"),
    })
}

/// The figures of a series, a sentence each.
pub(super) fn figures(say: &Say<'_>, series: &Series, policy: &Policy) -> Vec<String> {
    let words = &say.words;
    let (in_a_year, lately) = (series.in_a_year.to_string(), series.lately.to_string());
    let mut figures = vec![words.a(
        "history-in-a-year",
        &[("count", &in_a_year), ("months", &MONTHS.to_string())],
    )];
    for (right, count) in series.by_right.iter().filter(|(_, count)| *count > 1) {
        let known = policy.right(right);
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

fn line(say: &Say<'_>, file: &File, other: &Stored, rules: Rules<'_>) -> HistoryLine {
    let words = &say.words;
    let request = &other.request;
    let names = request.items.iter().map(|item| {
        let known = rules.policy.right(&item.right);
        known.map_or(item.right.as_str(), |right| right.name.text(say.tag()))
    });
    let mut about = vec![
        say.at(request.received_at, &request.policy),
        names.collect::<Vec<_>>().join(" · "),
    ];
    if request.is_running() || request.answered_at().is_some() {
        let due = say.due(request);
        about.push(words.noted(&due.words, &due.date));
    }
    about.push(match serial::Case::of(request, String::new()).map(|case| case.ending) {
        None => say.stage(&request.stage),
        Some(Ending::Open) => words.t("history-open"),
        Some(Ending::Withdrawn) => words.t("history-withdrawn"),
        Some(Ending::Answered(None)) => words.t("history-answered"),
        Some(Ending::Answered(Some(outcome))) => words.t(&format!("outcome-{}", outcome.as_str())),
    });
    if says_the_same(file, &request.reference) {
        about.push(words.t("history-same-words"));
    }
    about.retain(|part| !part.is_empty());
    let href = format!("/requests/{}", request.reference);
    HistoryLine {
        reference: request.reference.clone(),
        beside: format!(
            "/requests/{}/beside/{}",
            file.stored.request.reference, request.reference
        ),
        href,
        about: about.join(" · "),
    }
}

fn says_the_same(file: &File, reference: &str) -> bool {
    let others = file.series.iter().flat_map(|series| &series.others);
    others
        .filter(|other| other.likeness == Likeness::NearlyTheSame)
        .any(|other| other.case.reference == reference)
}
