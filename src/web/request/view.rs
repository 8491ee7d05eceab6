//! The page of a request, made from its file: what stands where, what comes next, and which moves are open.

use super::clock::deadlines;
use super::file::File;
use super::page::{Anchor, LetterView, Move, NextStep, NoteView, ReminderLine, RequestPage};
use super::story::Story;
use super::{history, identity, items, letter as drafting, matrix, offers, tasks, thread};
use crate::domain::assessment::Scope;
use crate::domain::event::Event;
use crate::domain::moves::{self, Move as Step, Refusal};
use crate::domain::policy::Recipient;
use crate::domain::reminder;
use crate::domain::request::{Approval, Identity, Request, Stage, Step as Coming};
use crate::domain::rules::Rules;
use crate::domain::task::TaskState;
use crate::mail::draft::Edit;
use crate::store::door::StepError;
use crate::web::door::session::Signed;
use crate::web::frame::Frame;
use crate::web::frame::look::{Chip, Fact, Link, Tone};
use crate::web::frame::say::Say;
use crate::web::requests::LANGUAGES;

/// Makes the page of a request.
pub(super) fn page(
    frame: Frame,
    who: &Signed,
    say: &Say<'_>,
    file: &File,
    rules: Rules<'_>,
    unsaved: Option<&Edit>,
) -> RequestPage {
    let request = &file.stored.request;
    let path = format!("/requests/{}", request.reference);
    let open = moves::moves(request, who.actor(), rules.policy);
    let moves = moves_of(say, &path, &open);
    let story = Story::of(say, file);
    let next = next(say, file, &open);
    let may_send = open.iter().any(|(step, may)| *step == Step::SendLetter && may.is_ok());
    RequestPage {
        seq: file.stored.seq,
        reference: request.reference.clone(),
        requester: say.requester(&file.stored.card.name, &file.stored.card.address),
        subject: say.subject(&file.stored.card.subject),
        stage: Chip {
            label: say.stage(&request.stage),
            title: String::new(),
        },
        chips: say.chips(request),
        due: say.due(request),
        next,
        facts: facts(say, request, rules),
        reviews: reviews(say, request),
        reminders: reminders(say, request, rules),
        parts: matrix::parts(say, file, &Scope::Whole),
        items: items::items(say, file, rules),
        tasks: tasks::tasks(say, file, rules),
        thread: thread::thread(say, file, rules),
        letter: letter(say, file, &open, unsaved),
        deliveries: thread::deliveries(say, file, may_send),
        persons: persons(say, file, rules),
        identity: identity::panel(say, file, rules),
        sender: history::history(say, file, rules),
        notes: notes(say, file),
        timeline: file
            .history
            .iter()
            .rev()
            .map(|recorded| story.line(file, recorded))
            .collect(),
        offers: offers::offers(say, file, rules),
        gives: request.gives(),
        hands_over: request.gives() || request.release.last_enclosure > 0,
        moves,
        path,
        frame,
    }
}

fn moves_of(say: &Say<'_>, path: &str, open: &[(Step, Result<(), Refusal>)]) -> Vec<Move> {
    open.iter().map(|(step, may)| move_of(say, path, *step, may)).collect()
}

/// A move with its address, and why it may not be made where that is so.
pub(super) fn move_of(say: &Say<'_>, path: &str, step: Step, may: &Result<(), Refusal>) -> Move {
    Move {
        key: step.as_str(),
        label: say.words.t(&format!("move-{}", step.as_str())),
        href: format!("{path}/{}", noun(step)),
        open: may.is_ok(),
        refusal: may
            .as_ref()
            .err()
            .map(|refusal| say.words.t(&format!("refusal-{}", refusal.code()))),
    }
}

