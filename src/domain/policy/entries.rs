//! What the lists of a statement hold: rights, grounds, exemptions, who may ask, proof, remedies, cautions, reminders.

use serde::{Deserialize, Serialize};

use super::names::{
    CategoryId, ConditionId, DatumId, DutyId, ExemptionId, GroundId, LawId, Localized, MethodId, OnBehalfId,
    ReminderId, RightId,
};
use crate::domain::deadline::Term;
use crate::domain::identity::HOLD_HOURS;

/// A law, regulation or standard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Law {
    /// The pack's short name for it.
    pub id: LawId,
    /// Its title.
    pub name: Localized,
}

/// A place in a law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// Which law.
    pub law: LawId,
    /// Which article, as each language writes it: "Article 45", "第四十五条".
    pub article: Localized,
    /// What the article says that matters here.
    pub note: Option<Localized>,
}

/// Where a right or ground comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listing {
    /// The statement promises it.
    #[serde(rename = "statement")]
    Statement,
    /// The law grants it although the statement leaves it out.
    #[serde(rename = "law")]
    LawOnly,
}

/// What a person may ask.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Right {
    /// Its id.
    pub id: RightId,
    /// What people call it.
    pub name: Localized,
    /// What it means, for the person who asks.
    pub explanation: Localized,
    /// What granting it takes, for those who look after a system.
    pub task: Localized,
    /// Said in the answer when it is granted, such as that earlier processing stays lawful.
    pub answer_note: Option<Localized>,
    /// Promised by the statement or by law alone.
    pub listed: Listing,
    /// Only owed when a ground is there.
    #[serde(default)]
    pub needs_ground: bool,
    /// Handed over in a common structured format, which another controller's programs can read.
    #[serde(default)]
    pub structured: bool,
    /// Once granted it is told to every system and recipient that holds the data.
    #[serde(default)]
    pub relayed: bool,
    /// It reaches only processing that rests on consent: systems that have none are not concerned.
    #[serde(default)]
    pub consent_only: bool,
    /// Once granted it stays in force until it is lifted, and is looked at again from time to time.
    #[serde(default)]
    pub lasting: bool,
    /// While a duty in law to keep the data runs, they are restricted instead (PIPL 47(2)).
    #[serde(default)]
    pub yields_to_retention: bool,
    /// It takes effect at the instant at which the message that invokes it was received (PIPL 15).
    #[serde(default)]
    pub effective_at_receipt: bool,
    /// Invoking it makes this ground available to rights that need one.
    pub offers_ground: Option<GroundId>,
    /// Within what an answer to this right is owed, where that is not the policy's term. No extension lengthens it.
    pub term: Option<Term>,
    /// The ids by which other packs call the same right: what their lexicons and requests mean by it.
    #[serde(default)]
    pub same_as: Vec<RightId>,
    /// The conditions on which it is owed; it is granted only when all of them are met.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl Right {
    /// The condition of this id.
    pub fn condition(&self, id: &ConditionId) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.id == *id)
    }
}

/// A condition on which a right is owed, such as that a transfer is technically feasible.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// Its id.
    pub id: ConditionId,
    /// What has to be so, as a letter says it.
    pub name: Localized,
    /// What staff must ask themselves.
    pub question: Localized,
    /// It is that the requester is identified, so that it follows the identity decision and is not recorded by itself.
    #[serde(default)]
    pub identity: bool,
    /// Its places in law, at least one: a refusal names it.
    pub sources: Vec<Source>,
}

/// What entitles to a right that needs a ground.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ground {
    /// Its id.
    pub id: GroundId,
    /// What people call it.
    pub name: Localized,
    /// When it is there.
    pub explanation: Localized,
    /// Promised by the statement or by law alone.
    pub listed: Listing,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A reason in law for which no response is owed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exemption {
    /// Its id.
    pub id: ExemptionId,
    /// The policy's own label for it.
    pub name: Localized,
    /// What the policy says.
    pub explanation: Localized,
    /// What staff must ask themselves.
    pub question: Localized,
    /// What evidence staff must hold; the proof is never the requester's.
    pub evidence: Localized,
    /// What is easily got wrong.
    pub caution: Option<Localized>,
    /// Too weighty to cite without a lawyer's advice and a second person's signature under the assessment.
    #[serde(default)]
    pub grave: bool,
    /// The reason may come to an end, such as an investigation, so that an assessment needs a day on which to look again.
    #[serde(default)]
    pub lapses: bool,
    /// How often the same person asked is part of the company's evidence for it; the figures are offered, never weighed.
    #[serde(default)]
    pub weighs_series: bool,
    /// The legal basis, which a refusal names beside the label.
    pub sources: Vec<Source>,
}

