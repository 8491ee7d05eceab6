//! A policy: one version of one privacy statement, as data. What a person may ask, what they are owed, and by when.
//!
//! Everything that differs by law or by language is in here and comes from a pack's files; the rest of the code asks
//! these types and never which right or which law it is.

mod check;
mod entries;
mod names;
mod places;
mod read;
mod tasks;
mod terms;
mod texts;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;

pub use entries::{
    Anchor, Category, Caution, Condition, Exemption, Ground, HeldDatum, IdentityMethod, Law, Listing, OnBehalfRule,
    Recipient, Remedy, ReminderRule, RetentionDuty, Right, Source, WaitsFor, Way,
};
pub use names::{
    CategoryId, ConditionId, DatumId, DutyId, ExemptionId, GroundId, LawId, Localized, MethodId, OnBehalfId, PauseId,
    ReminderId, RightId, SystemId,
};
pub use read::{LEANINGS_FILE, LEXICON_FILE, Pack, Remark, STATEMENT_FILE, statement_line};
pub use tasks::TaskRules;
pub use terms::{Confirmation, Extension, PauseRule, Then};

use super::deadline::Term;
use super::identity::HOLD_HOURS;

/// One version of one statement. A request stays with the version that was in force when it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The pack's own name, such as `cn-statement`.
    pub id: String,
    /// The version as the statement names it, often its date of issue.
    pub version: String,
    /// What people call it.
    pub name: Localized,
    /// The languages that every name and letter of the pack exists in; the first is the one it was drawn up in.
    pub languages: Vec<String>,
    /// The first local date on which it binds.
    pub in_force_from: NaiveDate,
    /// The last local date on which it binds, where an end is known.
    pub in_force_until: Option<NaiveDate>,
    /// Where its days begin and end.
    #[serde(deserialize_with = "read::zone")]
    pub zone: Tz,
    /// The region whose working days count, such as `CN`.
    pub calendar: String,
    /// Within what an answer is owed, for every kind of request, question and complaint.
    pub term: Term,
    /// The one way to make the term longer; without it there is none.
    pub extension: Option<Extension>,
    /// What the term waits for; without any it waits for nothing.
    #[serde(default)]
    pub pauses: Vec<PauseRule>,
    /// Within what the receipt has to be confirmed, where that is owed.
    pub confirmation: Option<Confirmation>,
    /// The term that the house sets itself, to have answered before the one it owes ends.
    pub target: Option<Term>,
    /// What it cites.
    #[serde(default)]
    pub laws: Vec<Law>,
    /// What a person may ask.
    pub rights: Vec<Right>,
    /// What entitles to a right that needs a ground.
    #[serde(default)]
    pub grounds: Vec<Ground>,
    /// The reasons for which no response is owed.
    #[serde(default)]
    pub exemptions: Vec<Exemption>,
    /// Duties in law to keep data for a time: while one runs, a deletion becomes a restriction.
    #[serde(default)]
    pub retention_duties: Vec<RetentionDuty>,
    /// Who may ask for another person, and with which evidence; `none` is the rule for those who ask for themselves.
    pub on_behalf: Vec<OnBehalfRule>,
    /// Ways to prove identity.
    #[serde(default)]
    pub identity: Vec<IdentityMethod>,
    /// What the company holds of a person and can compare with what they say. Nothing else may be asked for.
    #[serde(default)]
    pub held_data: Vec<HeldDatum>,
    /// The names of the categories of data in the register; one that is not named here is shown by its id.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// For how many hours a release waits after the address that answers go to was changed, as the pack says it.
    #[serde(default = "entries::hold_hours")]
    release_hold_hours: u32,
    /// Where a person can turn after a refusal.
    pub remedies: Vec<Remedy>,
    /// What staff should know before they rely on the statement's words.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// When whom to remind.
    #[serde(default)]
    pub reminders: Vec<ReminderRule>,
    /// By when systems carry out what was granted, and who is told when one does not.
    #[serde(default)]
    pub tasks: TaskRules,
    /// When the daily digest goes out, local time.
    #[serde(deserialize_with = "read::time_of_day")]
    pub digest_at: NaiveTime,
    /// When reminders of a day go out, local time.
    #[serde(deserialize_with = "read::time_of_day")]
    pub office_hour: NaiveTime,
    /// How long the tracker keeps its own records.
    pub retention: Retention,
    /// What is asked before files leave.
    #[serde(default)]
    pub handover: Handover,
}