/// What a step makes, as the address names it.
fn noun(step: Step) -> &'static str {
    match step {
        Step::Triage => "triage",
        Step::AddItem => "items",
        Step::DropItem => "removal",
        Step::Assign => "assignment",
        Step::AskIdentity => "identity-question",
        Step::ConfirmIdentity => "identity",
        Step::DoubtIdentity => "identity-doubt",
        Step::ActFor => "standing",
        Step::RecordEvidence => "evidence",
        Step::TellSubject => "subject",
        Step::ViewDocument => "documents",
        Step::SendCode => "code",
        Step::ConfirmContact => "contact",
        Step::ChangeContact => "address",
        Step::ChooseGround => "ground",
        Step::Assess => "assessments",
        Step::CoSign => "signature",
        Step::CheckCondition => "conditions",
        Step::Retain => "retention",
        Step::FollowUp => "follow-up",
        Step::Decide => "decision",
        Step::AddTask | Step::DropTask | Step::SendTask | Step::AnswerTask | Step::ExplainTask | Step::RepeatTask => {
            "tasks"
        }
        Step::CheckState | Step::LiftState => "states",
        Step::Look => "look",
        Step::Approve => "approval",
        Step::SendBack => "return",
        Step::DraftLetter => "draft",
        Step::DropDraft => "draft/removal",
        Step::Answer => "answer",
        Step::AnswerByHand => "answer-by-hand",
        Step::Enclose
        | Step::TakeOut
        | Step::OverrideFinding
        | Step::RecordIdentifier
        | Step::MarkHighRisk
        | Step::ApproveRelease
        | Step::Release
        | Step::RevokePackage => "handover",
        Step::Extend => "extension",
        Step::Pause => "clock/pause",
        Step::Resume => "clock/resumption",
        Step::ApplyPolicy => "clock/policy",
        Step::SetTarget => "clock/target",
        Step::ProposeDeadline => "clock/proposal",
        Step::ConfirmDeadline => "clock/confirmation",
        Step::DeclineDeadline => "clock/refusal",
        Step::ConfirmReceipt => "clock/receipt",
        Step::Close => "closure",
        Step::Reopen => "reopening",
        Step::SetAside => "set-aside",
        Step::BringBack => "bring-back",
        Step::Withdraw => "retraction",
        Step::Merge => "merger",
        Step::ConfirmMessage => "confirmation",
        Step::ReleaseMessage => "release",
        Step::ReadMessage => "reading",
        Step::SendLetter => "dispatch",
        Step::Reread => "characters",
        Step::Note => "notes",
    }
}

/// What comes next of a request that was merged: it goes on elsewhere, for whoever may look.
fn elsewhere(say: &Say<'_>, reference: &str) -> NextStep {
    NextStep {
        title: say.words.with("next-merged", "reference", reference),
        why: say.words.t("next-merged-why"),
        anchor: format!("/requests/{reference}"),
        opens: "",
        button: say.words.t("next-merged-go"),
    }
}

/// What comes next, and where on the page it is done; only pointed to when the person may do it.
fn next(say: &Say<'_>, file: &File, open: &[(Step, Result<(), Refusal>)]) -> NextStep {
    let request = &file.stored.request;
    let may = |step: Step| open.iter().any(|(known, may)| *known == step && may.is_ok());
    let held = request.held.first().filter(|_| may(Step::ConfirmMessage));
    let unread = request.unread.first().filter(|_| may(Step::ReadMessage));
    if let (Stage::Merged { reference, .. }, None) = (&request.stage, unread) {
        return elsewhere(say, reference);
    }
    let (key, anchor) = match (held.or(unread), request.step()) {
        (Some(message), _) if held.is_some() => ("held", Anchor::Message(*message)),
        (Some(message), _) => ("unread", Anchor::Message(*message)),
        (None, Coming::Triage) => ("triage", Anchor::Move(Step::Triage)),
        (None, Coming::Identity) => ("identity", Anchor::Move(Step::ConfirmIdentity)),
        (None, Coming::Decision) => {
            let undecided = request.items.iter().find(|item| item.decision.is_none());
            let first = undecided.or(request.items.first()).map_or(0, |item| item.number);
            if matches!(request.approval, Approval::SentBack) && undecided.is_none() {
                ("sent-back", Anchor::Item(first))
            } else {
                ("decision", Anchor::Item(first))
            }
        }
        (None, Coming::Approval) if may(Step::Approve) => ("approval", Anchor::Leaving),
        (None, Coming::Approval) => ("approval-waits", Anchor::None),
        (None, Coming::Answer) if plans_tasks(request) => ("tasks", Anchor::Tasks),
        (None, Coming::Answer) => ("answer", Anchor::Letter(Step::Answer)),
        (None, Coming::Sending) => ("sending", Anchor::None),
        (None, Coming::NotDelivered) => ("not-delivered", Anchor::Letter(Step::Answer)),
        (None, Coming::Answered) if request.unsettled_tasks().next().is_some() => ("tasks", Anchor::Tasks),
        (None, Coming::Answered) => ("answered", Anchor::Move(Step::Close)),
        (None, Coming::Done) => ("done", Anchor::None),
    };
    let reachable = match anchor {
        Anchor::Move(step) | Anchor::Letter(step) => may(step),
        Anchor::Item(_) => may(Step::Decide),
        Anchor::Message(_) => true,
        Anchor::Leaving => true,
        Anchor::Tasks => may(Step::SendTask),
        Anchor::None => false,
    };
    NextStep {
        title: say.words.t(&format!("next-{key}")),
        why: say.words.t(&format!("next-{key}-why")),
        anchor: if reachable {
            anchor.href(&request.reference)
        } else {
            String::new()
        },
        opens: match anchor {
            Anchor::Move(step) if reachable => step.as_str(),
            Anchor::Move(_)
            | Anchor::Letter(_)
            | Anchor::Leaving
            | Anchor::Item(_)
            | Anchor::Message(_)
            | Anchor::Tasks
            | Anchor::None => "",
        },
        button: say.words.t("next-go"),
    }
}

