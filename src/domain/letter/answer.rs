//! The heart of an answer: what was decided on each item, what a refusal rests on, and where a person can turn.

use super::catalogue::Part;
use super::compose::Writer;
use super::template::Facts;
use super::{ItemFacts, MissingPart, OutcomeWord, wording};
use crate::domain::policy::{Condition, ConditionId, DutyId, ExemptionId, Right, Source};

/// Each item with its decision, numbered from 1.
pub(super) fn items(writer: Writer, items: &[ItemFacts]) -> Result<String, MissingPart> {
    if items.is_empty() {
        return Err(MissingPart::Items);
    }
    let texts = items
        .iter()
        .zip(1..)
        .map(|(item, number)| one_item(writer, item, number));
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
}

/// Where to turn, in a letter that does not grant all.
pub(super) fn remedies(writer: Writer, items: &[ItemFacts]) -> Result<String, MissingPart> {
    if items.iter().all(|item| item.outcome == OutcomeWord::Granted) {
        Ok(String::new())
    } else {
        all_remedies(writer)
    }
}

/// Where to turn, each remedy on a line. There is always at least one.
pub(super) fn all_remedies(writer: Writer) -> Result<String, MissingPart> {
    let lines = writer.pack.policy.remedies.iter().map(|remedy| {
        let facts = Facts::default()
            .with("remedy", remedy.text.text(writer.language))
            .with("basis", cite_all(writer, &remedy.sources));
        writer.snippet(Part::Remedy, &facts)
    });
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    if lines.is_empty() {
        Err(MissingPart::Remedy)
    } else {
        Ok(lines.join("\n"))
    }
}

pub(super) fn one_item(writer: Writer, item: &ItemFacts, number: usize) -> Result<String, MissingPart> {
    let policy = &writer.pack.policy;
    let right = policy
        .right(&item.right)
        .ok_or_else(|| MissingPart::Unknown(item.right.to_string()))?;
    let ground = match &item.ground {
        Some(id) => policy
            .ground(id)
            .ok_or_else(|| MissingPart::Unknown(id.to_string()))?
            .name
            .text(writer.language),
        None => "",
    };
    let note = note(writer, item, right)?;
    let facts = Facts::default()
        .with("number", number.to_string())
        .with("right", right.name.text(writer.language))
        .with("ground", ground)
        .with("given", item.given.as_str())
        .with("reason", item.reason.as_str())
        .with("note", note);
    match item.outcome {
        OutcomeWord::Granted => writer.snippet(Part::ItemGranted, &facts),
        OutcomeWord::PartlyGranted if item.given.trim().is_empty() => Err(MissingPart::Given(item.right.clone())),
        OutcomeWord::PartlyGranted => {
            writer.snippet(Part::ItemPartlyGranted, &facts.with("basis", basis(writer, item)?))
        }
        OutcomeWord::Restricted => {
            let (until, basis) = restriction(writer, item)?;
            writer.snippet(Part::ItemRestricted, &facts.with("until", until).with("basis", basis))
        }
        OutcomeWord::Refused => writer.snippet(Part::ItemRefused, &facts.with("basis", basis(writer, item)?)),
        OutcomeWord::NothingHeld => writer.snippet(Part::ItemNothingHeld, &facts),
        OutcomeWord::NotForUs => writer.snippet(Part::ItemNotForUs, &facts),
    }
}

/// What the outcome of an item rests on, each reason on a line; empty where it needs none.
pub(super) fn basis_lines(writer: Writer, item: &ItemFacts) -> Result<String, MissingPart> {
    match item.outcome {
        OutcomeWord::PartlyGranted | OutcomeWord::Refused => basis(writer, item),
        OutcomeWord::Restricted => Ok(restriction(writer, item)?.1),
        OutcomeWord::Granted | OutcomeWord::NothingHeld | OutcomeWord::NotForUs => Ok(String::new()),
    }
}

/// From when it takes effect, where that is its receipt, and what else the policy says of the right.
pub(super) fn note(writer: Writer, item: &ItemFacts, right: &Right) -> Result<String, MissingPart> {
    let note = right.answer_note.as_ref().map_or("", |note| note.text(writer.language));
    match item.effective_at {
        Some(at) => {
            let at = format!("{} {}", wording::date(writer.language, at.date()), at.format("%H:%M"));
            let effective = writer.snippet(Part::Effective, &Facts::default().with("at", at))?;
            Ok(format!("{effective}\n{note}").trim().to_owned())
        }
        None => Ok(note.to_owned()),
    }
}

