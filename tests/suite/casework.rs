//! The rules of casework hold for every sequence of commands, not only for those a page offers.

use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use habeas::domain::approval::{self, Digest};
use habeas::domain::assessment::{Finding, Scope};
use habeas::domain::calendar::Calendar;
use habeas::domain::command::Command;
use habeas::domain::condition::{self, Check, Fulfilment};
use habeas::domain::decide::decide;
use habeas::domain::event::{Belonging, By, CaseKind, Channel, Clock, Event, Opening, Recorded, Triage};
use habeas::domain::identity::Confirmation;
use habeas::domain::item::{Basis, Decision, Verdict};
use habeas::domain::letter::LetterText;
use habeas::domain::moves::{Move, Refusal, may, moves};
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{
    CategoryId, ConditionId, DutyId, Exemption, ExemptionId, GroundId, MethodId, OnBehalfId, Policy, RightId, SystemId,
};
use habeas::domain::reminder;
use habeas::domain::request::{Approval, Identity, Request, Stage, Step};
use habeas::domain::rules::Rules;
use habeas::domain::text::TextRef;
use proptest::prelude::*;

use crate::harness::rulebook::{DEFAULT, ONE_MONTH, Regime};

const MEI: PersonId = PersonId(1);
const TOM: PersonId = PersonId(2);
const ANN: PersonId = PersonId(3);

fn officer(id: PersonId) -> Actor {
    Actor::Person {
        id,
        role: Role::Officer,
    }
}

fn reviewer(id: PersonId) -> Actor {
    Actor::Person {
        id,
        role: Role::Reviewer,
    }
}

fn text(id: i64) -> TextRef {
    TextRef {
        id,
        commitment: format!("{id:064x}"),
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

static RECEIVED: LazyLock<DateTime<Utc>> = LazyLock::new(|| instant("2025-09-30T20:15:00+08:00"));

/// A request and the people who work on it, with the journal that it is folded from.
struct Case {
    regime: &'static Regime,
    request: Request,
    journal: Vec<Recorded>,
    now: DateTime<Utc>,
}

impl Case {
    fn opened(regime: &'static Regime, rights: &[&RightId], triage: Triage) -> Self {
        let rules = regime.rules();
        let opening = Opening {
            reference: "DSR-2025-000001".into(),
            policy: regime.policy().id.clone(),
            policy_version: regime.policy().version.clone(),
            channel: Channel::Mail,
            received_at: *RECEIVED,
            message: Some(1),
            language: "en".into(),
            kind: CaseKind::Request,
            triage,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            items: rights
                .iter()
                .map(|right| rules.new_item((*right).clone(), *RECEIVED, Some(1)))
                .collect(),
            deadline: rules.deadline(*RECEIVED, 0),
            hints: vec![],
            card: text(1),
            review_of: None,
        };
        let at = *RECEIVED + TimeDelta::minutes(1);
        let recorded = Recorded {
            at,
            by: By::Mail,
            event: Event::Opened(Box::new(opening)),
        };
        let request = Request::fold([&recorded]).unwrap();
        Self {
            regime,
            request,
            journal: vec![recorded],
            now: at,
        }
    }

    fn rules(&self) -> Rules<'static> {
        self.regime.rules()
    }

    fn policy(&self) -> &'static Policy {
        self.regime.policy()
    }

    fn tries(&mut self, actor: Actor, command: Command) -> Result<(), Refusal> {
        self.now += TimeDelta::minutes(5);
        let events = decide(&self.request, &command, self.rules(), actor, self.now)?;
        for event in events {
            let recorded = Recorded {
                at: self.now,
                by: By::from(actor),
                event,
            };
            self.request = self.request.clone().evolve(&recorded);
            self.journal.push(recorded);
        }
        Ok(())
    }

    #[track_caller]
    fn does(&mut self, actor: Actor, command: Command) -> &mut Self {
        if let Err(refusal) = self.tries(actor, command.clone()) {
            panic!("{command:?} was refused: {refusal}");
        }
        self
    }

    #[track_caller]
    fn is_refused(&mut self, actor: Actor, command: Command, why: Refusal) -> &mut Self {
        let before = self.request.clone();
        assert_eq!(self.tries(actor, command), Err(why));
        assert_eq!(self.request, before);
        self
    }
}

fn right_without_ground(policy: &Policy) -> &RightId {
    &policy.rights.iter().find(|right| !right.needs_ground).unwrap().id
}

fn right_with_ground(policy: &Policy) -> &RightId {
    &policy.rights.iter().find(|right| right.needs_ground).unwrap().id
}

/// One that needs no second signature.
fn first_exemption(policy: &Policy) -> ExemptionId {
    let light = |exemption: &&Exemption| !exemption.grave;
    policy.exemptions.iter().find(light).unwrap().id.clone()
}

fn granted() -> Decision {
    Decision::Granted { given: Some(text(9)) }
}

fn refused(exemptions: Vec<ExemptionId>) -> Decision {
    Decision::Refused {
        basis: Basis::Exemptions { exemptions },
        reason: text(8),
    }
}

fn confirm(policy: &Policy) -> Command {
    Command::ConfirmIdentity {
        method: policy.identity[0].id.clone(),
        matched: vec![policy.held_data[0].id.clone()],
        note: text(5),
    }
}

