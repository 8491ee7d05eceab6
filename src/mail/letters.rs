//! From a decision to a letter in the outbox: the facts a letter needs, its text, and the mail it becomes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::compose::{self, Automatic, Outgoing};
use super::draft;
use super::token::Tokens;
use crate::config::Settings;
use crate::domain::event::CaseKind;
use crate::domain::item::{Basis, Decision, Item};
use crate::domain::letter::{
    self, CaseFacts, ExtensionFacts, ItemFacts, LetterText, Occasion, OutcomeWord, RestrictionFacts,
};
use crate::domain::message::{Address, Mail};
use crate::domain::policy::{DatumId, MethodId, Pack, Policy};
use crate::domain::request::PolicyStamp;
use crate::domain::text::TextRef;
use crate::packs::{LoadedPack, Shelf};
use crate::store::Reader;
use crate::store::door::{Desk, Letter, StepError};
use crate::store::outbox::Leave;
use crate::store::requests::Stored;
use crate::store::vault::{keys, texts};

/// The pack whose texts a request is written to with.
///
/// # Errors
/// [`StepError::NoPolicy`] when it is not there.
pub fn pack_of(shelf: &Shelf, policy: &PolicyStamp) -> Result<Arc<LoadedPack>, StepError> {
    shelf
        .version(&policy.id, &policy.version)
        .ok_or_else(|| StepError::NoPolicy {
            id: policy.id.clone(),
            version: policy.version.clone(),
        })
}

/// Who writes, and in reply to what.
#[derive(Clone, Copy)]
pub struct Letterhead<'a> {
    /// Who answers, and the domain of Message-IDs.
    pub settings: &'a Settings,
    /// The texts.
    pub pack: &'a Pack,
    /// The message that the letter replies to.
    pub thread: Option<&'a Thread>,
}

/// The reply headers of a letter (RFC 5322, section 3.6.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The Message-ID it replies to, without brackets.
    pub in_reply_to: Option<String>,
    /// The Message-IDs before it, oldest first.
    pub references: Vec<String>,
}

impl Thread {
    /// The most earlier messages that a reply names; the first of all and the latest are the ones that mail programs need.
    const MOST: usize = 12;

    /// The headers of a reply to a mail.
    pub fn of(mail: &Mail) -> Self {
        let mut references: Vec<String> = mail.references.iter().chain(&mail.message_id).cloned().collect();
        while references.len() > Self::MOST {
            references.remove(1);
        }
        Self {
            in_reply_to: mail.message_id.clone(),
            references,
        }
    }
}

/// What a letter says beyond what the request itself tells.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The officer's own words.
    pub reply: String,
    /// How the requester is asked to show who they are.
    pub method: Option<MethodId>,
    /// Which of the data held they are asked to name.
    pub data: Vec<DatumId>,
    /// A longer term and why.
    pub extension: Option<ExtensionFacts>,
}

/// The text of a letter about the request at a desk.
///
/// # Errors
/// What the letter still lacks, in words for the officer.
pub fn write(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    words: Words,
) -> Result<LetterText, StepError> {
    let case = Case {
        stored: desk.stored,
        policy: desk.rules.policy,
        now: desk.now,
    };
    composed(case, head, occasion, words, &mut |text| desk.read(text))
}

/// The answer as it would read now, which is what a second person approves.
///
/// # Errors
/// What the answer still lacks, in words for the officer.
pub fn answer(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, words: Words) -> Result<LetterText, StepError> {
    let occasion = answer_occasion(desk.stored.request.kind, &desk.stored.request.items);
    write(desk, head, occasion, words)
}

/// The text of a letter as it would read now. Nothing is written, so that looking at it waits for nobody.
///
/// # Errors
/// What the letter still lacks, in words for the officer.
pub fn preview(
    db: &mut Reader<'_>,
    case: Case<'_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    words: Words,
) -> Result<LetterText, StepError> {
    let key = keys::find(db, case.stored.key_id)?;
    composed(case, head, occasion, words, &mut |text| {
        Ok(texts::read_committed(db, &key, text)?)
    })
}

/// The request that a letter is about, the policy it is under, and the day of the letter.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// The request.
    pub stored: &'c Stored,
    /// Its policy.
    pub policy: &'c Policy,
    /// The instant of writing.
    pub now: DateTime<Utc>,
}

/// Reads a sealed text of the request.
pub(super) type ReadText<'r> = &'r mut dyn FnMut(&TextRef) -> Result<String, StepError>;

