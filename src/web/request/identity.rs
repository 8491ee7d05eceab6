//! Who asks, as the page of a request shows it: the ladder of proof, where answers go, the standing of one who asks for
//! another, and the documents that were shown.

use chrono::{DateTime, Utc};

use super::file::File;
use crate::domain::challenge::{self, CODES_A_DAY, DAY, TRIES};
use crate::domain::document::{LASTS, Shows};
use crate::domain::event::{Event, Recorded};
use crate::domain::identity::{Contact, ContactProof, proposed};
use crate::domain::policy::{IdentityMethod, OnBehalfRule};
use crate::domain::request::{Identity, Request};
use crate::domain::rules::Rules;
use crate::domain::standing::{Shown, Sight};
use crate::store::files::KeptFile;
use crate::web::frame::look::{Choice, Fact, Tone};
use crate::web::frame::say::{Say, choices};

/// Who asks, and where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityView {
    /// Where the identity decision stands.
    pub tone: Tone,
    /// The same in words.
    pub state: String,
    /// The methods, the least intrusive first.
    pub ladder: Vec<Rung>,
    /// Where answers go.
    pub contact: ContactView,
    /// For whom the requester acts; `None` for themselves.
    pub standing: Option<StandingView>,
    /// Whom the requester may be said to act for.
    pub acts_for: Vec<Choice>,
    /// Copies of documents that lie here or lay here.
    pub documents: Vec<DocumentView>,
}

/// One method of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// What it is called.
    pub name: String,
    /// How it is done.
    pub explanation: String,
    /// Tried, proposed, used for the decision, or nothing of these; may be empty.
    pub mark: String,
    /// The same as colour and shape.
    pub tone: Tone,
}

/// The address that answers go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactView {
    /// The address; a word where there is none.
    pub address: String,
    /// Whether it is known to be the requester's.
    pub is_proven: bool,
    /// Whether and how it is confirmed.
    pub tone: Tone,
    /// The same in words.
    pub state: String,
    /// Until when a change of it holds whatever is given; may be empty.
    pub held: String,
    /// How many codes went there of late, and how many may; may be empty.
    pub codes: String,
    /// What sending a code does, and its limits.
    pub code_hint: String,
}

/// The standing of one who asks for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingView {
    /// For whom.
    pub name: String,
    /// When that applies.
    pub explanation: String,
    /// What has to be shown.
    pub pieces: Vec<PieceView>,
    /// What cannot be asked in this way; may be empty.
    pub excludes: String,
    /// Whether the subject was told; `None` where the policy does not ask for it.
    pub subject: Option<Fact>,
    /// How a piece may have been seen.
    pub sights: Vec<Choice>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceView {
    /// Its place in the list.
    pub place: u32,
    /// What has to be shown.
    pub name: String,
    /// How, by whom and when it was seen; `None` while it was not.
    pub shown: Option<Fact>,
}

/// A copy of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// Its number.
    pub id: i64,
    /// Its name; a word for one that is destroyed.
    pub name: String,
    /// What it is to show, its size, until when it lies here or since when it is gone.
    pub note: String,
    /// Whether it is still there.
    pub is_there: bool,
    /// Who looked at it and when.
    pub views: Vec<String>,
}

/// The panel of a file.
pub(super) fn panel(say: &Say<'_>, file: &File, rules: Rules<'_>) -> IdentityView {
    let request = &file.stored.request;
    let (tone, state) = state(say, file, rules);
    IdentityView {
        tone,
        state,
        ladder: ladder(say, request, rules),
        contact: contact(say, file, rules),
        standing: request
            .acts_by(rules.policy)
            .map(|rule| standing(say, file, rule, rules)),
        acts_for: acts_for(say, request, rules),
        documents: file.documents.iter().map(|kept| document(say, file, kept)).collect(),
    }
}