fn answer() -> Command {
    Command::Answer {
        letter: 77,
        text: text(7),
        says: *LETTER,
    }
}

/// The address was known before the request came.
fn on_file() -> Command {
    Command::ConfirmContact {
        confirmation: Confirmation::OnFile { note: text(13) },
    }
}

/// The digest of the letter that every test approves and sends.
static LETTER: LazyLock<Digest> = LazyLock::new(|| letter("Your request"));

fn letter(subject: &str) -> Digest {
    Digest::of_letter(&LetterText {
        subject: subject.into(),
        body: "All of it.".into(),
        language: "en".into(),
    })
}

fn approve() -> Command {
    Command::Approve { letter: *LETTER }
}

/// An assessment that lacks nothing.
fn finding(exemption: &ExemptionId, scope: Scope, verdict: Verdict) -> Finding {
    Finding {
        exemption: exemption.clone(),
        scope,
        verdict,
        reason: text(3),
        evidence: Some(text(10)),
        still_given: Some(text(11)),
        review_on: None,
    }
}

fn assess(item: u32, exemption: &ExemptionId, verdict: Verdict) -> Command {
    Command::Assess {
        item,
        finding: finding(exemption, Scope::Whole, verdict),
    }
}

#[test]
fn a_granted_request_goes_from_mail_to_closed_with_one_officer() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        let policy = regime.policy();
        let mut case = Case::opened(regime, &[right_without_ground(policy)], Triage::Clear);
        assert_eq!(case.request.step(), Step::Identity);
        case.does(officer(MEI), Command::Assign { to: Some(MEI) })
            .does(officer(MEI), confirm(policy));
        assert_eq!(case.request.step(), Step::Decision);
        case.does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: granted(),
            },
        );
        assert_eq!(case.request.step(), Step::Answer);
        case.does(officer(MEI), answer());
        assert!(case.request.is_running(), "a queued answer does not stop the clock");
        let at = case.now;
        case.does(Actor::Post, Command::Delivered { letter: 77, at });
        assert_eq!(case.request.answered_at(), Some(at));
        case.does(officer(MEI), Command::Close);
        assert_eq!(case.request.stage.as_str(), "closed");
        assert_eq!(
            case.request.answered_at(),
            Some(at),
            "closing does not change when it was answered"
        );
    }
}

#[test]
fn a_refusal_needs_an_assessed_exemption_a_reason_and_a_second_person() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        let policy = regime.policy();
        let exemption = first_exemption(policy);
        let mut case = Case::opened(regime, &[right_without_ground(policy)], Triage::Clear);
        let refuse = Command::Decide {
            item: 1,
            decision: refused(vec![exemption.clone()]),
        };
        case.is_refused(officer(MEI), refuse.clone(), Refusal::ExemptionNotAssessed)
            .is_refused(
                officer(MEI),
                Command::Decide {
                    item: 1,
                    decision: refused(vec![]),
                },
                Refusal::NoBasis,
            );
        for (verdict, why) in [
            (Verdict::No, Refusal::ExemptionNotAssessed),
            (Verdict::Partly, Refusal::OnlyPartly),
        ] {
            let assess = assess(1, &exemption, verdict);
            case.does(officer(MEI), assess)
                .is_refused(officer(MEI), refuse.clone(), why);
        }
        let assess = assess(1, &exemption, Verdict::Yes);
        case.does(officer(MEI), assess)
            .does(officer(MEI), refuse)
            .does(officer(MEI), on_file())
            .is_refused(officer(MEI), answer(), Refusal::ApprovalMissing)
            .is_refused(officer(MEI), approve(), Refusal::SamePerson)
            .does(reviewer(TOM), approve())
            .does(officer(MEI), answer());
    }
}

#[test]
fn a_changed_decision_voids_the_approval() {
    let policy = DEFAULT.policy();
    let exemption = first_exemption(policy);
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    let assess = assess(1, &exemption, Verdict::Yes);
    let refuse = Command::Decide {
        item: 1,
        decision: refused(vec![exemption]),
    };
    case.does(officer(MEI), assess.clone())
        .does(officer(MEI), on_file())
        .does(officer(MEI), refuse.clone())
        .does(reviewer(TOM), approve())
        .does(officer(MEI), assess)
        .is_refused(officer(MEI), answer(), Refusal::Undecided)
        .does(officer(MEI), refuse.clone())
        .is_refused(officer(MEI), answer(), Refusal::ApprovalMissing)
        .does(reviewer(TOM), Command::SendBack { reason: text(4) })
        .is_refused(reviewer(ANN), approve(), Refusal::SentBack)
        .does(officer(MEI), refuse);
    assert_eq!(case.request.approval, Approval::None);
    assert_eq!(case.request.step(), Step::Identity);
}

#[test]
fn a_letter_that_changed_by_itself_is_approved_anew_and_the_same_one_is_not_approved_twice() {
    let policy = DEFAULT.policy();
    let exemption = first_exemption(policy);
    let late = letter("We answer late, and we are sorry.");
    let send = |says| Command::Answer {
        letter: 77,
        text: text(7),
        says,
    };
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    case.does(officer(MEI), assess(1, &exemption, Verdict::Yes))
        .does(officer(MEI), on_file())
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: refused(vec![exemption]),
            },
        )
        .does(reviewer(TOM), approve())
        .is_refused(reviewer(TOM), approve(), Refusal::AlreadyApproved)
        .is_refused(officer(MEI), send(late), Refusal::LeavingChanged)
        .does(reviewer(TOM), Command::Approve { letter: late })
        .does(officer(MEI), send(late));
}