fn composed(
    case: Case<'_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    words: Words,
    read: ReadText<'_>,
) -> Result<LetterText, StepError> {
    match &case.stored.request.draft {
        Some(draft) if occasion == answer_occasion(case.stored.request.kind, &case.stored.request.items) => {
            draft::as_saved(case, head, draft, read)
        }
        Some(_) | None => put_together(case, head, occasion, words, read),
    }
}

/// The letter as the pack's texts and the facts make it, whatever anybody wrote by hand.
pub(super) fn put_together(
    case: Case<'_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    words: Words,
    read: ReadText<'_>,
) -> Result<LetterText, StepError> {
    let facts = facts(case, head, words, read)?;
    letter::compose(head.pack, &case.stored.request.language, occasion, &facts).map_err(StepError::Lacks)
}

/// Puts a letter to the requester that a person has sent into the outbox and returns its number there.
///
/// # Errors
/// When there is no address, or the mail cannot be made of it.
pub fn post(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    text: &LetterText,
) -> Result<i64, StepError> {
    let leave = Leave::At(desk.now);
    put(desk, head, occasion, Automatic::No, text, leave)
}

/// Puts a letter that nobody wrote into the outbox, to leave by itself or to wait for a person.
///
/// # Errors
/// When there is no address, or the mail cannot be made of it.
pub fn post_by_itself(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    text: &LetterText,
    leave: Leave,
) -> Result<i64, StepError> {
    put(desk, head, occasion, Automatic::Replied, text, leave)
}

fn put(
    desk: &mut Desk<'_, '_>,
    head: Letterhead<'_>,
    occasion: Occasion,
    automatic: Automatic,
    text: &LetterText,
    leave: Leave,
) -> Result<i64, StepError> {
    let card = &desk.stored.card;
    if card.address.is_empty() {
        return Err(crate::domain::moves::Refusal::NoAddress.into());
    }
    let to = Address {
        name: String::new(),
        address: card.address.clone(),
    };
    let (request, now, vault) = (desk.stored.id, desk.now, desk.tx().vault);
    let mail = Envelope::of(&Writing {
        tokens: Tokens::new(vault, head.settings),
        request: Some(request),
        to: &to,
        text,
        automatic,
        thread: head.thread,
        now,
    })?;
    desk.post(&Letter {
        occasion: name_of(occasion),
        message_id: &mail.message_id,
        token: &mail.token,
        recipient: &to.address,
        raw: &mail.raw,
        automatic: automatic != Automatic::No,
        leave,
    })
}

/// A text on its way to becoming a mail.
pub struct Writing<'w> {
    /// Signs its names, and knows who writes.
    pub tokens: Tokens<'w>,
    /// The request it is about; `None` for mail to staff.
    pub request: Option<i64>,
    /// To whom.
    pub to: &'w Address,
    /// What it says.
    pub text: &'w LetterText,
    /// Whether a programme writes.
    pub automatic: Automatic,
    /// The message that it replies to.
    pub thread: Option<&'w Thread>,
    /// When it is written.
    pub now: DateTime<Utc>,
}

/// A mail ready for the outbox, with the Message-ID it keeps however often it is sent.
pub struct Envelope {
    /// Without brackets.
    pub message_id: String,
    /// The unguessable part of it.
    pub token: String,
    /// The whole mail.
    pub raw: Vec<u8>,
}

impl Envelope {
    /// Makes the mail of a text.
    ///
    /// # Errors
    /// When the address or the subject cannot stand in a header.
    pub fn of(writing: &Writing<'_>) -> Result<Self, StepError> {
        let controller = &writing.tokens.settings().controller;
        let (message_id, name) = writing.tokens.message_id(writing.request);
        let from = Address {
            name: controller.name.clone(),
            address: controller.contact.clone(),
        };
        let replies = writing
            .request
            .and_then(|request| writing.tokens.reply_address(request));
        let reply_to = replies.map(|address| Address {
            name: controller.name.clone(),
            address,
        });
        let raw = compose::compose(&Outgoing {
            from: &from,
            to: writing.to,
            reply_to: reply_to.as_ref(),
            subject: &writing.text.subject,
            body: &writing.text.body,
            message_id: &message_id,
            in_reply_to: writing.thread.and_then(|thread| thread.in_reply_to.as_deref()),
            references: writing.thread.map_or(&[], |thread| &thread.references),
            automatic: writing.automatic,
            language: &writing.text.language,
            date: writing.now,
        })
        .map_err(|error| StepError::Letter(error.to_string()))?;
        Ok(Self {
            message_id,
            token: name.secret,
            raw,
        })
    }
}

