//! What the forms of a request offer to choose from, as policy, people and mail have it.

use super::file::{File, Incoming};
use super::page::{Merger, Offers};
use super::view::language_name;
use crate::domain::event::{CaseKind, Event};
use crate::domain::identity;
use crate::domain::person::Role;
use crate::domain::policy::{IdentityMethod, Right, RightId};
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::store::requests::Stored;
use crate::web::frame::look::Choice;
use crate::web::frame::say::{Say, choices};
use crate::web::requests::LANGUAGES;

/// Everything that is offered.
pub(super) fn offers(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Offers {
    let words = &say.words;
    let tag = say.tag();
    let request = &file.stored.request;
    let policy = rules.policy;
    let people = file
        .people
        .iter()
        .filter(|person| person.active && matches!(person.role, Role::Officer | Role::Admin));
    let nobody = Choice {
        value: String::new(),
        label: words.t("nobody"),
        hint: String::new(),
        chosen: request.assignee.is_none(),
    };
    let assignees = people.map(|person| Choice {
        value: person.id.to_string(),
        label: person.name.clone(),
        hint: String::new(),
        chosen: request.assignee == Some(person.id),
    });
    let recognised = |id: &str| {
        let kept = file.messages.iter().filter_map(|message| message.kept.as_ref());
        kept.flat_map(|kept| &kept.classification.rights)
            .any(|found| found.id == id)
    };
    let there = |id: &RightId| request.items.iter().any(|item| item.right == *id);
    // What a person did not choose once is not chosen for them when they are asked again.
    let was_triaged = file
        .history
        .iter()
        .any(|recorded| matches!(recorded.event, Event::Triaged { .. }));
    let right = |right: &Right| Choice {
        value: right.id.to_string(),
        label: right.name.text(tag).to_owned(),
        hint: right.explanation.text(tag).to_owned(),
        chosen: there(&right.id) || (!was_triaged && recognised(right.id.as_str())),
    };
    Offers {
        assignees: std::iter::once(nobody).chain(assignees).collect(),
        rights: policy.rights.iter().map(right).collect(),
        new_rights: policy
            .rights
            .iter()
            .filter(|known| !there(&known.id))
            .map(right)
            .collect(),
        receipts: receipts(say, file),
        on_behalf: policy
            .on_behalf
            .iter()
            .map(|rule| Choice {
                value: rule.id.to_string(),
                label: rule.name.text(tag).to_owned(),
                hint: rule.explanation.text(tag).to_owned(),
                chosen: rule.id == request.on_behalf,
            })
            .collect(),
        methods: methods(say, request, rules),
        held_data: held_data(say, rules),
        kinds: choices(
            words,
            "kind",
            CaseKind::ALL.map(CaseKind::as_str),
            request.kind.as_str(),
        ),
        languages: languages(say, request),
        mergers: mergers(say, file),
        extension: policy
            .extension
            .as_ref()
            .map(|extension| extension.reasons.text(tag).to_owned())
            .unwrap_or_default(),
        has_address: !file.stored.card.address.is_empty(),
        today: say.now.with_timezone(&policy.zone).format("%Y-%m-%d").to_string(),
        zone: policy.zone.name().to_owned(),
    }
}

/// The requester's language: every one that is recognised in mail. Where the policy has no letters in it, they go out in two
/// of its languages.
fn languages(say: &Say<'_>, request: &Request) -> Vec<Choice> {
    let known = LANGUAGES.contains(&request.language.as_str());
    let other = (!known).then_some(request.language.as_str());
    let tags = LANGUAGES.into_iter().chain(other);
    tags.map(|tag| Choice {
        value: tag.to_owned(),
        label: language_name(say, tag),
        hint: String::new(),
        chosen: tag == request.language,
    })
    .collect()
}

/// Requests of the same sender whose clock runs, newest first.
fn mergers(say: &Say<'_>, file: &File) -> Vec<Merger> {
    let running = file.others.iter().filter(|other| other.request.is_running());
    let merger = |other: &Stored| Merger {
        reference: other.request.reference.clone(),
        about: format!(
            "{} · {}",
            say.at(other.request.received_at, &other.request.policy),
            say.subject(&other.card.subject)
        ),
        beside: format!(
            "/requests/{}/beside/{}",
            file.stored.request.reference, other.request.reference
        ),
    };
    running.map(merger).collect()
}

/// The messages that may have brought a new right, newest first: its term runs from the receipt of that message.
fn receipts(say: &Say<'_>, file: &File) -> Vec<Choice> {
    let stamp = &file.stored.request.policy;
    let belongs = file.messages.iter().rev().filter(|message| !message.listed.held);
    let choice = |(index, message): (usize, &Incoming)| Choice {
        value: message.listed.id.to_string(),
        label: say.at(message.listed.received_at, stamp),
        hint: String::new(),
        chosen: index == 0,
    };
    belongs.enumerate().map(choice).collect()
}

/// The ways to prove identity, the least intrusive first; the one to try next is chosen.
fn methods(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Choice> {
    let proposed = identity::proposed(request, rules.policy).map(|method| &method.id);
    let choice = |method: &IdentityMethod| Choice {
        value: method.id.to_string(),
        label: method.name.text(say.tag()).to_owned(),
        hint: method.explanation.text(say.tag()).to_owned(),
        chosen: proposed == Some(&method.id),
    };
    rules.policy.ladder().into_iter().map(choice).collect()
}

fn held_data(say: &Say<'_>, rules: Rules<'_>) -> Vec<Choice> {
    let held = rules.policy.held_data.iter();
    held.map(|datum| Choice {
        value: datum.id.to_string(),
        label: datum.name.text(say.tag()).to_owned(),
        hint: String::new(),
        chosen: false,
    })
    .collect()
}