#[test]
fn who_assessed_or_chose_the_ground_prepared_it_also_when_another_decided() {
    let policy = DEFAULT.policy();
    let exemption = first_exemption(policy);
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    case.does(officer(ANN), assess(1, &exemption, Verdict::Yes))
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: refused(vec![exemption.clone()]),
            },
        )
        .is_refused(officer(ANN), approve(), Refusal::SamePerson)
        .does(officer(MEI), assess(1, &exemption, Verdict::Yes))
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: refused(vec![exemption]),
            },
        )
        .is_refused(officer(ANN), approve(), Refusal::SamePerson)
        .does(reviewer(TOM), approve());
}

#[test]
fn a_signature_is_of_one_assessment_and_falls_with_it() {
    let policy = DEFAULT.policy();
    let grave = policy
        .exemptions
        .iter()
        .find(|exemption| exemption.grave && !exemption.lapses);
    let grave = grave.unwrap().id.clone();
    let sign = || Command::CoSign {
        item: 1,
        exemption: grave.clone(),
        scope: Scope::Whole,
    };
    let refuse = || Command::Decide {
        item: 1,
        decision: refused(vec![grave.clone()]),
    };
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    case.is_refused(reviewer(TOM), sign(), Refusal::NothingToSign)
        .does(officer(MEI), assess(1, &grave, Verdict::Yes))
        .is_refused(officer(MEI), sign(), Refusal::SamePerson)
        .is_refused(officer(MEI), refuse(), Refusal::SignatureMissing)
        .does(reviewer(TOM), sign())
        .is_refused(reviewer(TOM), sign(), Refusal::NothingToSign)
        .does(officer(MEI), refuse())
        .does(officer(MEI), assess(1, &grave, Verdict::Yes))
        .is_refused(officer(MEI), refuse(), Refusal::SignatureMissing);
}

#[test]
fn a_right_that_needs_a_ground_is_granted_with_one_and_refused_without() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        let policy = regime.policy();
        let missing = Decision::Refused {
            basis: Basis::MissingGround,
            reason: text(8),
        };
        let mut case = Case::opened(
            regime,
            &[right_with_ground(policy), right_without_ground(policy)],
            Triage::Clear,
        );
        let ground = Some(policy.grounds[0].id.clone());
        case.is_refused(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: granted(),
            },
            Refusal::GroundMissing,
        )
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: missing.clone(),
            },
        )
        .is_refused(
            officer(MEI),
            Command::Decide {
                item: 2,
                decision: missing.clone(),
            },
            Refusal::GroundNotMissing,
        )
        .does(officer(MEI), Command::ChooseGround { item: 1, ground })
        .is_refused(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: missing,
            },
            Refusal::GroundNotMissing,
        )
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: granted(),
            },
        );
        let unknown = Some(GroundId::new("because"));
        case.is_refused(
            officer(MEI),
            Command::ChooseGround {
                item: 1,
                ground: unknown,
            },
            Refusal::UnknownGround,
        );
    }
}

#[test]
fn nothing_is_given_to_someone_unidentified() {
    let policy = DEFAULT.policy();
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    let doubt = Decision::Refused {
        basis: Basis::IdentityNotProven,
        reason: text(8),
    };
    case.is_refused(
        officer(MEI),
        Command::Decide {
            item: 1,
            decision: doubt.clone(),
        },
        Refusal::IdentityNotDoubted,
    )
    .does(
        officer(MEI),
        Command::Decide {
            item: 1,
            decision: granted(),
        },
    )
    .is_refused(officer(MEI), answer(), Refusal::IdentifyFirst)
    .does(officer(MEI), Command::DoubtIdentity { reason: text(6) })
    .is_refused(officer(MEI), answer(), Refusal::IdentifyFirst)
    .does(
        officer(MEI),
        Command::Decide {
            item: 1,
            decision: doubt,
        },
    )
    .does(reviewer(TOM), approve())
    .does(officer(MEI), answer());
}

#[test]
fn a_request_waiting_for_triage_is_only_triaged_assigned_set_aside_or_taken_back() {
    let policy = DEFAULT.policy();
    let mut case = Case::opened(&DEFAULT, &[], Triage::Needed);
    case.is_refused(officer(MEI), confirm(policy), Refusal::TriageFirst);
    let triage = |rights: Vec<RightId>| Command::Triage {
        kind: CaseKind::Request,
        rights,
        on_behalf: OnBehalfId::new(OnBehalfId::NONE),
        language: "zh-Hans".into(),
    };
    case.is_refused(officer(MEI), triage(vec![]), Refusal::NeedsItem)
        .is_refused(
            officer(MEI),
            triage(vec![RightId::new("free-lunch")]),
            Refusal::UnknownRight,
        )
        .does(officer(MEI), triage(vec![right_without_ground(policy).clone()]))
        .is_refused(officer(MEI), triage(vec![]), Refusal::AlreadyTriaged);
    assert_eq!(
        case.request.items[0].received_at, *RECEIVED,
        "the clock ran from receipt, not from triage"
    );
    assert_eq!(case.request.language, "zh-Hans");
}