/// The occasion as the outbox lists it.
pub fn name_of(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Acknowledgement | Occasion::AcknowledgementUnclear => "acknowledgement",
        Occasion::Answer => "answer",
        Occasion::IdentityQuestion => "identity-question",
        Occasion::Note => "note",
        Occasion::ExtensionNotice => "extension-notice",
        Occasion::WithdrawalConfirmed => "withdrawal-confirmed",
    }
}

/// The occasion of the answer to a case: decisions on its items, or the officer's own words to a question or complaint.
pub fn answer_occasion(kind: CaseKind, items: &[Item]) -> Occasion {
    match kind {
        CaseKind::Complaint | CaseKind::Question if items.is_empty() => Occasion::Note,
        CaseKind::Request | CaseKind::Complaint | CaseKind::Question => Occasion::Answer,
    }
}

pub(super) fn facts(
    case: Case<'_>,
    head: Letterhead<'_>,
    words: Words,
    read: ReadText<'_>,
) -> Result<CaseFacts, StepError> {
    let request = &case.stored.request;
    let policy = case.policy;
    let mut items = Vec::new();
    for item in &request.items {
        if let Some(decided) = &item.decision {
            items.push(item_facts(item, &decided.decision, policy, read)?);
        }
    }
    let rule = request.acts_by(policy).filter(|rule| !rule.own_data);
    let missing = request.missing_evidence(policy);
    let evidence_wanted = missing.filter_map(|place| rule?.piece(place).cloned()).collect();
    Ok(CaseFacts {
        reference: request.reference.clone(),
        requester_name: case.stored.card.name.clone(),
        received_on: request.deadline.received_on,
        due_on: request.deadline.due_on,
        provisional: request.deadline.unknown_from.is_some(),
        written_on: case.now.with_timezone(&policy.zone).date_naive(),
        on_behalf: request.on_behalf.clone(),
        subject_name: String::new(),
        evidence_wanted,
        method: words.method,
        data: words.data,
        right_ids: request.items.iter().map(|item| item.right.clone()).collect(),
        items,
        extension: words.extension,
        reply: words.reply,
        controller: head.settings.controller.name.clone(),
        contact: head.settings.controller.contact.clone(),
    })
}

fn item_facts(item: &Item, decision: &Decision, policy: &Policy, read: ReadText<'_>) -> Result<ItemFacts, StepError> {
    let outcome = match decision {
        Decision::Granted { .. } => OutcomeWord::Granted,
        Decision::PartlyGranted { .. } => OutcomeWord::PartlyGranted,
        Decision::Restricted { .. } => OutcomeWord::Restricted,
        Decision::Refused { .. } => OutcomeWord::Refused,
        Decision::NothingHeld { .. } => OutcomeWord::NothingHeld,
        Decision::NotForUs { .. } => OutcomeWord::NotForUs,
    };
    let restriction = match decision {
        Decision::Restricted { until, duties, .. } => Some(RestrictionFacts {
            until: *until,
            duties: duties.clone(),
        }),
        Decision::Granted { .. }
        | Decision::PartlyGranted { .. }
        | Decision::Refused { .. }
        | Decision::NothingHeld { .. }
        | Decision::NotForUs { .. } => None,
    };
    let effective = policy
        .right(&item.right)
        .is_some_and(|right| right.effective_at_receipt)
        && decision.gives();
    let reason = decision.reason().map(&mut *read).transpose()?.unwrap_or_default();
    let given = decision.given().map(&mut *read).transpose()?.unwrap_or_default();
    Ok(ItemFacts {
        right: item.right.clone(),
        ground: item.ground.clone(),
        outcome,
        exemptions: decision.basis().map_or(&[][..], Basis::exemptions).to_vec(),
        conditions: decision.basis().map_or(&[][..], Basis::conditions).to_vec(),
        missing_ground: decision.basis() == Some(&Basis::MissingGround),
        identity_not_proven: decision.basis() == Some(&Basis::IdentityNotProven),
        restriction,
        effective_at: effective.then(|| item.received_at.with_timezone(&policy.zone).naive_local()),
        reason,
        given,
    })
}