fn state(say: &Say<'_>, file: &File, rules: Rules<'_>) -> (Tone, String) {
    let words = &say.words;
    let name = |id| {
        let method = rules.policy.method(id);
        method
            .map(|method| method.name.text(say.tag()).to_owned())
            .unwrap_or_default()
    };
    match &file.stored.request.identity {
        Identity::Open => (Tone::Quiet, words.t("identity-open")),
        Identity::Asked { method } => (Tone::Soon, words.with("identity-asked", "method", &name(method))),
        Identity::Confirmed { method, .. } => {
            let decided = file
                .history
                .iter()
                .rev()
                .find_map(|recorded| decision(say, file, recorded, rules));
            let said = words.with("identity-confirmed", "method", &name(method));
            (
                Tone::Done,
                std::iter::once(said).chain(decided).collect::<Vec<_>>().join("\n"),
            )
        }
        Identity::NotProven { reason } => (
            Tone::Late,
            words.with("identity-not-proven", "reason", file.text(reason)),
        ),
    }
}

/// What agreed, what was written, and who decided when.
fn decision(say: &Say<'_>, file: &File, recorded: &Recorded, rules: Rules<'_>) -> Option<String> {
    let Event::IdentityConfirmed { matched, note, .. } = &recorded.event else {
        return None;
    };
    let named = matched.iter().filter_map(|id| rules.policy.held_datum(id));
    let named: Vec<&str> = named.map(|datum| datum.name.text(say.tag())).collect();
    let lines = [
        named.join(" · "),
        file.text(note).to_owned(),
        signed(say, file, recorded.by.person().map(|id| say.name(id)), recorded.at),
    ];
    Some(
        lines
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn signed(say: &Say<'_>, file: &File, name: Option<String>, at: DateTime<Utc>) -> String {
    let at = say.at(at, &file.stored.request.policy);
    say.words
        .a("signed", &[("name", &name.unwrap_or_default()), ("at", &at)])
}

fn ladder(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Rung> {
    let proposed = proposed(request, rules.policy).map(|method| &method.id);
    let rung = |method: &IdentityMethod| {
        let is_used = matches!(&request.identity, Identity::Confirmed { method: used, .. } if *used == method.id);
        let is_decided = matches!(request.identity, Identity::Confirmed { .. });
        let (tone, key) = if is_used {
            (Tone::Done, "rung-used")
        } else if request.tried.contains(&method.id) {
            (Tone::Soon, "rung-tried")
        } else if proposed == Some(&method.id) && !is_decided {
            (Tone::Calm, "rung-proposed")
        } else {
            (Tone::Quiet, "")
        };
        Rung {
            name: method.name.text(say.tag()).to_owned(),
            explanation: method.explanation.text(say.tag()).to_owned(),
            mark: if key.is_empty() {
                String::new()
            } else {
                say.words.t(key)
            },
            tone,
        }
    };
    rules.policy.ladder().into_iter().map(rung).collect()
}

fn contact(say: &Say<'_>, file: &File, rules: Rules<'_>) -> ContactView {
    let words = &say.words;
    let request = &file.stored.request;
    let stamp = &request.policy;
    let address = &file.stored.card.address;
    let (tone, state) = match &request.contact {
        Contact::Confirmed { at, how, .. } if request.has_confirmed_contact() => {
            let key = match how {
                ContactProof::Code { .. } => "contact-by-code",
                ContactProof::OnFile => "contact-on-file",
            };
            (Tone::Done, words.with(key, "at", &say.at(*at, stamp)))
        }
        Contact::Confirmed { .. } | Contact::Unconfirmed => (Tone::Today, words.t("contact-unconfirmed")),
    };
    let held = request.held_until(rules.policy).filter(|until| say.now < *until);
    let of_late = |recorded: &&Recorded| say.now - recorded.at < DAY;
    let codes = file.history.iter().filter(of_late);
    let codes = codes
        .filter(|recorded| matches!(recorded.event, Event::CodeSent { .. }))
        .count();
    let most = CODES_A_DAY.to_string();
    ContactView {
        address: if address.is_empty() {
            words.t("no-address")
        } else {
            address.clone()
        },
        is_proven: request.has_confirmed_contact(),
        tone,
        state,
        held: held.map_or_else(String::new, |until| {
            words.with("contact-held", "at", &say.at(until, stamp))
        }),
        codes: if codes == 0 {
            String::new()
        } else {
            words.a("contact-codes", &[("n", &codes.to_string()), ("most", &most)])
        },
        code_hint: words.a(
            "move-send-code-hint",
            &[
                ("address", address),
                ("minutes", &challenge::LASTS.num_minutes().to_string()),
                ("tries", &TRIES.to_string()),
                ("most", &most),
            ],
        ),
    }
}

fn standing(say: &Say<'_>, file: &File, rule: &OnBehalfRule, rules: Rules<'_>) -> StandingView {
    let words = &say.words;
    let request = &file.stored.request;
    let tag = say.tag();
    let excluded = rule.excludes.iter().filter_map(|id| rules.policy.right(id));
    let excluded: Vec<&str> = excluded.map(|right| right.name.text(tag)).collect();
    let piece = |(place, name): (u32, &crate::domain::policy::Localized)| PieceView {
        place,
        name: name.text(tag).to_owned(),
        shown: request.shown(place).map(|shown| seen(say, file, shown)),
    };
    StandingView {
        name: rule.name.text(tag).to_owned(),
        explanation: rule.explanation.text(tag).to_owned(),
        pieces: (1..).zip(&rule.evidence).map(piece).collect(),
        excludes: excluded.join(" · "),
        subject: rule.inform_subject.then(|| Fact {
            label: words.t("subject-told"),
            value: match request.subject_told_at {
                Some(at) => words.with("subject-told-at", "at", &say.at(at, &request.policy)),
                None => words.t("subject-not-told"),
            },
        }),
        sights: choices(words, "sight", Sight::ALL.map(Sight::as_str), ""),
    }
}

fn seen(say: &Say<'_>, file: &File, shown: &Shown) -> Fact {
    let by = signed(say, file, Some(say.name(shown.by)), shown.at);
    Fact {
        label: say.words.t(&format!("sight-{}", shown.sight.as_str())),
        value: format!("{}\n{by}", file.text(&shown.note)),
    }
}

fn acts_for(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Choice> {
    let rules = rules.policy.on_behalf.iter();
    rules
        .map(|rule| Choice {
            value: rule.id.to_string(),
            label: rule.name.text(say.tag()).to_owned(),
            hint: rule.explanation.text(say.tag()).to_owned(),
            chosen: rule.id == request.on_behalf,
        })
        .collect()
}

fn document(say: &Say<'_>, file: &File, kept: &KeptFile) -> DocumentView {
    let words = &say.words;
    let stamp = &file.stored.request.policy;
    let here = file
        .stored
        .request
        .documents
        .iter()
        .find(|document| document.file.id == kept.id);
    let note = match (here, kept.destroyed_at) {
        (Some(document), _) => {
            let shows = match document.shows {
                Shows::Identity => words.t("document-shows-identity"),
                Shows::Standing => words.t("document-shows-standing"),
            };
            let until = say.at(document.received_at + LASTS, stamp);
            format!(
                "{shows} · {} · {}",
                words.size(kept.size),
                words.with("document-until", "at", &until)
            )
        }
        (None, Some(at)) => words.with("document-gone", "at", &say.at(at, stamp)),
        (None, None) => String::new(),
    };
    let views = file.history.iter().filter(|recorded| match recorded.event {
        Event::DocumentViewed { file } => file == kept.id,
        _ => false,
    });
    DocumentView {
        id: kept.id,
        name: kept.name.clone().unwrap_or_else(|| words.t("document-destroyed")),
        note,
        is_there: here.is_some(),
        views: views
            .map(|recorded| signed(say, file, recorded.by.person().map(|id| say.name(id)), recorded.at))
            .collect(),
    }
}
