//! Letters to the requester: their facts, language and checks.

use super::catalogue::Part;
use super::template::Facts;
use super::{CaseFacts, LetterText, MissingPart, Occasion, answer, bilingual, wording};
use crate::domain::policy::{DatumId, Pack, RightId};

/// A pack in the language a letter is written in.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub pack: &'a Pack,
    pub language: &'a str,
}

/// The letter that an occasion calls for, in the requester's language, or in two of the pack's where it has no texts in
/// that one. It never quotes the incoming mail.
///
/// # Errors
/// What the letter still lacks.
pub fn compose(pack: &Pack, language: &str, occasion: Occasion, case: &CaseFacts) -> Result<LetterText, MissingPart> {
    bilingual::written(pack, language, |writer| {
        let facts = writer.common(case)?;
        match occasion {
            Occasion::Acknowledgement => writer.acknowledgement(facts, case),
            Occasion::AcknowledgementUnclear => writer.letter(Part::AcknowledgementUnclear, &facts),
            Occasion::Answer => writer.answer(facts, case),
            Occasion::IdentityQuestion => writer.identity_question(facts, case),
            Occasion::Note => writer.note(facts, case),
            Occasion::ExtensionNotice => writer.extension_notice(facts, case),
            Occasion::WithdrawalConfirmed => writer.letter(Part::WithdrawalConfirmed, &facts),
        }
    })
}

impl<'a> Writer<'a> {
    /// What every letter to a requester can say.
    fn common(self, case: &CaseFacts) -> Result<Facts, MissingPart> {
        let greeting = self.greeting(&case.requester_name)?;
        let due_on = wording::date(self.language, case.due_on);
        let provisional = if case.provisional {
            self.snippet(Part::Provisional, &Facts::default().with("due_on", due_on.as_str()))?
        } else {
            String::new()
        };
        Ok(Facts::default()
            .with("greeting", greeting)
            .with("reference", case.reference.as_str())
            .with("received_on", wording::date(self.language, case.received_on))
            .with("due_on", due_on)
            .with("provisional", provisional)
            .with("reply", case.reply.as_str())
            .with("controller", case.controller.as_str())
            .with("contact", case.contact.as_str()))
    }

    fn acknowledgement(self, facts: Facts, case: &CaseFacts) -> Result<LetterText, MissingPart> {
        if case.right_ids.is_empty() {
            return Err(MissingPart::Items);
        }
        let facts = facts
            .with("rights", self.right_lines(&case.right_ids)?)
            .with("on_behalf", self.on_behalf(case)?);
        self.letter(Part::Acknowledgement, &facts)
    }

    fn answer(self, facts: Facts, case: &CaseFacts) -> Result<LetterText, MissingPart> {
        let late = if case.written_on > case.due_on {
            self.snippet(
                Part::Late,
                &Facts::default().with("due_on", wording::date(self.language, case.due_on)),
            )?
        } else {
            String::new()
        };
        let facts = facts
            .with("late", late)
            .with("items", answer::items(self, &case.items)?)
            .with("remedies", answer::remedies(self, &case.items)?);
        self.letter(Part::Answer, &facts)
    }

    fn identity_question(self, facts: Facts, case: &CaseFacts) -> Result<LetterText, MissingPart> {
        let method = match &case.method {
            Some(id) => {
                let method = self
                    .pack
                    .policy
                    .method(id)
                    .ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
                method.request.text(self.language)
            }
            None => "",
        };
        let asked = std::iter::once(method.to_owned()).chain(self.data_lines(case)?);
        let method = asked.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let on_behalf = self.on_behalf(case)?;
        if method.is_empty() && on_behalf.is_empty() && case.reply.trim().is_empty() {
            return Err(MissingPart::Words);
        }
        self.letter(
            Part::IdentityQuestion,
            &facts.with("method", method).with("on_behalf", on_behalf),
        )
    }

    fn note(self, facts: Facts, case: &CaseFacts) -> Result<LetterText, MissingPart> {
        if case.reply.trim().is_empty() {
            return Err(MissingPart::Words);
        }
        self.letter(Part::Note, &facts)
    }

    fn extension_notice(self, facts: Facts, case: &CaseFacts) -> Result<LetterText, MissingPart> {
        let extension = case
            .extension
            .as_ref()
            .filter(|extension| !extension.reason.trim().is_empty());
        let extension = extension.ok_or(MissingPart::Extension)?;
        let facts = facts
            .with("new_due_on", wording::date(self.language, extension.due_on))
            .with("reason", extension.reason.as_str())
            .with("remedies", answer::all_remedies(self)?);
        self.letter(Part::ExtensionNotice, &facts)
    }

    /// What the requester is asked to name, each on a line.
    fn data_lines(self, case: &CaseFacts) -> Result<Vec<String>, MissingPart> {
        let line = |id: &DatumId| {
            let datum = self.pack.policy.held_datum(id);
            let datum = datum.ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
            let facts = Facts::default().with("evidence", datum.name.text(self.language));
            self.snippet(Part::Evidence, &facts)
        };
        case.data.iter().map(line).collect()
    }

    /// What one who asks for another person still has to show; empty when nothing is wanted.
    fn on_behalf(self, case: &CaseFacts) -> Result<String, MissingPart> {
        if case.evidence_wanted.is_empty() {
            return Ok(String::new());
        }
        let unknown = || MissingPart::Unknown(case.on_behalf.to_string());
        let rule = self.pack.policy.on_behalf(&case.on_behalf).ok_or_else(unknown)?;
        let pieces = case.evidence_wanted.iter().map(|piece| {
            self.snippet(
                Part::Evidence,
                &Facts::default().with("evidence", piece.text(self.language)),
            )
        });
        let facts = Facts::default()
            .with("on_behalf", rule.name.text(self.language))
            .with("subject", wording::name(&case.subject_name).unwrap_or_default())
            .with("evidence", pieces.collect::<Result<Vec<_>, _>>()?.join("\n"));
        self.snippet(Part::OnBehalf, &facts)
    }

    /// How a letter begins.
    pub fn greeting(self, name: &str) -> Result<String, MissingPart> {
        match wording::name(name) {
            Some(name) => self.snippet(Part::Greeting, &Facts::default().with("name", name)),
            None => self.snippet(Part::GreetingUnnamed, &Facts::default()),
        }
    }

    /// The names of rights, each on a line.
    pub fn right_lines(self, ids: &[RightId]) -> Result<String, MissingPart> {
        let line = |id: &RightId| self.snippet(Part::Right, &Facts::default().with("right", self.right_name(id)?));
        Ok(ids.iter().map(line).collect::<Result<Vec<_>, _>>()?.join("\n"))
    }

    /// A right's name.
    pub fn right_name(self, id: &RightId) -> Result<&'a str, MissingPart> {
        let right = self
            .pack
            .policy
            .right(id)
            .ok_or_else(|| MissingPart::Unknown(id.to_string()))?;
        Ok(right.name.text(self.language))
    }

    /// A whole letter.
    pub fn letter(self, part: Part, facts: &Facts) -> Result<LetterText, MissingPart> {
        self.pack.letters.letter(part, self.language, facts)
    }

    /// A piece of a letter.
    pub fn snippet(self, part: Part, facts: &Facts) -> Result<String, MissingPart> {
        self.pack.letters.snippet(part, self.language, facts)
    }
}