#[test]
fn a_recognised_right_that_is_not_chosen_at_triage_is_not_asked_for() {
    let policy = DEFAULT.policy();
    let (first, second) = (right_with_ground(policy), right_without_ground(policy));
    let mut case = Case::opened(&DEFAULT, &[first, second], Triage::Needed);
    case.does(
        officer(MEI),
        Command::Triage {
            kind: CaseKind::Request,
            rights: vec![second.clone()],
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            language: "en".into(),
        },
    );
    let left: Vec<_> = case
        .request
        .items
        .iter()
        .map(|item| (item.number, &item.right))
        .collect();
    assert_eq!(left, [(2, second)]);
    let dropped = |recorded: &&Recorded| matches!(recorded.event, Event::ItemDropped { item: 1, reason: None });
    assert_eq!(case.journal.iter().filter(dropped).count(), 1, "the journal says so");
    case.does(
        officer(MEI),
        Command::AddItem {
            right: first.clone(),
            received_at: case.now,
            message: None,
        },
    );
    assert_eq!(case.request.items[1].number, 3, "asked for anew it is another item");
}

#[test]
fn set_aside_and_withdrawn_requests_come_back_with_the_clock_they_had() {
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(DEFAULT.policy())], Triage::Clear);
    let deadline = case.request.deadline.clone();
    for away in [
        Command::SetAside { reason: text(2) },
        Command::Withdraw { reason: text(2) },
    ] {
        case.does(officer(MEI), away);
        assert!(!case.request.is_running());
        case.is_refused(officer(MEI), Command::Close, Refusal::NotRunning)
            .does(officer(MEI), Command::BringBack);
        assert_eq!(case.request.stage, Stage::Triage);
        assert_eq!(case.request.deadline, deadline);
    }
}

#[test]
fn an_answer_that_comes_back_starts_the_clock_again() {
    let policy = DEFAULT.policy();
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(policy)], Triage::Clear);
    case.does(officer(MEI), confirm(policy))
        .does(
            officer(MEI),
            Command::Decide {
                item: 1,
                decision: granted(),
            },
        )
        .does(officer(MEI), answer());
    let at = case.now;
    case.does(Actor::Post, Command::Delivered { letter: 77, at })
        .is_refused(Actor::Post, Command::Bounced { letter: 78 }, Refusal::NothingChanges)
        .does(Actor::Post, Command::Bounced { letter: 77 });
    assert!(case.request.is_running());
    assert_eq!(case.request.step(), Step::NotDelivered);
    let by_hand = Command::AnswerByHand {
        at: case.now,
        text: text(7),
        says: *LETTER,
    };
    case.does(officer(MEI), by_hand);
    assert!(case.request.answered_at().is_some());
}

#[test]
fn the_default_policy_knows_no_extension_and_the_other_one_just_once() {
    let reason = || Command::Extend {
        reason: text(4),
        letter: None,
    };
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(DEFAULT.policy())], Triage::Clear);
    case.is_refused(officer(MEI), reason(), Refusal::NoExtension);

    let mut case = Case::opened(&ONE_MONTH, &[right_without_ground(ONE_MONTH.policy())], Triage::Clear);
    let before = case.request.deadline.due_on;
    case.does(officer(MEI), reason());
    assert!(case.request.deadline.due_on > before);
    case.is_refused(officer(MEI), reason(), Refusal::ExtensionsUsed);

    let mut late = Case::opened(&ONE_MONTH, &[right_without_ground(ONE_MONTH.policy())], Triage::Clear);
    late.now = late.request.deadline.ends_at;
    late.is_refused(officer(MEI), reason(), Refusal::ExtensionTooLate);
}

#[test]
fn merging_keeps_the_earlier_clock_and_every_item() {
    let policy = DEFAULT.policy();
    let first = right_without_ground(policy);
    let second = right_with_ground(policy);
    let mut target = Case::opened(&DEFAULT, &[first], Triage::Clear);
    let earlier = *RECEIVED - TimeDelta::days(10);
    let rules = target.rules();
    let items = vec![
        rules.new_item(first.clone(), earlier, None),
        rules.new_item(second.clone(), earlier, None),
    ];
    let before = target.request.deadline.clone();
    target.does(
        officer(MEI),
        Command::TakeMerge {
            request: 2,
            reference: "DSR-2025-000002".into(),
            clock: Clock::of_receipt(earlier),
            items,
            tasks: vec![],
        },
    );
    assert!(target.request.deadline.ends_at < before.ends_at);
    assert_eq!(target.request.clock_from, earlier);
    let receipts: Vec<_> = target.request.items.iter().map(|item| item.received_at).collect();
    assert_eq!(receipts, [*RECEIVED, earlier], "each right keeps its own receipt");
    assert_eq!(target.request.items[1].deadline, rules.deadline(earlier, 0));
    assert_eq!(
        target.request.items.iter().map(|item| &item.right).collect::<Vec<_>>(),
        [first, second]
    );
    target.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);

    let mut other = Case::opened(&DEFAULT, &[first], Triage::Clear);
    let into = |runs| Command::Merge {
        into: 9,
        reference: "DSR-2025-000009".into(),
        target_runs: runs,
    };
    other
        .is_refused(officer(MEI), into(false), Refusal::MergeTarget)
        .does(officer(MEI), into(true));
    other.is_refused(officer(MEI), Command::BringBack, Refusal::Merged);
}