/// A duty in law to keep data for a time. While it runs, a deletion becomes a restriction until its end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetentionDuty {
    /// Its id.
    pub id: DutyId,
    /// What people call it.
    pub name: Localized,
    /// Which data it holds, from when it counts, and what is easily got wrong.
    pub explanation: Localized,
    /// How long it usually runs, in years; `None` where the law gives no length.
    pub typical_years: Option<u32>,
    /// The legal basis, which the answer names.
    pub sources: Vec<Source>,
}

/// Who may ask for another person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OnBehalfRule {
    /// Its id; [`OnBehalfId::NONE`] for the subject themselves.
    pub id: OnBehalfId,
    /// What people call it.
    pub name: Localized,
    /// When it applies.
    pub explanation: Localized,
    /// What has to be shown, piece by piece: something may only be given once each was seen.
    #[serde(default)]
    pub evidence: Vec<Localized>,
    /// The requester is the subject all the same, such as a minor who asks alone: letters do not ask them for proof that
    /// they may ask for somebody else.
    #[serde(default)]
    pub own_data: bool,
    /// The subject is told of the request before something is given.
    #[serde(default)]
    pub inform_subject: bool,
    /// Rights that cannot be invoked in this way.
    #[serde(default)]
    pub excludes: Vec<RightId>,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl OnBehalfRule {
    /// A piece of evidence by its place in the list, from 1.
    pub fn piece(&self, place: u32) -> Option<&Localized> {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        self.evidence.get(index)
    }
}

/// A way to prove who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IdentityMethod {
    /// Its id.
    pub id: MethodId,
    /// What people call it.
    pub name: Localized,
    /// How it is done, for staff.
    pub explanation: Localized,
    /// What the requester is asked to do, for the letter.
    pub request: Localized,
    /// How much it asks of the person, 1 the least. The least that is enough is the right one.
    pub intrusive: u32,
    /// What it works with; without one, something that staff do by themselves, such as a call.
    #[serde(default)]
    pub way: Way,
    /// Staff write down why nothing milder would do.
    #[serde(default)]
    pub needs_reason: bool,
}

/// The hold of a policy that says nothing of it.
pub(super) fn hold_hours() -> u32 {
    HOLD_HOURS
}

/// What a way to prove identity works with, and so what Habeas does for it and asks of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The person writes from an address that was on file before. It confirms the address that answers go to as well.
    KnownCorrespondent,
    /// A code goes to that address, and the right code has to come back. It proves the address alone.
    Code,
    /// The person names data that the company holds: those that the officer chooses from `held-data`.
    Questions,
    /// A document is shown: uploaded in the portal, kept under a key of its own, destroyed at the decision. The reason is
    /// always written, and the person reads it.
    Document,
    /// Staff do it by themselves.
    #[default]
    Other,
}

/// Something the company holds of a person and can compare. What it does not hold it cannot compare, and so has no
/// reason to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HeldDatum {
    /// Its id.
    pub id: DatumId,
    /// What people call it.
    pub name: Localized,
}

/// A category of personal data that the register of systems names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Category {
    /// Its id, as the register writes it.
    pub id: CategoryId,
    /// What people call it.
    pub name: Localized,
}

/// Where a person can turn after a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remedy {
    /// What people call it.
    pub name: Localized,
    /// The sentence for the letter, without its full stop: the legal basis follows it.
    pub text: Localized,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// What staff should know before they rely on the statement's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Caution {
    /// The id of a right, ground, exemption or on-behalf rule, or one of [`Caution::TOPICS`].
    pub about: String,
    /// The warning.
    pub text: Localized,
    /// Its places in law.
    #[serde(default)]
    pub sources: Vec<Source>,
}

impl Caution {
    /// What a caution can be about besides a single id.
    pub const TOPICS: [&str; 6] = ["policy", "term", "extension", "pauses", "confirmation", "exemptions"];
}

/// A line of the reminder schedule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReminderRule {
    /// Its id; a reminder goes once per request and id.
    pub id: ReminderId,
    /// What people call it.
    pub name: Localized,
    /// Working days from the anchor: before it when negative, on the day when 0, after it when positive.
    pub offset_working_days: i32,
    /// From when the offset counts.
    pub from: Anchor,
    /// Only sent while the request waits for this.
    pub only_in: Option<WaitsFor>,
    /// Who gets it.
    pub to: Recipient,
}

/// From when a reminder's offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The day the term ends.
    Deadline,
    /// The day the request arrived.
    Receipt,
    /// The last day to confirm the receipt; only while that was not done.
    Confirmation,
    /// The day by which the house itself wants to have answered, where it has set one.
    Target,
    /// The day a pause began; only while it lasts.
    Pause,
    /// The day on which an exemption that may lapse is to be looked at again.
    Review,
}

/// What a request waits for when a reminder is meant for that alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitsFor {
    /// A person to read it and say what it asks.
    Triage,
    /// A second person to approve the answer.
    Approval,
}

/// Who gets a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// The person the request is assigned to; the officers when there is nobody.
    Assignee,
    /// All privacy officers.
    Officers,
    /// The person that escalations go to.
    Manager,
}