/// Whether a system has something to do that nobody was told of.
fn plans_tasks(request: &Request) -> bool {
    request.unsettled_tasks().any(|task| task.state == TaskState::Planned)
}

fn facts(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<Fact> {
    let words = &say.words;
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let zone = rules.policy.zone;
    let on = |instant: chrono::DateTime<chrono::Utc>| instant.with_timezone(&zone).date_naive();
    let lost = rules
        .calendar
        .working_days_between(on(request.clock_from), on(request.opened_at))
        .max(0);
    let mut facts = vec![fact("fact-received", words.zoned(request.received_at, zone))];
    if request.clock_from != request.received_at {
        facts.push(fact("fact-clock-from", words.zoned(request.clock_from, zone)));
    }
    if lost > 0 {
        facts.push(fact("fact-opened", words.zoned(request.opened_at, zone)));
        facts.push(fact("fact-lost", words.n("working-days", lost)));
    }
    facts.push(fact(
        "fact-assignee",
        request.assignee.map_or_else(|| words.t("nobody"), |id| say.name(id)),
    ));
    facts.push(fact(
        "fact-channel",
        words.t(&format!("channel-{}", request.channel.as_str())),
    ));
    facts.push(fact("fact-language", language_name(say, &request.language)));
    facts.push(fact(
        "fact-policy",
        format!("{} · {}", rules.policy.name.text(say.tag()), request.policy.version),
    ));
    if request.is_running() {
        // The first is the one that the panel shows large.
        facts.extend(deadlines(say, request, rules).into_iter().skip(1).map(|line| {
            Fact {
                label: line.what,
                value: [line.date, line.note]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
            }
        }));
    }
    facts
}

/// A review and what it reviews lead to each other.
fn reviews(say: &Say<'_>, request: &Request) -> Vec<Link> {
    let link = |key: &str, reference: &str| Link {
        label: say.words.with(key, "reference", reference),
        href: format!("/requests/{reference}"),
    };
    let own = request
        .reviews
        .iter()
        .map(|(_, reference)| link("review-opened", reference));
    let of = request.review_of.iter().map(|of| link("review-of", &of.reference));
    own.chain(of).collect()
}

pub(super) fn language_name(say: &Say<'_>, tag: &str) -> String {
    let known = LANGUAGES.contains(&tag);
    if known {
        say.words.t(&format!("language-{tag}"))
    } else {
        say.words.t("language-other")
    }
}

fn reminders(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<ReminderLine> {
    let name = |id: &crate::domain::policy::ReminderId| {
        rules
            .policy
            .reminder(id)
            .map(|rule| rule.name.text(say.tag()).to_owned())
            .unwrap_or_default()
    };
    let past = request.reminded.iter().map(|(id, due_on)| ReminderLine {
        when: say.words.t("reminder-gone"),
        what: name(id),
        whom: say.words.with("reminder-for", "date", &say.words.date(*due_on)),
        tone: Tone::Done,
    });
    let ahead = reminder::ahead(request, rules)
        .into_iter()
        .enumerate()
        .map(|(index, due)| ReminderLine {
            when: say.words.instant(due.at, rules.policy.zone),
            what: name(&due.rule),
            whom: say.words.t(recipient_key(due.to)),
            tone: if index == 0 { Tone::Soon } else { Tone::Quiet },
        });
    past.chain(ahead).collect()
}

/// The key of the words for who gets a reminder.
pub(in crate::web) fn recipient_key(to: Recipient) -> &'static str {
    match to {
        Recipient::Assignee => "recipient-assignee",
        Recipient::Officers => "recipient-officers",
        Recipient::Manager => "recipient-manager",
    }
}

fn persons(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Vec<Fact> {
    let words = &say.words;
    let request = &file.stored.request;
    let card = &file.stored.card;
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let method = |id| {
        rules
            .policy
            .method(id)
            .map(|method| method.name.text(say.tag()).to_owned())
            .unwrap_or_default()
    };
    let identity = match &request.identity {
        Identity::Open => words.t("identity-open"),
        Identity::Asked { method: id } => words.with("identity-asked", "method", &method(id)),
        Identity::Confirmed { method: id, .. } => words.with("identity-confirmed", "method", &method(id)),
        Identity::NotProven { reason } => words.with("identity-not-proven", "reason", file.text(reason)),
    };
    let rule = rules.policy.on_behalf(&request.on_behalf);
    let acts_for = match rule {
        Some(rule) if !rule.id.is_self() => rule.name.text(say.tag()).to_owned(),
        Some(_) | None => words.t("fact-self"),
    };
    let address = if card.address.is_empty() {
        words.t("no-address")
    } else {
        card.address.clone()
    };
    vec![
        fact("fact-requester", say.requester(&card.name, &card.address)),
        fact("fact-address", address),
        fact("fact-on-behalf", acts_for),
        fact("fact-identity", identity),
    ]
}

fn notes(say: &Say<'_>, file: &File) -> Vec<NoteView> {
    let stamp = &file.stored.request.policy;
    let note = |recorded: &crate::domain::event::Recorded| match &recorded.event {
        Event::Noted { text } => {
            let name = recorded.by.person().map(|id| say.name(id)).unwrap_or_default();
            let by = say
                .words
                .a("signed", &[("name", &name), ("at", &say.at(recorded.at, stamp))]);
            Some(NoteView {
                by,
                text: file.text(text).to_owned(),
            })
        }
        _ => None,
    };
    file.history.iter().filter_map(note).collect()
}

fn letter(
    say: &Say<'_>,
    file: &File,
    open: &[(Step, Result<(), Refusal>)],
    unsaved: Option<&Edit>,
) -> Option<LetterView> {
    let request = &file.stored.request;
    match request.stage {
        Stage::Open | Stage::NotDelivered { .. } => {}
        Stage::Triage
        | Stage::Answering { .. }
        | Stage::Answered { .. }
        | Stage::Closed { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => return None,
    }
    let words = &say.words;
    let refusal = open
        .iter()
        .find(|(step, _)| *step == Step::Answer)
        .and_then(|(_, may)| may.as_ref().err());
    let mut missing: Vec<String> = refusal
        .filter(|refusal| **refusal != Refusal::NotYourRole)
        .map(|refusal| words.t(&format!("refusal-{}", refusal.code())))
        .into_iter()
        .collect();
    match &file.answer {
        Ok(answer) => missing.extend(drafting::lost(words, &answer.lost)),
        Err(StepError::Lacks(part)) if missing.is_empty() => {
            let policy = say.rules(&request.policy).map(|rules| rules.policy);
            missing.push(drafting::lacks(words, policy, part));
        }
        Err(_) if missing.is_empty() => missing.push(words.t("letter-no-preview")),
        Err(_) => {}
    }
    let (tone, key) = match (request.approval, request.needs_approval(), refusal) {
        (Approval::Given { .. }, true, _) => (Tone::Done, "letter-approved"),
        (Approval::SentBack, _, _) => (Tone::Today, "letter-sent-back"),
        (Approval::None, true, _) if request.awaits_approval() => (Tone::Quiet, "letter-awaits-approval"),
        (_, _, None) => (Tone::Calm, "letter-ready"),
        (_, _, Some(_)) => (Tone::Quiet, "letter-draft"),
    };
    let preview = file.answer.as_ref().ok().map(|answer| &answer.letter);
    let card = &file.stored.card;
    Some(LetterView {
        to: card.address.clone(),
        language: match preview {
            Some(letter) => letter
                .languages()
                .map(|tag| language_name(say, tag))
                .collect::<Vec<_>>()
                .join(" · "),
            None => language_name(say, &request.language),
        },
        tag: preview
            .and_then(|letter| letter.languages().next())
            .unwrap_or_default()
            .to_owned(),
        subject: preview.map(|letter| letter.subject.clone()).unwrap_or_default(),
        text: preview.map(|letter| letter.body.trim().to_owned()).unwrap_or_default(),
        own_words: file.answer.as_ref().map_or_else(
            |_| unsaved.map(|edit| edit.words.clone()).unwrap_or_default(),
            |answer| answer.words.clone(),
        ),
        draft: drafting::view(say, file, unsaved),
        words_are_all: request.items.is_empty(),
        state: words.t(key),
        tone,
        missing,
    })
}