#[test]
fn an_extension_merges_with_the_clock_that_it_was_announced_for() {
    let right = right_without_ground(ONE_MONTH.policy());
    let days = |days| TimeDelta::days(days);
    let take = |from, extensions| Command::TakeMerge {
        request: 2,
        reference: "DSR-2025-000002".into(),
        clock: Clock {
            extensions,
            ..Clock::of_receipt(from)
        },
        items: vec![],
        tasks: vec![],
    };
    let extend = Command::Extend {
        reason: text(9),
        letter: None,
    };
    let rules = ONE_MONTH.rules();

    // The later request was never extended: its plain term ends first and governs.
    let mut extended = Case::opened(&ONE_MONTH, &[right], Triage::Clear);
    extended.does(officer(MEI), extend);
    let later = *RECEIVED + days(3);
    extended.does(officer(MEI), take(later, 0));
    assert_eq!(extended.request.deadline, rules.deadline(later, 0));
    assert_eq!((extended.request.clock_from, extended.request.extensions), (later, 0));

    // The earlier request was extended, and its requester was told: the later one's plain term goes on.
    let mut plain = Case::opened(&ONE_MONTH, &[right], Triage::Clear);
    let own = plain.request.deadline.clone();
    plain.does(officer(MEI), take(*RECEIVED - days(3), 1));
    assert_eq!(plain.request.deadline, own);
    assert_eq!((plain.request.clock_from, plain.request.extensions), (*RECEIVED, 0));

    // Nothing is moved by the calendar afterwards: the deadline is what its clock says.
    plain.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);
}

#[test]
fn a_request_is_not_merged_while_a_message_waits_in_it() {
    for belonging in [Belonging::Held, Belonging::Proven] {
        let mut case = Case::opened(&DEFAULT, &[right_without_ground(DEFAULT.policy())], Triage::Clear);
        let merge = Command::Merge {
            into: 9,
            reference: "DSR-2025-000009".into(),
            target_runs: true,
        };
        let join = Command::Join {
            message: 5,
            received_at: case.now,
            belonging,
        };
        let settle = match belonging {
            Belonging::Held => Command::ConfirmMessage { message: 5 },
            Belonging::Proven => Command::ReadMessage { message: 5 },
        };
        case.does(Actor::Mail, join)
            .is_refused(officer(MEI), merge.clone(), Refusal::MessagesFirst)
            .does(officer(MEI), settle)
            .does(officer(MEI), merge);
    }
}

#[test]
fn a_held_message_changes_nothing_until_a_person_confirms_it() {
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(DEFAULT.policy())], Triage::Clear);
    let join = Command::Join {
        message: 5,
        received_at: case.now,
        belonging: Belonging::Held,
    };
    let before = case.request.clone();
    case.does(Actor::Mail, join.clone())
        .is_refused(Actor::Mail, join, Refusal::NothingChanges);
    assert_eq!(
        Request {
            held: vec![],
            ..case.request.clone()
        },
        before
    );
    case.is_refused(
        officer(MEI),
        Command::ConfirmMessage { message: 6 },
        Refusal::NotThisMessage,
    )
    .does(officer(MEI), Command::ConfirmMessage { message: 5 });
    assert_eq!(case.request.messages, [1, 5]);
}

#[test]
fn reminders_fall_due_in_order_and_never_after_the_clock_stands() {
    for regime in [&*DEFAULT, &*ONE_MONTH] {
        let policy = regime.policy();
        let mut case = Case::opened(regime, &[right_without_ground(policy)], Triage::Clear);
        let ahead = reminder::ahead(&case.request, case.rules());
        assert!(!ahead.is_empty());
        assert!(ahead.is_sorted_by_key(|due| due.at));
        case.now = ahead.last().unwrap().at;
        case.does(Actor::Clock, Command::Remind);
        assert_eq!(
            case.request.reminded.len(),
            ahead.len(),
            "after a standstill none is missing"
        );
        let before = case.journal.len();
        case.does(Actor::Clock, Command::Remind);
        assert_eq!(case.journal.len(), before, "and none comes twice");
        case.does(officer(MEI), Command::Withdraw { reason: text(2) });
        assert_eq!(reminder::next_due_at(&case.request, case.rules()), None);
    }
}

/// Each role × move as one table: a change here is a change of who may do what.
#[test]
fn the_table_of_who_may_do_what() {
    use habeas::domain::moves::permits;
    let roles = [
        Role::Officer,
        Role::Reviewer,
        Role::SystemOwner,
        Role::Auditor,
        Role::Admin,
    ];
    let table: String = Move::ALL
        .iter()
        .map(|step| {
            let marks: Vec<&str> = roles
                .iter()
                .map(|role| if permits(*role, *step) { "yes" } else { "-" })
                .collect();
            format!("{:16} {}\n", step.as_str(), marks.join(" "))
        })
        .collect();
    insta::assert_snapshot!(table);
}