/// Until when data are kept, and each duty with its legal basis.
pub(super) fn restriction(writer: Writer, item: &ItemFacts) -> Result<(String, String), MissingPart> {
    if item.reason.trim().is_empty() {
        return Err(MissingPart::Reason(item.right.clone()));
    }
    let facts = item
        .restriction
        .as_ref()
        .filter(|facts| !facts.duties.is_empty())
        .ok_or_else(|| MissingPart::Restriction(item.right.clone()))?;
    let line = |id: &DutyId| {
        let duty = writer
            .pack
            .policy
            .duty(id)
            .ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
        let facts = Facts::default()
            .with("duty", duty.name.text(writer.language))
            .with("basis", cite_all(writer, &duty.sources));
        writer.snippet(Part::Duty, &facts)
    };
    let duties = facts.duties.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    Ok((wording::date(writer.language, facts.until), duties.join("\n")))
}

/// What a refusal rests on: each exemption with the policy's label and its legal basis, the missing ground, the missing
/// proof. Neither this nor the reason can be left out (PIPL, Art. 50; GDPR, Art. 12(4)).
fn basis(writer: Writer, item: &ItemFacts) -> Result<String, MissingPart> {
    if item.reason.trim().is_empty() {
        return Err(MissingPart::Reason(item.right.clone()));
    }
    let mut pieces = item
        .exemptions
        .iter()
        .map(|id| exemption(writer, id))
        .collect::<Result<Vec<_>, _>>()?;
    for id in &item.conditions {
        pieces.push(condition(writer, item, id)?);
    }
    if item.missing_ground {
        let grounds = writer
            .pack
            .policy
            .grounds
            .iter()
            .map(|ground| ground.name.text(writer.language).to_owned());
        let grounds = wording::in_a_row(writer.language, &grounds.collect::<Vec<_>>());
        pieces.push(writer.snippet(Part::MissingGround, &Facts::default().with("grounds", grounds))?);
    }
    if item.identity_not_proven {
        pieces.push(writer.snippet(Part::IdentityNotProven, &Facts::default())?);
        for condition in of_right(writer, item).iter().filter(|condition| condition.identity) {
            pieces.push(self::condition(writer, item, &condition.id)?);
        }
    }
    if pieces.is_empty() {
        Err(MissingPart::Basis(item.right.clone()))
    } else {
        Ok(pieces.join("\n"))
    }
}

fn exemption(writer: Writer, id: &ExemptionId) -> Result<String, MissingPart> {
    let exemption = writer
        .pack
        .policy
        .exemption(id)
        .ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
    let basis = cite_all(writer, &exemption.sources);
    if basis.is_empty() {
        return Err(MissingPart::LegalBasis(id.clone()));
    }
    let facts = Facts::default()
        .with("exemption", exemption.name.text(writer.language))
        .with("basis", basis);
    writer.snippet(Part::Exemption, &facts)
}

/// A condition of the right that is not met, with its legal basis.
fn condition(writer: Writer, item: &ItemFacts, id: &ConditionId) -> Result<String, MissingPart> {
    let condition = of_right(writer, item)
        .iter()
        .find(|condition| condition.id == *id)
        .ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
    let basis = cite_all(writer, &condition.sources);
    if basis.is_empty() {
        return Err(MissingPart::ConditionBasis(id.clone()));
    }
    let facts = Facts::default()
        .with("condition", condition.name.text(writer.language))
        .with("basis", basis);
    writer.snippet(Part::Condition, &facts)
}

fn of_right<'a>(writer: Writer<'a>, item: &ItemFacts) -> &'a [Condition] {
    let right = writer.pack.policy.right(&item.right);
    right.map_or(&[], |right| &right.conditions)
}

fn cite_all(writer: Writer, sources: &[Source]) -> String {
    let cited = sources
        .iter()
        .map(|source| writer.pack.policy.cite(source, writer.language));
    wording::in_a_row(writer.language, &cited.collect::<Vec<_>>())
}
