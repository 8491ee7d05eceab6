//! What officers made of a message, against what recognition proposed: the difference is a correction, kept as an event.
//!
//! Only what a person said counts as said. A right that somebody dropped after the requester wrote again may no longer be
//! asked for; that is no word about the first message, and no correction of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::classification::{Classification, Kind};
use super::event::{By, CaseKind, Event, NewItem, Recorded};
use super::policy::{ExemptionId, OnBehalfId, Policy, RightId};

/// What a message is taken for, by recognition or by an officer: ids and kinds, nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenFor {
    /// The sort of mail.
    pub kind: Kind,
    /// The rights it invokes.
    pub rights: BTreeSet<RightId>,
    /// The tag of the language it is written in.
    pub language: String,
    /// For whom the sender speaks.
    pub on_behalf: OnBehalfId,
}

impl TakenFor {
    /// What recognition proposes under a policy: rights that the policy does not know, or gives to nobody who acts for
    /// such a person, are never proposed to anybody.
    pub fn proposed(found: &Classification, policy: &Policy) -> Self {
        let rule = policy.on_behalf(&OnBehalfId::new(&found.on_behalf.id));
        let allowed =
            |right: &RightId| policy.right(right).is_some() && rule.is_none_or(|rule| !rule.excludes.contains(right));
        Self {
            kind: found.kind,
            rights: found
                .rights
                .iter()
                .map(|right| RightId::new(&right.id))
                .filter(allowed)
                .collect(),
            language: found.language.clone(),
            on_behalf: rule.map_or(OnBehalfId::new(OnBehalfId::NONE), |rule| rule.id.clone()),
        }
    }
}

/// A correction as it stands: the last that was said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Who said it.
    pub by: By,
    /// The message.
    pub message: i64,
    /// What recognition had proposed.
    pub proposed: TakenFor,
    /// What the officer said.
    pub said: TakenFor,
}

/// The corrections that stand in a request's history, one a message; what was taken back is none.
pub fn standing(history: &[Recorded]) -> Vec<Correction> {
    let mut standing: Vec<Correction> = Vec::new();
    for recorded in history {
        if let Event::Corrected {
            message,
            proposed,
            said,
        } = &recorded.event
        {
            standing.retain(|earlier| earlier.message != *message);
            standing.push(Correction {
                at: recorded.at,
                by: recorded.by,
                message: *message,
                proposed: proposed.clone(),
                said: said.clone(),
            });
        }
    }
    standing.retain(|last| last.said != last.proposed);
    standing
}

/// Whether an event may say something of a message that recognition did not.
pub fn may_correct(recorded: &Recorded) -> bool {
    let speaks_of_messages = matches!(
        recorded.event,
        Event::Opened(_)
            | Event::Triaged { .. }
            | Event::ItemAdded(_)
            | Event::ItemDropped { .. }
            | Event::SetAside { .. }
            | Event::BroughtBack
    );
    speaks_of_messages && recorded.by.person().is_some()
}

/// The messages that the last `new` events of a history say something of.
pub fn touched(history: &[Recorded], new: usize) -> BTreeSet<i64> {
    let said = Said::of(history);
    let fresh = history.iter().skip(history.len().saturating_sub(new));
    fresh
        .filter(|recorded| may_correct(recorded))
        .filter_map(|recorded| match &recorded.event {
            Event::Opened(opening) => opening.message,
            Event::Triaged { .. } | Event::SetAside { .. } | Event::BroughtBack => said.opening,
            Event::ItemAdded(item) => item.message,
            Event::ItemDropped { item, .. } => said.item(*item).and_then(|item| item.message),
            _ => None,
        })
        .collect()
}

/// The correction that a history now calls for, when what is said of a message differs from what was last written of it:
/// from the proposal, or from an earlier correction, which is so amended or taken back.
pub fn corrected(history: &[Recorded], message: i64, proposed: TakenFor, policy: &Policy) -> Option<Event> {
    let said = Said::of(history).of_message(message, &proposed, policy);
    let written = history.iter().rev().find_map(|recorded| match &recorded.event {
        Event::Corrected { message: of, said, .. } if *of == message => Some(said),
        _ => None,
    });
    (said != *written.unwrap_or(&proposed)).then_some(Event::Corrected {
        message,
        proposed,
        said,
    })
}