/// What a test run picks: who, what, and details by number.
#[derive(Debug, Clone, Copy)]
struct Pick {
    who: u8,
    what: u8,
    item: u8,
    detail: u8,
    hours: u16,
}

fn pick() -> impl Strategy<Value = Pick> {
    (0u8..6, 0u8..45, 0u8..5, any::<u8>(), 0u16..80).prop_map(|(who, what, item, detail, hours)| Pick {
        who,
        what,
        item,
        detail,
        hours,
    })
}

fn someone(pick: Pick) -> Actor {
    match pick.who {
        0 | 1 => officer(MEI),
        2 => reviewer(TOM),
        3 => Actor::Person {
            id: ANN,
            role: Role::Admin,
        },
        4 => Actor::Person {
            id: PersonId(4),
            role: Role::Auditor,
        },
        _ => officer(TOM),
    }
}

fn nth<T: Clone>(list: &[T], detail: u8) -> T {
    list[usize::from(detail) % list.len()].clone()
}

fn some_decision(policy: &Policy, detail: u8) -> Decision {
    let exemptions = vec![nth(&policy.exemptions, detail / 8).id];
    match detail % 8 {
        0 | 1 => granted(),
        2 => Decision::PartlyGranted {
            basis: Basis::Exemptions { exemptions },
            reason: text(8),
            given: text(9),
        },
        3 | 4 => refused(exemptions),
        5 => Decision::Refused {
            basis: Basis::MissingGround,
            reason: text(8),
        },
        6 => Decision::Refused {
            basis: Basis::IdentityNotProven,
            reason: text(8),
        },
        _ => Decision::NothingHeld { reason: text(8) },
    }
}

fn some_command(case: &Case, pick: Pick) -> (Actor, Command) {
    let policy = case.policy();
    let rights: Vec<RightId> = policy.rights.iter().map(|right| right.id.clone()).collect();
    let item = u32::from(pick.item);
    let verdict = nth(&[Verdict::Yes, Verdict::Partly, Verdict::No], pick.detail);
    let exemption = nth(&policy.exemptions, pick.detail / 8).id;
    let method: MethodId = nth(&policy.identity, pick.detail).id;
    let person = someone(pick);
    let by_person = |command| (person, command);
    match pick.what {
        0 | 1 => by_person(Command::Triage {
            kind: nth(
                &[CaseKind::Request, CaseKind::Complaint, CaseKind::Question],
                pick.detail,
            ),
            rights: vec![nth(&rights, pick.detail)],
            on_behalf: nth(&policy.on_behalf, pick.detail).id,
            language: "en".into(),
        }),
        2 => by_person(Command::AddItem {
            right: nth(&rights, pick.detail),
            received_at: case.now,
            message: None,
        }),
        3 => by_person(Command::DropItem { item, reason: text(2) }),
        4 => by_person(Command::Assign {
            to: Some(PersonId(i64::from(pick.item))),
        }),
        5 => by_person(Command::AskIdentity {
            method,
            data: vec![],
            reason: None,
            letter: None,
        }),
        6 | 7 => by_person(Command::ConfirmIdentity {
            method,
            matched: vec![policy.held_data[0].id.clone()],
            note: text(5),
        }),
        8 => by_person(Command::DoubtIdentity { reason: text(6) }),
        9 | 10 => by_person(Command::ChooseGround {
            item,
            ground: Some(nth(&policy.grounds, pick.detail).id),
        }),
        11 | 12 => by_person(Command::Assess {
            item,
            finding: some_finding(case, exemption, verdict, pick.detail),
        }),
        13..=17 => by_person(Command::Decide {
            item,
            decision: some_decision(policy, pick.detail),
        }),
        18 | 19 => by_person(Command::Approve {
            letter: some_letter(pick),
        }),
        20 => by_person(Command::SendBack { reason: text(4) }),
        21 | 22 => by_person(Command::Answer {
            letter: 77,
            text: text(7),
            says: some_letter(pick),
        }),
        23 => by_person(Command::AnswerByHand {
            at: case.now,
            text: text(7),
            says: some_letter(pick),
        }),
        24 => by_person(Command::Extend {
            reason: text(4),
            letter: None,
        }),
        25 => by_person(Command::Close),
        26 => by_person(nth(
            &[
                Command::SetAside { reason: text(2) },
                Command::Withdraw { reason: text(2) },
                Command::Reopen { reason: text(2) },
            ],
            pick.detail,
        )),
        27 => by_person(Command::BringBack),
        28 => (
            Actor::Mail,
            Command::Join {
                message: i64::from(pick.item),
                received_at: case.now,
                belonging: Belonging::Held,
            },
        ),
        29 => (
            Actor::Post,
            Command::Delivered {
                letter: 77,
                at: case.now,
            },
        ),
        30 => (Actor::Post, Command::Bounced { letter: 77 }),
        31 => (Actor::Clock, Command::Remind),
        32 | 33 => by_person(Command::CoSign {
            item,
            exemption,
            scope: some_scope(pick.detail),
        }),
        34 | 35 => by_person(Command::Retain {
            item,
            duty: policy
                .retention_duties
                .get(usize::from(pick.detail % 2))
                .map_or_else(|| DutyId::new("none"), |duty| duty.id.clone()),
            scope: some_scope(pick.detail),
            until: some_day(case, pick.detail),
            reason: text(12),
        }),
        36 => by_person(Command::FollowUp {
            item,
            right: nth(&rights, pick.detail),
        }),
        37 | 38 => by_person(Command::Look {
            letter: some_letter(pick),
            shown: text(14),
        }),
        39 | 40 => by_person(on_file()),
        41 | 42 => by_person(Command::CheckCondition {
            item,
            check: some_check(case, item, pick.detail),
        }),
        _ => by_person(Command::Decide {
            item,
            decision: some_restriction(case, item),
        }),
    }
}