/// What a policy asks before files leave, besides what always holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Handover {
    /// When a second person lets them go.
    #[serde(default)]
    pub second_person: SecondPerson,
}

/// When a second person is due before files leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondPerson {
    /// For each package.
    Always,
    /// For contents of high risk, for what leaves in spite of a finding, and for who asks in another's name.
    #[default]
    HighRisk,
}

/// How long the tracker keeps its own records, counted from the day a request is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Retention {
    /// Calendar months until a closed request is anonymised.
    pub request_months: u32,
    /// Calendar months for which its journal stays.
    pub journal_months: u32,
}

impl Policy {
    /// The right of this id.
    pub fn right(&self, id: &RightId) -> Option<&Right> {
        self.rights.iter().find(|right| right.id == *id)
    }

    /// The right that another pack calls by this id: the one of the same id, or the one that says it is the same.
    pub fn right_like(&self, id: &RightId) -> Option<&Right> {
        self.right(id)
            .or_else(|| self.rights.iter().find(|right| right.same_as.contains(id)))
    }

    /// The pause of this id.
    pub fn pause(&self, id: &PauseId) -> Option<&PauseRule> {
        self.pauses.iter().find(|pause| pause.id == *id)
    }

    /// The ground of this id.
    pub fn ground(&self, id: &GroundId) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.id == *id)
    }

    /// The exemption of this id.
    pub fn exemption(&self, id: &ExemptionId) -> Option<&Exemption> {
        self.exemptions.iter().find(|exemption| exemption.id == *id)
    }

    /// The retention duty of this id.
    pub fn duty(&self, id: &DutyId) -> Option<&RetentionDuty> {
        self.retention_duties.iter().find(|duty| duty.id == *id)
    }

    /// The rule of this id for those who ask for another.
    pub fn on_behalf(&self, id: &OnBehalfId) -> Option<&OnBehalfRule> {
        self.on_behalf.iter().find(|rule| rule.id == *id)
    }

    /// The way of this id to prove identity.
    pub fn method(&self, id: &MethodId) -> Option<&IdentityMethod> {
        self.identity.iter().find(|method| method.id == *id)
    }

    /// For how many hours a changed address holds a release: what the pack says, and never less than [`HOLD_HOURS`].
    pub fn release_hold_hours(&self) -> u32 {
        self.release_hold_hours.max(HOLD_HOURS)
    }

    /// What of this id the company can compare.
    pub fn held_datum(&self, id: &DatumId) -> Option<&HeldDatum> {
        self.held_data.iter().find(|datum| datum.id == *id)
    }

    /// What a category of data is called in a language: by its name, or by its id where the policy has none for it.
    pub fn category_name(&self, id: &CategoryId, language: &str) -> String {
        let known = self.categories.iter().find(|category| category.id == *id);
        known.map_or_else(
            || id.as_str().replace('-', " "),
            |category| category.name.text(language).to_owned(),
        )
    }

    /// The ways to prove identity, the least intrusive first.
    pub fn ladder(&self) -> Vec<&IdentityMethod> {
        let mut ladder: Vec<_> = self.identity.iter().collect();
        ladder.sort_by_key(|method| method.intrusive);
        ladder
    }

    /// The line of this id in the reminder schedule.
    pub fn reminder(&self, id: &ReminderId) -> Option<&ReminderRule> {
        self.reminders.iter().find(|rule| rule.id == *id)
    }

    /// A place in law as a language writes it: "Personal Information Protection Law, Article 45" or
    /// "《个人信息保护法》第四十五条".
    pub fn cite(&self, source: &Source, language: &str) -> String {
        let article = source.article.text(language);
        match self.laws.iter().find(|law| law.id == source.law) {
            Some(law) if language.starts_with("zh") => format!("{}{article}", law.name.text(language)),
            Some(law) => format!("{}, {article}", law.name.text(language)),
            None => article.to_owned(),
        }
    }

    /// The cautions about one id or topic.
    pub fn cautions_about<'a>(&'a self, about: &'a str) -> impl Iterator<Item = &'a Caution> {
        self.cautions.iter().filter(move |caution| caution.about == about)
    }
}