/// The message that opened a request and what it was taken for, when an officer worked with that and changed nothing.
pub fn left_as_proposed(history: &[Recorded]) -> Option<(i64, TakenFor)> {
    let said = Said::of(history);
    let Event::Opened(opening) = &history.first()?.event else {
        return None;
    };
    let message = opening.message?;
    let looked_at = history.iter().any(|recorded| {
        let by_a_person = recorded.by.person().is_some();
        by_a_person
            && matches!(
                recorded.event,
                Event::Triaged { .. } | Event::AnswerQueued { .. } | Event::Answered { .. }
            )
    });
    let untouched = said.kind.is_none_or(|kind| kind == opening.kind)
        && said.on_behalf.as_ref().is_none_or(|id| *id == opening.on_behalf)
        && !said.aside
        && said
            .items
            .iter()
            .all(|item| item.message != Some(message) || item.stands_as_opened())
        && standing(history).iter().all(|found| found.message != message)
        && !history
            .iter()
            .any(|recorded| matches!(recorded.event, Event::MergedInto { .. }));
    (looked_at && untouched).then(|| {
        let taken = TakenFor {
            kind: kind_of(opening.kind),
            rights: opening.items.iter().map(|item| item.right.clone()).collect(),
            language: opening.language.clone(),
            on_behalf: opening.on_behalf.clone(),
        };
        (message, taken)
    })
}

/// The exemptions that an officer found to stand, wholly or partly, for some item.
pub fn upheld(history: &[Recorded]) -> BTreeSet<ExemptionId> {
    let assessed = history.iter().filter_map(|recorded| match &recorded.event {
        Event::Assessed { finding, .. } => finding.stands().then(|| finding.exemption.clone()),
        _ => None,
    });
    assessed.collect()
}

/// What persons said of the messages of a request, folded from its history.
#[derive(Debug, Default)]
struct Said {
    /// The message it was opened from.
    opening: Option<i64>,
    kind: Option<CaseKind>,
    on_behalf: Option<OnBehalfId>,
    language: Option<String>,
    aside: bool,
    /// Every item there ever was; an item's number is its place, counted from 1.
    items: Vec<SaidItem>,
    /// The newest message of the requester.
    newest: Option<i64>,
}

#[derive(Debug)]
struct SaidItem {
    right: RightId,
    message: Option<i64>,
    from: Origin,
    dropped: bool,
}

/// Who put an item into the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Opening,
    Person,
    Merger,
}

impl SaidItem {
    fn stands_as_opened(&self) -> bool {
        self.from == Origin::Opening && !self.dropped
    }
}

impl Said {
    fn of(history: &[Recorded]) -> Self {
        let mut said = Self::default();
        for recorded in history {
            said.hear(recorded);
        }
        said
    }

    fn hear(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Opened(opening) => {
                self.opening = opening.message;
                self.newest = opening.message;
                self.kind = recorded.by.person().map(|_| opening.kind);
                self.take(&opening.items, Origin::Opening);
            }
            Event::Triaged {
                kind,
                on_behalf,
                language,
            } => {
                self.kind = Some(*kind);
                self.on_behalf = Some(on_behalf.clone());
                self.language = Some(language.clone());
            }
            Event::ItemAdded(item) => self.take(std::slice::from_ref(item), Origin::Person),
            Event::MergeTaken { items, .. } => self.take(items, Origin::Merger),
            Event::ItemDropped { item, .. } => {
                let newest = self.newest;
                let place = usize::try_from(*item).unwrap_or(0).checked_sub(1);
                if let Some(item) = place.and_then(|place| self.items.get_mut(place)) {
                    item.dropped |= item.message.is_some() && item.message == newest;
                }
            }
            Event::SetAside { .. } => self.aside = true,
            Event::BroughtBack => self.aside = false,
            Event::MessageJoined { message, .. } => self.newest = Some(*message),
            _ => {}
        }
    }

    fn take(&mut self, items: &[NewItem], from: Origin) {
        self.items.extend(items.iter().map(|item| SaidItem {
            right: item.right.clone(),
            message: item.message,
            from,
            dropped: false,
        }));
    }

    fn item(&self, number: u32) -> Option<&SaidItem> {
        self.items.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// What a message is taken for by what was said; where nothing was said the proposal stands.
    fn of_message(&self, message: i64, proposed: &TakenFor, policy: &Policy) -> TakenFor {
        let mut said = proposed.clone();
        for item in self.items.iter().filter(|item| item.message == Some(message)) {
            if item.dropped {
                said.rights.remove(&item.right);
            } else if item.from == Origin::Person {
                said.rights.insert(item.right.clone());
            }
        }
        if self.opening != Some(message) {
            let invokes_anew = said.rights.iter().any(|right| !proposed.rights.contains(right));
            if invokes_anew && proposed.kind != Kind::Request {
                said.kind = Kind::FollowUp;
            }
            return said;
        }
        said.kind = self.kind.map_or(proposed.kind, kind_of);
        if let Some(on_behalf) = &self.on_behalf {
            said.on_behalf = on_behalf.clone();
        }
        // A person chooses among the languages that letters are written in; any other was not theirs to choose.
        if let Some(language) = self
            .language
            .as_ref()
            .filter(|_| policy.languages.contains(&proposed.language))
        {
            said.language = language.clone();
        }
        if self.aside {
            said.kind = Kind::Unrelated;
            said.rights.clear();
        }
        said
    }
}

fn kind_of(case: CaseKind) -> Kind {
    match case {
        CaseKind::Request => Kind::Request,
        CaseKind::Complaint => Kind::Complaint,
        CaseKind::Question => Kind::Question,
    }
}