/// A condition of the item's right for the most part, else one that the right does not have.
fn some_check(case: &Case, item: u32, detail: u8) -> Check {
    let item = case.request.item(item);
    let known = item.map_or(&[][..], |item| condition::conditions(item, case.policy()));
    let fallback = ConditionId::new("technically-feasible");
    Check {
        condition: match known {
            [] => fallback,
            known => nth(known, detail / 4).id,
        },
        fulfilment: nth(
            &[Fulfilment::Met, Fulfilment::Met, Fulfilment::Partly, Fulfilment::NotMet],
            detail,
        ),
        evidence: text(10),
        still_given: (!detail.is_multiple_of(7)).then(|| text(11)),
    }
}

fn some_scope(detail: u8) -> Scope {
    match detail % 4 {
        0 | 1 => Scope::Whole,
        2 => Scope::Category(CategoryId::new("contact")),
        _ => Scope::System(SystemId::new("crm")),
    }
}

fn some_finding(case: &Case, exemption: ExemptionId, verdict: Verdict, detail: u8) -> Finding {
    Finding {
        review_on: some_day(case, detail),
        evidence: (!detail.is_multiple_of(7)).then(|| text(10)),
        ..finding(&exemption, some_scope(detail / 4), verdict)
    }
}

/// A day to come for the most part; sometimes one gone by, sometimes none.
fn some_day(case: &Case, detail: u8) -> Option<NaiveDate> {
    let today = case.now.date_naive();
    match detail % 5 {
        0 => None,
        1 => today.checked_sub_days(Days::new(3)),
        ahead => today.checked_add_days(Days::new(u64::from(ahead) * 100)),
    }
}

/// The letter that is sent for the most part, and sometimes another.
fn some_letter(pick: Pick) -> Digest {
    if pick.detail.is_multiple_of(4) {
        letter("Another")
    } else {
        *LETTER
    }
}

fn some_restriction(case: &Case, item: u32) -> Decision {
    let retentions = case
        .request
        .item(item)
        .map(|item| item.retentions.clone())
        .unwrap_or_default();
    let last = retentions.iter().map(|retention| retention.until).max();
    Decision::Restricted {
        until: last.unwrap_or_else(|| case.now.date_naive()),
        duties: retentions.into_iter().map(|retention| retention.duty).collect(),
        reason: text(8),
        given: Some(text(9)),
    }
}

fn is_identified(request: &Request) -> bool {
    matches!(request.identity, Identity::Confirmed { .. })
}

fn holds_what_an_answer_needs(request: &Request, policy: &Policy, says: Digest) -> Result<(), TestCaseError> {
    for item in &request.items {
        let decided = item.decision.as_ref();
        prop_assert!(decided.is_some(), "answered with an undecided item");
        if let Some(decided) = decided.filter(|decided| decided.decision.gives()) {
            let open = condition::open(item, &request.identity, policy);
            prop_assert!(open.is_empty(), "given while a condition is open");
            let named = decided.decision.basis().map_or(&[][..], Basis::conditions);
            let unmet = condition::unmet(item, policy);
            prop_assert!(
                unmet.iter().all(|id| named.contains(id)),
                "given without a word on what is not met"
            );
        }
        let Some(basis) = decided.and_then(|decided| decided.decision.basis()) else {
            continue;
        };
        match basis {
            Basis::Conditions { conditions, .. } => {
                let unmet = condition::unmet(item, policy);
                prop_assert!(!conditions.is_empty());
                prop_assert!(
                    conditions.iter().all(|id| unmet.contains(id)),
                    "refused for a condition that is met"
                );
            }
            Basis::Exemptions { exemptions } => {
                prop_assert!(!exemptions.is_empty());
                for exemption in exemptions {
                    let mut standing = item
                        .assessments
                        .iter()
                        .filter(|found| found.finding.exemption == *exemption && found.finding.stands())
                        .peekable();
                    prop_assert!(standing.peek().is_some(), "refused for what does not apply");
                    prop_assert!(
                        standing.all(|found| !found.awaits_signature(policy) && found.signed_by != Some(found.by)),
                        "refused for a grave exemption that no second person signed"
                    );
                }
                let covers_all = item
                    .assessments
                    .iter()
                    .any(|found| exemptions.contains(&found.finding.exemption) && found.finding.is_against_all());
                prop_assert!(
                    covers_all || decided.is_some_and(|decided| decided.decision.gives()),
                    "the whole was refused for what covers a part"
                );
            }
            Basis::MissingGround => prop_assert!(decided.is_some_and(|decided| decided.decision.reason().is_some())),
            Basis::IdentityNotProven => prop_assert!(!is_identified(request), "refused for not being identified"),
        }
    }
    if request.needs_approval() {
        let Approval::Given { by, of } = request.approval else {
            return Err(TestCaseError::fail("what needs a second person left without approval"));
        };
        prop_assert!(!request.was_prepared_by(by), "approved by one who prepared it");
        prop_assert_eq!(
            of,
            approval::leaving(request, says),
            "what left is not what was approved"
        );
    }
    prop_assert!(
        !request.gives() || is_identified(request),
        "something was given to someone unidentified"
    );
    prop_assert!(
        !request.tells() || request.has_confirmed_contact() || is_identified(request),
        "an answer that tells went to nobody known"
    );
    Ok(())
}

/// An approval that stands is of what stands: whatever changes the items takes it back.
fn is_taken_back_by_a_change(before: &Request, after: &Request) -> Result<(), TestCaseError> {
    let of = |request: &Request| match request.approval {
        Approval::Given { of, .. } => Some(of),
        Approval::None | Approval::SentBack => None,
    };
    if of(before).is_some() && of(before) == of(after) {
        let nothing = Digest::default();
        prop_assert_eq!(
            approval::leaving(before, nothing),
            approval::leaving(after, nothing),
            "an approval outlived a change"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_sequence_folds_to_the_request_and_keeps_the_rules(
        second_pack in any::<bool>(),
        needs_triage in any::<bool>(),
        picks in prop::collection::vec(pick(), 1..60),
    ) {
        let regime: &'static Regime = if second_pack { &ONE_MONTH } else { &DEFAULT };
        let rights = [right_with_ground(regime.policy()), right_without_ground(regime.policy())];
        let triage = if needs_triage { Triage::Needed } else { Triage::Clear };
        let mut case = Case::opened(regime, &rights, triage);
        let mut says = Digest::default();
        for pick in picks {
            case.now += TimeDelta::hours(i64::from(pick.hours));
            let (actor, command) = some_command(&case, pick);
            let before = case.request.clone();
            let journal = case.journal.len();
            let offered = command.step().map(|step| may(&before, step, actor, case.policy()));
            match case.tries(actor, command.clone()) {
                Err(_) => {
                    prop_assert_eq!(&case.request, &before);
                    prop_assert_eq!(case.journal.len(), journal);
                }
                Ok(()) => {
                    prop_assert!(offered.is_none_or(|open| open.is_ok()), "{:?} was done though it is not offered", command);
                    if case.request.deadline != before.deadline {
                        prop_assert!(matches!(command, Command::Extend { .. }), "a deadline moved silently");
                    }
                    if let Command::Answer { says: said, .. } | Command::AnswerByHand { says: said, .. } = &command {
                        says = *said;
                        let by_mail = matches!(command, Command::Answer { .. });
                        prop_assert!(
                            !by_mail || !case.request.tells() || case.request.has_confirmed_contact(),
                            "an answer that tells was mailed to an unproven address"
                        );
                        holds_what_an_answer_needs(&case.request, case.policy(), says)?;
                    }
                    if before.answered_at().is_none() && case.request.answered_at().is_some() {
                        holds_what_an_answer_needs(&case.request, case.policy(), says)?;
                    }
                    is_taken_back_by_a_change(&before, &case.request)?;
                }
            }
        }
        prop_assert_eq!(Request::fold(&case.journal), Some(case.request.clone()));
        let written: Vec<Recorded> = case.journal.iter().map(|recorded| {
            let body = serde_json::to_value(&recorded.event).unwrap();
            assert_eq!(body["event"], recorded.event.name());
            Recorded { event: serde_json::from_value(body).unwrap(), ..recorded.clone() }
        }).collect();
        prop_assert_eq!(written, case.journal.clone());
        let state = serde_json::to_string(&case.request).unwrap();
        prop_assert_eq!(serde_json::from_str::<Request>(&state).unwrap(), case.request.clone());
        prop_assert_eq!(moves(&case.request, officer(MEI), case.policy()).len(), Move::ALL.len());
    }
}

#[test]
fn a_calendar_change_moves_a_deadline_only_when_it_is_recounted() {
    let known_then = Calendar::as_known_on(
        DEFAULT.calendar(),
        chrono::NaiveDate::from_ymd_opt(2020, 1, 20).unwrap(),
    );
    let received = instant("2020-01-20T10:00:00+08:00");
    let then = Rules::alone(DEFAULT.policy(), &known_then);
    let mut case = Case::opened(&DEFAULT, &[right_without_ground(DEFAULT.policy())], Triage::Clear);
    case.request.clock_from = received;
    case.request.items[0].received_at = received;
    case.request.items[0].deadline = then.deadline(received, 0);
    case.request.deadline = then.deadline(received, 0);
    assert_eq!(case.request.deadline.due_on.to_string(), "2020-02-14");
    case.does(Actor::Clock, Command::Recount);
    assert_eq!(case.request.deadline.due_on.to_string(), "2020-02-18");
    assert_eq!(case.request.items[0].deadline.due_on.to_string(), "2020-02-18");
    case.is_refused(Actor::Clock, Command::Recount, Refusal::NothingChanges);
}
